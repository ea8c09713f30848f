"""Many sequences in one go, or one failing batch again: `python -m tests.plan.sequences --sequences 50000 --seed 1`."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from multiprocessing import get_context
from typing import Any

from flask_migrate import upgrade

from lms.app import create_app
from lms.platform import clock, config
from lms.platform.db import db
from tests.factories import fresh_database
from tests.plan.sequences.events import Case, Event
from tests.plan.sequences.runs import Tally, batch, play, report, run
from tests.plan.world import NOW


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.plan.sequences", description=__doc__)
    parser.add_argument("--sequences", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="the first batch; the next ones follow")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--every", type=float, default=30, help="seconds between two lines of progress")
    parser.add_argument("--replay", type=int, help="the seed of one batch")
    parser.add_argument("--events", help="of the batch to replay: only these")
    parser.add_argument("--requirements", default="0,1,2,3")
    parser.add_argument("--together", type=int)
    arguments = parser.parse_args()
    if arguments.replay is not None:
        with database("replay"):
            failure = play(_case(arguments))
            print(report(failure) if failure else "holds")
            sys.exit(failure is not None)
    _many(arguments)


def _case(arguments: argparse.Namespace) -> Case:
    case = batch(arguments.replay)
    if arguments.together is not None:
        case = replace(case, together=bool(arguments.together))
    if arguments.events is None:
        return case
    case = replace(case, requirements=tuple(map(int, arguments.requirements.split(","))))
    return case.only(_event(*told.split(":")) for told in arguments.events.split(","))


def _event(step: str, person: str, kind: str, seed: str) -> Event:
    return Event(int(step), int(person) if person else None, kind, int(seed))


def _many(arguments: argparse.Namespace) -> None:
    """Share the batches among processes, each with a database of its own."""
    began = time.perf_counter()
    number = arguments.processes
    jobs = [
        (place, arguments.seed + place, number, -(-arguments.sequences // number), arguments.every)
        for place in range(number)
    ]
    with get_context("fork").Pool(number) as pool:
        tallies = pool.map(_work, jobs)
    total = Tally()
    for tally in tallies:
        total += tally
    seconds = time.perf_counter() - began
    print(f"{total.sequences} sequences hold; {seconds:.0f} s, {total.sequences / seconds:.1f} a second")
    print(f"{sum(total.events.values())} events in them, {sum(total.refused.values())} refused besides")
    for kind, times in sorted(total.events.items()):
        print(f"  {kind:<18}{times:>9}   refused {total.refused[kind]:>8}")


def _work(job: tuple[int, int, int, int, float]) -> Tally:
    place, seed, step, sequences, every = job
    began = told = time.perf_counter()

    def progress(tally: Tally, last: int) -> None:
        nonlocal told
        now = time.perf_counter()
        if now - told >= every:
            told = now
            rate = tally.sequences / (now - began)
            print(f"process {place}: {tally.sequences} of {sequences}, batch {last}, {rate:.1f} a second", flush=True)

    with database(f"seq{place}"):
        return run(count(seed, step), until=sequences, progress=progress)


@contextmanager
def database(name: str) -> Iterator[Any]:
    """The application on an empty SQLite database, or on the server of TEST_DATABASE_URL; nothing is kept."""
    with tempfile.TemporaryDirectory() as folder:
        url = fresh_database(os.environ.get("TEST_DATABASE_URL", ""), name) or f"sqlite:///{folder}/lms.sqlite3"
        app = create_app(
            config.read({"LMS_INSTANCE": folder, "DATABASE_URL": url, "SECRET_KEY": "test", "LMS_DEVELOPMENT": "1"})
        )
        clock.set_source(lambda: NOW)
        with app.app_context():
            upgrade()
            yield db.session
            db.session.rollback()
            db.engine.dispose()


if __name__ == "__main__":
    main()
