"""Lists of people in a city: searches by name, and everybody in a file beside what the writer costs by itself."""

import io
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from bench.database import ROOT, SCRATCH, Installation, filled, installation
from bench.output import Table

PEOPLE = 150_000
KINDS = ("postgresql", "sqlite")
WORDS = ("hoàng hảo", "hao", "nguyen", "nguyễn thị", "nguyen hoa", "tran pham", "le thi thu ha", "zzz")
TIMES = 15


def place_of(kind: str) -> Installation:
    """The installation on a kind of database."""
    if kind == "postgresql":
        return installation("people")
    instance = SCRATCH / "instance-people-sqlite"
    instance.mkdir(parents=True, exist_ok=True)
    return Installation("people-sqlite", f"sqlite:///{instance / 'lms.sqlite3'}", instance)


def run(*, people: int = PEOPLE, kinds: tuple[str, ...] = KINDS, reuse: bool = False) -> dict[str, Any]:
    """Fill a city on each database, search and export, print and return the figures."""
    figures: dict[str, Any] = {}
    for kind in kinds:
        place = place_of(kind)
        _fill(place, kind, people, reuse=reuse)
        done = subprocess.run(
            [sys.executable, "-m", "bench.people"], cwd=ROOT, env=place.environ, check=True, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        figures[kind] = json.loads(done.stdout.splitlines()[-1])
        _show(kind, figures[kind])
    return figures


def _fill(place: Installation, kind: str, people: int, *, reuse: bool) -> None:
    if kind == "postgresql":
        filled(place, ["--people", str(people)], reuse=reuse)
    elif not (reuse and place.is_filled()):
        for file in place.instance.glob("lms.sqlite3*"):
            file.unlink()
        place.flask("db", "upgrade")
        place.flask("demo", "load", "--people", str(people))


def _show(kind: str, figures: dict[str, Any]) -> None:
    table = Table(
        f"Danh sách {figures['people']:,} người ({kind}): một trang 50 người và số đếm",
        ("tìm", "tìm ms", "đếm ms", "người"),
    )
    for found in figures["searches"]:
        table.add(found["words"] or "(không tìm)", f"{found['ms']:.1f}", f"{found['count_ms']:.1f}", found["people"])
    table.show()
    table = Table("Cả danh sách ra tệp", ("", "giây", "÷ sàn", "thêm MB"))
    for name in ("floor", "xlsx", "csv"):
        one = figures["files"][name]
        table.add(name, f"{one['seconds']:.1f}", f"{one['seconds'] / figures['files']['floor']['seconds']:.2f}",
                  f"{one['grown_mb']:.0f}")  # fmt: skip
    table.show()


# Measured in a process of its own, on the database of its environment ------------------------------------------------


class _Everywhere:
    """Somebody who may see the whole city."""

    is_authenticated, account_id, person_id, name = True, None, None, "đo"

    def __init__(self, root: int) -> None:
        self._roots = frozenset({root})

    def roots(self, _permission: Any) -> frozenset[int]:
        """The unit at which everything is allowed."""
        return self._roots


def _median(act: Callable[[], Any]) -> tuple[float, Any]:
    act()
    spent, result = [], None
    for _ in range(TIMES):
        began = time.perf_counter()
        result = act()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1000, result


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class _Peak:
    """The most memory that was resident while rows went by."""

    def __init__(self) -> None:
        self.start = self.most = _resident()

    def watch(self, rows: Any) -> Iterator[Any]:
        """The rows, looking at memory every thousand."""
        for number, row in enumerate(rows):
            if number % 1_000 == 0:
                self.most = max(self.most, _resident())
            yield row


def _searches(actor: Any, today: Any) -> list[dict[str, Any]]:
    from lms.organisation import queries
    from lms.platform.access import Permission

    def listing(words: str) -> queries.Listing:
        return queries.listing_of(actor, Permission.ORGANISATION_PERSON_READ, queries.Wanted(day=today, words=words))

    found = []
    for words in ("", *WORDS):

        def search(words: str = words) -> queries.Slice:
            return queries.people_on(listing(words), today=today)

        def count(words: str = words) -> queries.Counts:
            return queries.categories_on(listing(words))

        ms, _page = _median(search)
        count_ms, counts = _median(count)
        number = (
            f"{'>' if counts.is_more else ''}{min(counts.of(''), queries.COUNTED) if counts.is_more else counts.of('')}"
        )
        found.append({"words": words, "ms": ms, "count_ms": count_ms, "people": number})
    return found


def _floor(rows: list[tuple[Any, ...]], target: Any) -> None:
    """What the library takes for the same cells, each written by the call for its type."""
    import xlsxwriter

    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet, text = book.add_worksheet(), book.add_format({"text_wrap": True, "border": 1})
    day = book.add_format({"num_format": "dd/mm/yyyy", "border": 1})
    for number, row in enumerate(rows):
        *words, since = row
        for place, word in enumerate(words):
            if word:
                sheet.write_string(number, place, word, text)
            else:
                sheet.write_blank(number, place, None, text)
        sheet.write_datetime(number, len(words), since, day)
    book.close()


def _files(actor: Any, today: Any) -> dict[str, Any]:
    from dataclasses import replace

    from lms.organisation import queries
    from lms.organisation.people.files import people_table
    from lms.platform.access import Permission
    from lms.platform.documents.table import csv_lines, write_xlsx

    wanted = queries.Wanted(day=today)

    def table(peak: _Peak) -> Any:
        plan = queries.listing_of(actor, Permission.ORGANISATION_PERSON_READ, wanted)
        made = people_table(queries.everybody_on(plan), wanted, unit="", position="")
        return replace(made, rows=peak.watch(made.rows))

    def timed(act: Callable[[_Peak], None]) -> dict[str, float]:
        peak, began = _Peak(), time.perf_counter()
        act(peak)
        return {"seconds": time.perf_counter() - began, "grown_mb": max(peak.most, _resident()) - peak.start}

    def as_csv(peak: _Peak) -> None:
        with TemporaryFile() as target:
            for text in csv_lines(table(peak)):
                target.write(text.encode())

    def as_xlsx(peak: _Peak) -> None:
        with TemporaryFile() as target:
            write_xlsx(table(peak), target)

    figures = {"csv": timed(as_csv), "xlsx": timed(as_xlsx)}
    made = table(_Peak())
    rows = [tuple(getattr(row, column.key) for column in made.columns) for row in made.rows]
    figures["floor"] = timed(lambda peak: _floor(rows, io.BytesIO()))
    return figures


def measure() -> dict[str, Any]:
    """Search and export in this process's database."""
    from lms.app import create_app
    from lms.organisation import queries
    from lms.platform import clock
    from lms.platform.access import Permission

    with create_app().app_context():
        today = clock.today()
        root = queries.root_on(today)
        assert root is not None, "the city is loaded"
        actor = _Everywhere(root.id)
        plan = queries.listing_of(actor, Permission.ORGANISATION_PERSON_READ, queries.Wanted(day=today))
        people = queries.categories_on(plan).of("")
        return {"people": people, "searches": _searches(actor, today), "files": _files(actor, today)}


if __name__ == "__main__":
    print(json.dumps(measure()))
