"""Reforms of every kind, composed over the units that stand on their day."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from lms.organisation.reform.checking import Standing

ROOT = "tp"
ACTS = ("merge", "merge", "split", "split", "split_off", "rename", "move", "dissolve", "land", "renew")


@dataclass
class Composed:
    """A file, and which of its units ask for choices among which codes."""

    text: bytes
    asks: dict[str, tuple[str, ...]] = field(default_factory=dict)


class _Composer:
    """Takes each unit for one act only, so that the acts of a file cannot contradict each other."""

    def __init__(self, random: Random, standing: Mapping[str, Standing], number: int) -> None:
        self.random, self.standing, self.number = random, standing, number
        self.free = [code for code in sorted(standing) if code != ROOT and not standing[code].changes_later]
        self.sections: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("units", "successions", "renames", "moves")
        }
        self.asks: dict[str, tuple[str, ...]] = {}
        self.random.shuffle(self.free)

    def take(self, *, high: bool = False) -> str | None:
        """A unit that nothing happens to yet; `high`: right below the root, so that nobody's parent ends above it."""
        for code in self.free:
            if not high or self.standing[code].parent == ROOT:
                self.free.remove(code)
                return code
        return None

    def new(self) -> str:
        """A unit that begins."""
        code = f"n{self.number}{len(self.sections['units'])}"
        self._begin(code)
        return code

    def _begin(self, code: str) -> None:
        kind = self.random.choice(("phuong", "xa"))
        self.sections["units"].append({"code": code, "name": f"Đơn vị {code}", "kind": kind, "parent": ROOT})

    def heir(self) -> str:
        """A unit that takes over: new, or one that stands and is none of those below an ended one."""
        return (self.random.random() < 0.5 and self.take(high=True)) or self.new()

    def hand_over(self, old: str, new: str, **more: Any) -> None:
        self.sections["successions"].append({"old": old, "new": new, **more})

    def rehang_below(self, old: str) -> None:
        """Units below one that has no single heir go below the root."""
        for code, unit in self.standing.items():
            if unit.parent == old and not any(row["unit"] == code for row in self.sections["moves"]):
                self.sections["moves"].append({"unit": code, "parent": ROOT})
                if code in self.free:
                    self.free.remove(code)

    def act(self, kind: str) -> None:
        old = self.take()
        if old is None:
            return
        if kind == "merge":
            heir = self.heir()
            self.hand_over(old, heir)
            if self.random.random() < 0.5 and (other := self.take()):
                self.hand_over(other, heir)
        elif kind == "split":
            self._split(old, self.heir(), self.heir())
        elif kind == "split_off":
            self._split(old, old, self.heir())
        elif kind == "dissolve":
            self.sections["successions"].append({"old": old})
            self.asks[old] = ()
            self.rehang_below(old)
        elif kind == "land":
            self.hand_over(old, self.new(), share="area_only")
        elif kind == "renew":
            # Another unit takes the same code over on the same day.
            self._begin(old)
            self.hand_over(old, old)
        elif kind == "rename":
            kinds = {"kind": self.random.choice(("phuong", "xa"))} if self.random.random() < 0.6 else {}
            self.sections["renames"].append({"unit": old, "name": f"Tên mới {old} {self.number}", **kinds})
        else:
            parent = self.take(high=True) if self.standing[old].parent == ROOT else None
            self.sections["moves"].append({"unit": old, "parent": parent or ROOT})

    def _split(self, old: str, one: str, other: str) -> None:
        shares = self.random.choice(
            (("partial", "remainder"), ("partial", "partial"), ("area_part_pop_full", "partial"))
        )
        marked = {"default": "true"} if self.random.random() < 0.3 else {}
        self.hand_over(old, one, share=shares[0])
        self.hand_over(old, other, share=shares[1], **marked)
        if shares[0] != "area_part_pop_full":
            self.asks[old] = (one, other)
        if one != old:
            self.rehang_below(old)


def compose(random: Random, standing: Mapping[str, Standing], number: int, day: date) -> Composed:
    """A reform of one to three acts."""
    composer = _Composer(random, standing, number)
    for _ in range(random.choice((1, 2, 2, 3))):
        composer.act(random.choice(ACTS))
    sections = {name: rows for name, rows in composer.sections.items() if rows}
    head = {"code": f"r{number}", "title": f"Sắp xếp {number}", "decision": f"{number}/NQ"}
    return Composed(json.dumps({**head, **sections}, ensure_ascii=False).encode(), composer.asks)
