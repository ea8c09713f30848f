"""How gunicorn serves the program; every value can be set from the environment."""

import ctypes
import gc
import os
from pathlib import Path

bind = os.environ.get("BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))

# Long enough for a report of the whole city; a request that takes longer belongs into a job.
timeout = 120
graceful_timeout = 30
keepalive = 5

# Workers are renewed now and then, not all at once, so that no leak lasts.
max_requests = 10_000
max_requests_jitter = 1_000

# The heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

# The kill and reload signals are enough: no control socket in somebody's home.
control_socket_disable = True

accesslog = os.environ.get("ACCESS_LOG")
errorlog = "-"


def post_fork(_server: object, _worker: object) -> None:
    """Let the threads of a worker share one heap, so that what one of them gave back the next one takes.

    With a heap for each thread (the habit of glibc) every one of them keeps the 19 MB of an Argon2id and the pages of
    a PDF for itself. Python's own lock leaves nothing to win from several heaps.
    """
    if hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(-8, 1)  # M_ARENA_MAX


def post_worker_init(worker: object) -> None:
    """What was imported stays for good: the garbage collector need not walk it again and again."""
    gc.collect()
    gc.freeze()
