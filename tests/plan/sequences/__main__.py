"""Many sequences in one go, or one failing batch again: `python -m tests.plan.sequences --sequences 50000 --seed 1`."""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from multiprocessing import get_context
from queue import Empty
from typing import Any

from flask_migrate import upgrade

from lms.app import create_app
from lms.platform import clock, config
from lms.platform.db import db
from tests.factories import fresh_database
from tests.plan.sequences.events import Case, Event
from tests.plan.sequences.runs import Tally, batch, play, report, run_one
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
    """Share the batches among processes, each with a database of its own; stopped early, it tells how far it came."""
    signal.signal(signal.SIGTERM, _stop)
    fork = get_context("fork")
    done: Any = fork.Queue()
    number = arguments.processes
    workers = [
        fork.Process(target=_work, args=(place, count(arguments.seed + place, number), done)) for place in range(number)
    ]
    for worker in workers:
        worker.start()
    total, last, failed = Tally(), arguments.seed, ""
    began = told = time.perf_counter()
    try:
        while total.sequences < arguments.sequences and not failed:
            try:
                tally, seed, failed = done.get(timeout=5)
            except Empty:
                failed = "" if any(worker.is_alive() for worker in workers) else "the processes ended"
                continue
            total += tally
            last = max(last, seed)
            if time.perf_counter() - told >= arguments.every:
                told = time.perf_counter()
                print(_reached(total, last, began), flush=True)
    except KeyboardInterrupt:
        print("stopped")
    for worker in workers:
        worker.terminate()
    print(failed or _told(total, last, began))
    sys.exit(bool(failed))


def _stop(*_: Any) -> None:
    raise KeyboardInterrupt


def _reached(total: Tally, last: int, began: float) -> str:
    seconds = time.perf_counter() - began
    rate = total.sequences / seconds
    return f"{total.sequences} sequences hold, up to batch {last}; {seconds:.0f} s, {rate:.1f} a second"


def _told(total: Tally, last: int, began: float) -> str:
    lines = [
        _reached(total, last, began),
        f"{sum(total.events.values())} events in them, {sum(total.refused.values())} refused besides",
    ]
    kinds = sorted(total.events.items())
    return "\n".join(lines + [f"  {kind:<18}{times:>9}   refused {total.refused[kind]:>8}" for kind, times in kinds])


def _work(place: int, seeds: Iterator[int], done: Any) -> None:
    """Play batch after batch until somebody says it is enough; tell each, and the first that fails."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with database(f"seq{place}"):
        for seed in seeds:
            try:
                done.put((run_one(seed), seed, ""))
                # All of it is undone, but a transaction that never ends grows, and everything in it gets slower.
                db.session.rollback()
            except AssertionError as failure:
                done.put((Tally(), seed, f"batch {seed}: {failure}"))
                return


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
