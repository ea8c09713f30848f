"""What may be disputed and decided, until when, by which desk, and with which papers. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from enum import StrEnum

DAYS = 10
"""Working days a desk has where nothing else was set."""
MOST_FILES = 10
MOST_NOTES = 200
MOST_BYTES = 10 * 1024 * 1024


class Kind(StrEnum):
    """What is held to be wrong."""

    NOT_MINE = "not-mine"
    NOT_COUNTED = "not-counted"
    WRONG_RESULT = "wrong-result"
    WRONG_DAY = "wrong-day"
    AWAY = "away"
    OTHER = "other"


class Outcome(StrEnum):
    """How a dispute ended."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Effect(StrEnum):
    """What a decision changes."""

    NONE = "none"
    COMPLETION = "completion"
    VOID = "void"
    EXTEND = "extend"
    WAIVE = "waive"
    POSTING = "posting"


class Said(StrEnum):
    """Kinds of notes."""

    OPENED = "opened"
    COMMENT = "comment"
    HANDED = "handed"
    LATE = "late"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Refusal(StrEnum):
    """Why an act on a dispute is refused."""

    OPEN_ALREADY = "open-already"
    CLOSED = "closed"
    OWN = "own"
    NEEDS_EFFECT = "needs-effect"
    NEEDS_NO_EFFECT = "needs-no-effect"
    NO_POSTING = "no-posting"
    NO_RESULT = "no-result"
    SAME_DESK = "same-desk"
    TOO_MANY_FILES = "too-many-files"
    TOO_MANY_NOTES = "too-many-notes"


def why_not_decide(outcome: Outcome, effect: Effect, *, is_closed: bool, is_own: bool) -> Refusal | None:
    """Say what forbids a decision: what is accepted changes something, what is refused changes nothing."""
    if is_closed:
        return Refusal.CLOSED
    if is_own:
        return Refusal.OWN
    if outcome is Outcome.REFUSED:
        return None if effect is Effect.NONE else Refusal.NEEDS_NO_EFFECT
    return Refusal.NEEDS_EFFECT if effect is Effect.NONE else None


def is_late(due_on: date, today: date, *, is_closed: bool) -> bool:
    """Whether the desk is late: the due day itself is in time."""
    return not is_closed and due_on < today


def first_desk(line: Sequence[int]) -> int | None:
    """The unit that answers first, of the units with HR from the person's own upwards."""
    return line[0] if line else None


def next_desk(line: Sequence[int], desk: int) -> int | None:
    """The next unit up the line; None at its end. From a desk that has left the line it goes to the nearest above it
    that is known, that is to the first."""
    if desk not in line:
        return first_desk(line)
    at = line.index(desk) + 1
    return line[at] if at < len(line) else None


ENDINGS = {"pdf": (".pdf",), "jpg": (".jpg", ".jpeg"), "png": (".png",), "docx": (".docx",)}


def kind_of_bytes(content: bytes) -> str | None:
    """pdf, jpg, png, "zip" (perhaps a .docx: look inside), or None for anything else."""
    if content[:1024].lstrip()[:5] == b"%PDF-":
        return "pdf"
    if content[:3] == b"\xff\xd8\xff":
        return "jpg"
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    return "zip" if content[:4] == b"PK\x03\x04" else None


def file_name(sent: str, kind: str) -> str:
    """A name to keep and to save under: no folders, no control signs, the ending that the content has, ≤ 120 signs."""
    name = re.split(r"[\\/]", unicodedata.normalize("NFC", sent))[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    name = re.sub(r"\s+", " ", name).strip(" .")
    stem = name
    for ending in ENDINGS[kind]:
        if name.lower().endswith(ending):
            stem = name[: -len(ending)]
            break
    stem = stem.strip(" .")[:110].strip(" .") or "minh-chung"
    return f"{stem}.{kind}"
