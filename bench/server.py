"""The real server: gunicorn as `make run` starts it, on a free port."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from bench import processes
from bench.database import ROOT, Installation


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    pid: int
    postmaster: int

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_ms(self) -> float:
        """Processor time of the workers so far."""
        return processes.cpu_ms(processes.children(self.pid))

    def database_cpu_ms(self) -> float:
        """Processor time of the database's processes so far; 0 when it runs elsewhere."""
        return processes.cpu_ms(processes.children(self.postmaster)) if self.postmaster else 0.0

    def memory_mb(self) -> list[float]:
        """Resident memory of each worker."""
        return [processes.memory_mb(pid) for pid in processes.children(self.pid)]


@contextmanager
def serving(place: Installation) -> Iterator[Server]:
    """Start the server, give it when it answers, stop it at the end."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]
    environ = {**place.environ, "PORT": str(port)}
    with (place.instance / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        _wait(port, process)
        yield Server(port, process.pid, _postmaster(place))
    finally:
        process.terminate()
        # Longer than gunicorn gives its workers to finish (graceful_timeout).
        process.wait(timeout=90)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit("gunicorn does not start; see bench/out/instance-*/server.log")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/dang-nhap")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("gunicorn does not answer")


def _postmaster(place: Installation) -> int:
    """The process id of the database server if it runs on this machine, else 0."""
    if sa.make_url(place.url).host not in ("127.0.0.1", "localhost", "::1"):
        return 0
    engine = sa.create_engine(place.url)
    with engine.connect() as connection:
        backend = int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
        found = processes.parent(backend)
    engine.dispose()
    return found
