"""What a roster may do: to people it does not name, with cells it leaves empty, and which changes at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_LEAVING = 5
"""Percent of a unit's staff leaving in one file from which it stops, unless the office has set another number."""
FEW = 5
"""So few people may leave in one file without a question, whatever their share."""


class Missing(StrEnum):
    """What becomes of people who work in the unit but stand nowhere in the file."""

    KEEP = "keep"
    END = "end"
    STOP = "stop"
    """End, but only when no more than the set share of the staff would leave."""


class Empty(StrEnum):
    """What an empty cell says."""

    IGNORE = "ignore"
    CLEAR = "clear"


@dataclass(frozen=True)
class Policy:
    """What an office lets a roster do."""

    missing: Missing = Missing.STOP
    empty: Empty = Empty.IGNORE
    creates: bool = True
    """Whether people who are not in the unit yet begin there."""
    updates: bool = True
    """Whether people are moved and put right."""
    ends: bool = True
    """Whether postings end at all."""
    most_leaving: int = MOST_LEAVING
    """Percent, for Missing.STOP."""

    @property
    def ends_missing(self) -> bool:
        """Whether whoever is missing leaves."""
        return self.ends and self.missing is not Missing.KEEP

    def stops_at(self, leaving: int, staff: int) -> bool:
        """Whether so many leaving look like a file with missing rows: somebody must say that it is meant."""
        return self.missing is Missing.STOP and leaving > FEW and leaving * 100 > staff * self.most_leaving

    def as_json(self) -> dict[str, Any]:
        """As it is kept with an import."""
        return {
            "missing": self.missing.value, "empty": self.empty.value, "creates": self.creates, "updates": self.updates,
            "ends": self.ends, "most_leaving": self.most_leaving,
        }  # fmt: skip


USUAL = Policy()


def policy_of(kept: Mapping[str, Any]) -> Policy:
    """The policy that was kept with an import; what is not told is as usual."""
    return Policy(
        missing=Missing(kept.get("missing", USUAL.missing)),
        empty=Empty(kept.get("empty", USUAL.empty)),
        creates=bool(kept.get("creates", True)),
        updates=bool(kept.get("updates", True)),
        ends=bool(kept.get("ends", True)),
        most_leaving=int(kept.get("most_leaving", USUAL.most_leaving)),
    )
