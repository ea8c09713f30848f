"""Parts of a record; how a row of the log is written down for its hash; how each hash holds the one before. Pure."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

NOTHING = "0" * 64
"""What the first link of all holds on to."""


class Part(StrEnum):
    """A part of somebody's record that others may open."""

    RECORD = "record"
    """Own fields, postings, absences."""
    DUTIES = "duties"
    """What the person must study, and how far it is."""
    REASONS = "reasons"
    """Why one of it."""
    DISPUTE = "dispute"
    """What the person disputed, and the papers for it."""
    NUMBER = "number"
    """The full personal number."""


class Fault(StrEnum):
    """How the log is not what was sealed."""

    ALTERED = "altered"
    """The row, or its place in the chain, is not what was sealed."""
    DELETED = "deleted"
    """A sealed row is gone."""
    CUT = "cut"
    """Seals are gone: a gap in the numbers, or fewer than the day had."""
    UNSEALED = "unsealed"
    """A row that was never sealed although it had time."""


@dataclass(frozen=True)
class Link:
    """A sealed row as it stands: its place in the chain and, unless it is gone, what the row says."""

    day: date
    number: int
    event_id: int
    hash: str
    canonical: str | None


def canonical(event: Mapping[str, Any]) -> str:
    """A row of the log as text that is the same on every database and every machine.

    JSON (RFC 8259) with keys in order of code points, no white space, characters as themselves, NFC; the moment in
    UTC with six decimals and "Z".
    """
    at: datetime = event["at"]
    plain = {**event, "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return unicodedata.normalize("NFC", text)


def seal(before: str, day: date, number: int, text: str) -> str:
    """The hash of a row: SHA-256 over the hash before, the day, the number of the day, and the canonical row."""
    return hashlib.sha256(f"{before}\n{day.isoformat()}\n{number}\n{text}".encode()).hexdigest()


@dataclass
class Walk:
    """Walking along the chain, link by link, in order of day and number. Remembers one link."""

    hash: str = NOTHING
    day: date | None = None
    number: int = 0
    links: int = 0

    def step(self, link: Link) -> Fault | None:
        """Say what is wrong with the next link, or None. A wrong one does not make the ones behind it wrong."""
        expected = self.number + 1 if link.day == self.day else 1
        is_next = link.number == expected
        before = self.hash
        self.hash, self.day, self.number = link.hash, link.day, link.number
        self.links += 1
        if link.canonical is None:
            return Fault.DELETED
        if not is_next:
            return Fault.CUT
        return None if seal(before, link.day, link.number, link.canonical) == link.hash else Fault.ALTERED
