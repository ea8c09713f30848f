"""Writing letters and keeping account of their delivery."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms.notifications import queries, rules
from lms.notifications.models import Letter
from lms.platform.db import db


@dataclass(frozen=True)
class Claimed:
    """A letter that this process may send now."""

    id: int
    recipient: str
    subject: str
    body: str
    written_at: datetime


def write_letter(recipient: str, *, subject: str, body: str, now: datetime) -> Letter:
    """Put a letter into the outbox, in the transaction of what causes it; it leaves after the commit."""
    letter = Letter(recipient=recipient, subject=subject, body=body, written_at=now, next_try_at=now)
    db.session.add(letter)
    return letter


@dataclass(frozen=True)
class Draft:
    """A letter to be written."""

    recipient: str
    subject: str
    body: str


def write_letters(drafts: Sequence[Draft], *, now: datetime) -> None:
    """Put many letters into the outbox, as `write_letter` does one; `db.session.info["letters"]` counts them."""
    if not drafts:
        return
    rows = [
        {"recipient": draft.recipient, "subject": draft.subject[:200], "body": draft.body, "tries": 0, "error": ""}
        for draft in drafts
    ]
    db.session.execute(sa.insert(Letter), [{**row, "written_at": now, "next_try_at": now} for row in rows])
    db.session.info["letters"] = db.session.info.get("letters", 0) + len(rows)


def claim(now: datetime, *, most: int) -> list[Claimed]:
    """Take letters to send: their next try moves ahead by the lease, so that nobody else takes them meanwhile."""
    letters = queries.letters_due(now, most)
    for letter in letters:
        letter.next_try_at = now + rules.LEASE
        letter.tries += 1
    db.session.flush()
    return [Claimed(letter.id, letter.recipient, letter.subject, letter.body, letter.written_at) for letter in letters]


def mark_sent(letter_ids: Iterable[int], now: datetime) -> None:
    """Note that letters left. Their text goes too: it may hold a link that opens an account."""
    for letter in _letters(letter_ids):
        letter.sent_at, letter.body, letter.error = now, "", ""


def mark_failed(failures: dict[int, tuple[str, bool]], now: datetime) -> None:
    """Note why letters did not leave: id → (what the mail server said, whether for good)."""
    for letter in _letters(failures):
        error, for_good = failures[letter.id]
        letter.error = error[:300]
        again = None if for_good else rules.next_try(letter.tries, now)
        if again is None:
            letter.given_up_at, letter.body = now, ""
        else:
            letter.next_try_at = again


def _letters(ids: Iterable[int]) -> list[Letter]:
    wanted = sorted(ids)
    return list(db.session.scalars(db.select(Letter).where(Letter.id.in_(wanted)))) if wanted else []
