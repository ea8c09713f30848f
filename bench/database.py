"""Databases of the benchmarks: their own, beside whatever else the server holds, on the server of DATABASE_URL."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

ROOT = Path(__file__).resolve().parents[1]
SCRATCH = ROOT / "bench" / "out"


@dataclass(frozen=True)
class Installation:
    """An installation of the program for one benchmark: a database and an instance folder."""

    name: str
    url: str
    instance: Path

    @property
    def environ(self) -> dict[str, str]:
        """The environment in which the program runs."""
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "LMS_INSTANCE": str(self.instance),
            "IDLE_MINUTES": "600",
            "TRUSTED_PROXIES": "1",
        }

    def flask(self, *arguments: str) -> float:
        """Run a command of the program, showing what it prints; returns its seconds."""
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments], cwd=ROOT, env=self.environ, check=True
        )
        return time.perf_counter() - began

    def is_filled(self) -> bool:
        """Whether people are in the database."""
        engine = sa.create_engine(self.url)
        try:
            with engine.connect() as connection:
                return bool(connection.exec_driver_sql("SELECT exists(SELECT 1 FROM person)").scalar())
        except sa.exc.DBAPIError:
            return False
        finally:
            engine.dispose()


def installation(name: str) -> Installation:
    """The benchmark's installation; its database is `bench_<name>` on the server of DATABASE_URL."""
    server = sa.make_url(os.environ["DATABASE_URL"])
    instance = SCRATCH / f"instance-{name}"
    instance.mkdir(parents=True, exist_ok=True)
    url = server.set(database=f"bench_{name}").render_as_string(hide_password=False)
    return Installation(name, url, instance)


def fresh(place: Installation) -> None:
    """Empty the installation and migrate its database."""
    server = sa.create_engine(sa.make_url(place.url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "bench_{place.name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "bench_{place.name}"')
    server.dispose()
    place.flask("db", "upgrade")


def filled(place: Installation, load: Sequence[str], *, reuse: bool) -> float | None:
    """Load the installation by `demo load …`, unless what is there may be used again; returns its seconds."""
    if reuse and place.is_filled():
        print(f"» {place.name}: dùng lại cơ sở dữ liệu đã có")
        return None
    fresh(place)
    seconds = place.flask("demo", "load", *load)
    engine = sa.create_engine(place.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # What a server does by itself within the hour after such a load.
        connection.exec_driver_sql("VACUUM (ANALYZE)")
        connection.exec_driver_sql("CHECKPOINT")
    engine.dispose()
    return seconds
