"""The cities of the figures' benchmark: so many people × twenty requirements of every kind, on either database."""

import os
import shutil
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bench.database import ROOT, SCRATCH, Installation, fresh

PLAN = ROOT / "courses" / "plans" / "kh-239-2023.yaml"
MORE = ROOT / "bench" / "more_requirements.yaml"
KINDS = ("postgresql", "sqlite")


@dataclass(frozen=True)
class City:
    """A loaded city."""

    kind: str
    people: int
    place: Installation
    loaded_seconds: float | None


def city(kind: str, people: int, *, reuse: bool) -> City:
    """Load the city by the program's own commands, unless an earlier run's may be used again."""
    name = f"figures_{people}"
    instance = SCRATCH / f"instance-{name}-{kind}"
    if kind == "sqlite":
        url = f"sqlite:///{instance / 'lms.db'}"
    else:
        server = sa.make_url(os.environ["DATABASE_URL"])
        url = server.set(database=f"bench_{name}").render_as_string(hide_password=False)
    place = Installation(name, url, instance)
    if reuse and place.is_filled():
        place.flask("db", "upgrade")
        place.flask("figures", "mark")
        return City(kind, people, place, None)
    shutil.rmtree(instance, ignore_errors=True)
    instance.mkdir(parents=True)
    if kind == "sqlite":
        place.flask("db", "upgrade")
    else:
        fresh(place)
    plan = instance / "plan.yaml"
    plan.write_text(PLAN.read_text(encoding="utf-8") + MORE.read_text(encoding="utf-8"), encoding="utf-8")
    place.flask("org", "load")
    place.flask("courses", "import", "courses")
    place.flask("plan", "import", str(plan))
    return City(kind, people, place, place.flask("demo", "load", "--people", str(people), "--seed", "1"))


def drop(town: City) -> None:
    """Remove a city that is not needed any more."""
    if town.kind == "postgresql":
        server = sa.create_engine(sa.make_url(town.place.url).set(database="postgres"), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "bench_{town.place.name}" WITH (FORCE)')
        server.dispose()
    shutil.rmtree(town.place.instance, ignore_errors=True)


def sizes(session: Any) -> dict[str, int]:
    """How many rows there are."""
    tables = ("person", "requirement", "obligation", "segment", "reason", "completion", "figure_delta", "figure_mark")
    return {name: session.execute(sa.text(f"SELECT COUNT(*) FROM {name}")).scalar_one() for name in tables}
