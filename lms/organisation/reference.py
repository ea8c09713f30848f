"""The product's own data files (`data/`): units and reforms, positions, ranks, parts of names."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lms.organisation.models import BEGINNING
from lms.platform.columns import FOREVER

HERE = Path(__file__).parent / "data"


class BadReference(ValueError):
    """A data file that contradicts itself; the message names file and row."""


@dataclass(frozen=True)
class UnitFact:
    """A unit with its one name, from a day to a day; `parent` is a code, "" for the root."""

    code: str
    name: str
    short_name: str
    abbreviation: str
    kind: str
    parent: str
    plan_role: str
    from_on: date
    to_on: date


@dataclass(frozen=True)
class PlaceFact:
    """A unit under a parent for a time; units are named by (code, first day)."""

    unit: tuple[str, date]
    parent: tuple[str, date] | None
    from_on: date
    to_on: date


@dataclass(frozen=True)
class ReformFact:
    """A reform and the day it took effect."""

    code: str
    title: str
    decision: str
    effective_on: date


@dataclass(frozen=True)
class SuccessionFact:
    """An old unit handing over to a new one in a reform."""

    reform: str
    old: tuple[str, date]
    new: tuple[str, date]
    share: str
    clause: str


@dataclass(frozen=True)
class PositionFact:
    """A position group."""

    code: str
    label: str
    levels: tuple[str, ...]
    staff_types: tuple[str, ...]


@dataclass(frozen=True)
class NamePart:
    """A surname, middle name or given name with its weight, for made-up people. gender: any, male or female."""

    part: str
    gender: str
    name: str
    weight: float


@dataclass(frozen=True)
class Atlas:
    """All units and reforms on file."""

    units: tuple[UnitFact, ...]
    places: tuple[PlaceFact, ...]
    reforms: tuple[ReformFact, ...]
    successions: tuple[SuccessionFact, ...]
    positions: tuple[PositionFact, ...]


def atlas(folder: Path = HERE) -> Atlas:
    """Read every file of the structure and resolve codes to units; BadReference where they do not fit together."""
    units = tuple(_units(folder))
    lives: dict[str, list[UnitFact]] = {}
    for unit in units:
        lives.setdefault(unit.code, []).append(unit)
    reforms = tuple(
        ReformFact(row["code"], row["title"], row["decision"], date.fromisoformat(row["effective_on"]))
        for row in _rows(folder, "reforms.csv")
    )
    return Atlas(
        units=units,
        places=tuple(_places(folder, units, lives)),
        reforms=reforms,
        successions=tuple(_successions(folder, reforms, lives)),
        positions=tuple(
            PositionFact(
                row["code"], row["label"], tuple(row["levels"].split(";")), tuple(row["staff_types"].split(";"))
            )
            for row in _rows(folder, "positions.csv")
        ),
    )


def name_parts(folder: Path = HERE) -> tuple[NamePart, ...]:
    """Parts of Vietnamese names with weights."""
    return tuple(
        NamePart(row["part"], row["gender"], row["name"], float(row["weight"])) for row in _rows(folder, "names.csv")
    )


def rank_names(folder: Path = HERE) -> dict[str, str]:
    """Rank code (mã ngạch, hạng) → its name."""
    return {row["code"]: row["name"] for row in _rows(folder, "ranks.csv")}


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _units(folder: Path) -> Iterator[UnitFact]:
    for row in _rows(folder, "units.csv"):
        yield UnitFact(
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            abbreviation=row["abbreviation"],
            kind=row["kind"],
            parent=row["parent"],
            plan_role=row["plan_role"],
            from_on=date.fromisoformat(row["from"]) if row["from"] else BEGINNING,
            to_on=date.fromisoformat(row["to"]) if row["to"] else FOREVER,
        )


def _standing(lives: dict[str, list[UnitFact]], code: str, day: date, told: str) -> tuple[str, date]:
    """The unit that bears a code on a day."""
    for unit in lives.get(code, ()):
        if unit.from_on <= day < unit.to_on:
            return unit.code, unit.from_on
    raise BadReference(f"{told}: no unit {code} on {day}")


def _places(folder: Path, units: tuple[UnitFact, ...], lives: dict[str, list[UnitFact]]) -> Iterator[PlaceFact]:
    moves: dict[str, list[tuple[date, str]]] = {}
    for row in _rows(folder, "moves.csv"):
        moves.setdefault(row["code"], []).append((date.fromisoformat(row["from"]), row["parent"]))
    for unit in units:
        steps = [(unit.from_on, unit.parent)]
        steps += [(day, parent) for day, parent in sorted(moves.get(unit.code, ())) if unit.from_on < day < unit.to_on]
        ends = [*(day for day, _ in steps[1:]), unit.to_on]
        for (start, parent), end in zip(steps, ends, strict=True):
            above = _standing(lives, parent, start, f"units.csv, {unit.code}") if parent else None
            if above and _life(lives, above)[1] < end:
                raise BadReference(f"units.csv: {unit.code} outlives its parent {parent}; give it a row in moves.csv")
            yield PlaceFact((unit.code, unit.from_on), above, start, end)


def _life(lives: dict[str, list[UnitFact]], key: tuple[str, date]) -> tuple[date, date]:
    return next((unit.from_on, unit.to_on) for unit in lives[key[0]] if unit.from_on == key[1])


def _successions(
    folder: Path, reforms: tuple[ReformFact, ...], lives: dict[str, list[UnitFact]]
) -> Iterator[SuccessionFact]:
    days = {reform.code: reform.effective_on for reform in reforms}
    for number, row in enumerate(_rows(folder, "successions.csv"), start=2):
        told = f"successions.csv, row {number}"
        day = days[row["reform"]]
        eve = date.fromordinal(day.toordinal() - 1)
        yield SuccessionFact(
            reform=row["reform"],
            old=_standing(lives, row["old"], eve, told),
            new=_standing(lives, row["new"], day, told),
            share=row["share"],
            clause=row["clause"],
        )
