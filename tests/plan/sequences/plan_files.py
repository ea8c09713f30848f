"""Plan files with requirements of every kind, and amendments of them."""

import json
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.plan.sequences.events import BEGIN, some_day

Spec = dict[str, Any]
COURSES = ("khoa-1", "khoa-2", "khoa-3")
GROUPS = ("KHCN", "QLNN")
CATEGORIES, POSITIONS, KINDS = ("cong_chuc", "vien_chuc"), ("mot-cua", "van-thu"), ("phuong", "xa")
UNITS = ("tp", "a", "b", "c", "a1", "b1", "b2")
"""Codes with which the city begins."""
BY_MONTHS, BY_POSTING, BY_YEAR, COMING_AGAIN = range(4)


def requirement(random: Random, slot: int) -> Spec:
    """A requirement; each slot has its own kind, so that a small plan has all of them."""
    found: Spec = {
        "clause": str(1 + slot % 2), "title": f"Yêu cầu {slot}", "short_title": f"YC {slot}",
        "rule": _rule(random, hours=slot == BY_YEAR or (slot == BY_MONTHS and random.random() < 0.2)),
        "audience": [_audience(random, mostly_all=place == 0) for place in range(random.choice((1, 1, 2, 3)))],
        "exclude": [_audience(random) for _ in range(random.choice((0, 0, 0, 1)))],
        "from": BEGIN if random.random() < 0.7 else some_day(random),
        "accept_before_days": random.choice((None, 0, 60, 365)),
        "minimum_days": random.choice((None, None, 20, 45, 400)) if slot != BY_YEAR else None,
    }  # fmt: skip
    if random.random() < 0.2:
        found["to"] = max(some_day(random), found["from"])
    found |= _due(random, slot)
    if "hours" not in found["rule"] and random.random() < 0.3:
        found["equivalents"] = _equivalents(random, found["rule"])
    return found


def _rule(random: Random, *, hours: bool) -> Spec:
    if hours:
        group = random.choice((None, *GROUPS))
        return {"hours": random.choice((4, 8.5, 12)), **({"group": group} if group else {})}
    listed: list[Any] = random.sample(COURSES, random.choice((1, 1, 2, 3)))
    if random.random() < 0.25:
        listed[0] = {"course": listed[0], "from_version": 2}
    return {random.choice(("all_of", "any_of")): listed}


def _due(random: Random, slot: int) -> Spec:
    late = {"late_joiners_days": random.choice((30, 90))} if random.random() < 0.4 else {}
    if slot == BY_YEAR:
        year: Spec = {"calendar_year": random.choice(("12-31", "06-30", "02-28")), **late}
        if random.random() < 0.6:
            year["late_days"] = random.choice((45, 200))
        return {"due": year, "absences": random.choice(("pause", "none"))}
    by_posting = slot == BY_POSTING or (slot == COMING_AGAIN and random.random() < 0.4)
    if by_posting:
        due: Spec = {"days_after_posting": random.randrange(0, 120)}
        found: Spec = {"due": due, "absences": random.choice(("shift", "shift", "pause", "none"))}
    else:
        found = {"due": {"fixed": some_day(random), **late}, "absences": random.choice(("pause", "pause", "none"))}
    if slot == COMING_AGAIN or random.random() < 0.15:
        months = random.choice((1, 3, 6, 12))
        minimum = random.randint(0, min(months, 2))
        found["repeat"] = {
            "months": months, "from": random.choice(("completion", "previous", "fixed")),
            "minimum_months": minimum, "window_months": random.randint(0, minimum),
        }  # fmt: skip
    return found


def _audience(random: Random, *, mostly_all: bool = False) -> Spec:
    found: Spec = {"unit": "tp" if mostly_all and random.random() < 0.8 else random.choice(UNITS)}
    if random.random() < 0.25:
        found["subtree"] = False
    if mostly_all and random.random() < 0.7:
        return found | {"subtree": True}
    for name, values in (("categories", CATEGORIES), ("positions", POSITIONS), ("kinds", KINDS)):
        if random.random() < 0.3:
            found[name] = random.sample(values, random.choice((1, 1, 2)))
    # A code may stand for two units in time: only what begins early is told without a doubt.
    if random.random() < 0.3:
        found["to"] = some_day(random)
    return found


def _equivalents(random: Random, rule: Spec) -> list[Spec]:
    [listed] = rule.values()
    names = [course if isinstance(course, str) else course["course"] for course in listed]
    others = [course for course in COURSES if course not in names]
    if not others:
        return []
    begin = some_day(random)
    return [
        {
            "course": random.choice(others), "counts_as": random.choice(names), "from": begin,
            "to": begin + timedelta(days=random.choice((30, 300))),
        }
    ]  # fmt: skip


class PlanFile:
    """The plan of a city as it stands, in the words of its file."""

    def __init__(self, seed: int, slots: tuple[int, ...]) -> None:
        random = Random(seed)
        drawn = {slot: requirement(random, slot) for slot in range(5)}
        self.specs: dict[str, Spec] = {f"R{slot}": drawn[slot] for slot in slots}
        self.dropped: dict[str, Spec] = {}

    def text(self, note: str = "") -> bytes:
        """The file."""
        clauses = [{"number": number, "text": f"Nhiệm vụ {number}", "lead": "tp"} for number in ("1", "2")]
        requirements = [{"code": code, **_said(spec)} for code, spec in sorted(self.specs.items())]
        head = {"code": "KH", "number": "1", "title": "Thử", "issuer": "UBND", "issued_on": "2024-01-01"}
        head |= {"note": note} if note else {}
        return json.dumps({"plan": head, "clauses": clauses, "requirements": requirements}, default=str).encode()

    def amend(self, random: Random) -> str:
        """Change one thing, and say which."""
        act = random.choice(("audience", "audience", "due", "due", "rule", "life", "days", "drop", "add"))
        if act == "add" or not self.specs:
            return self._add(random)
        code = random.choice(sorted(self.specs))
        slot = int(code[1:]) % 4
        if act == "drop":
            self.dropped[code] = self.specs.pop(code)
            return f"{code} dropped"
        new, old = requirement(random, slot), self.specs[code]
        parts = {
            "audience": ("audience", "exclude"),
            "due": ("due", "absences", "repeat"),
            "rule": ("rule", "equivalents"),
            "life": ("from", "to"),
            "days": ("accept_before_days", "minimum_days"),
        }[act]
        self.specs[code] = {name: value for name, value in old.items() if name not in parts} | {
            name: new[name] for name in parts if name in new
        }
        return f"{code}: {_said({name: self.specs[code].get(name) for name in parts})}"

    def _add(self, random: Random) -> str:
        """Bring a dropped requirement back, else a new one."""
        if self.dropped:
            code = min(self.dropped)
            self.specs[code] = self.dropped.pop(code)
            return f"{code} back"
        code = f"R{4 + len(self.specs)}"
        self.specs[code] = requirement(random, random.randrange(4))
        return f"{code} new: {_said(self.specs[code])}"


def _said(spec: Spec) -> Spec:
    """Without what is not said, days as the file writes them."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in spec.items()
        if value is not None and value != []
    }
