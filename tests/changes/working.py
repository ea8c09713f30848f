"""Real workers that do nothing but what is asked for with change sets."""

import os
import pkgutil
from importlib import import_module

import lms
from lms.app import create_app
from lms.platform import config
from lms.platform.jobs import registry


def work(environment: dict[str, str], log: str) -> None:
    """Be a worker with a short lease, so that the next one soon takes over."""
    with open(log, "ab", buffering=0) as file:  # noqa: PTH123
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    app = create_app(config.read(environment))
    for name in [name for name in registry.KINDS if not name.startswith("changes:")]:
        del registry.KINDS[name]
    with app.app_context():  # or the command would look for an application of its own
        app.cli.main(args=["worker", "--loop", "0.05", "--lease", "1"])


# Imported once by the server that workers are forked from: a worker then begins within a moment.
for _module in pkgutil.walk_packages(lms.__path__, "lms."):
    import_module(_module.name)
