"""What may be closed, how a closed period is written down for its seal, and why a duty reads otherwise now. Pure."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from lms.plan.rules import FOREVER
from lms.plan.rules.states import COUNTS, PAUSED, WAIVED

FORMAT = "chot-so-lieu/1"
"""Names the canonical form: docs/decisions/0007-closed-periods.md."""
BASIS, NOW = 0, -1
"""Stages of figures besides the errata, which are counted from 1."""


class Refusal(StrEnum):
    """What forbids closing a period or issuing an erratum."""

    FUTURE = "future"
    IN_DOUBT = "in-doubt"
    CLOSED_ALREADY = "closed-already"
    NO_SUCH_UNIT = "no-such-unit"
    NOTHING_COUNTS = "nothing-counts"
    NOTHING_TO_CORRECT = "nothing-to-correct"
    CHANGED_MEANWHILE = "changed-meanwhile"
    BROKEN_SEAL = "broken-seal"


def why_not_close(*, as_of: date, today: date, is_in_doubt: bool, is_closed: bool) -> Refusal | None:
    """Say what forbids closing figures of a day, or None."""
    if as_of > today:
        return Refusal.FUTURE
    if is_in_doubt:
        return Refusal.IN_DOUBT
    return Refusal.CLOSED_ALREADY if is_closed else None


# How it is written down -----------------------------------------------------------------------------------------------


def canonical_json(values: Mapping[str, Any]) -> str:
    """JSON (RFC 8259) with keys in order of code points, no white space, characters as themselves, NFC."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return unicodedata.normalize("NFC", text)


def moment_text(moment: datetime) -> str:
    """A moment in UTC with six decimals and "Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def mark_of(line: str) -> str:
    """The mark kept beside a line: the first 16 characters of its SHA-256; it tells which line was altered."""
    return hashlib.sha256(line.encode()).hexdigest()[:16]


class Fault(StrEnum):
    """How a closed period is not what was sealed."""

    HEAD = "head"
    ALTERED = "altered"
    MISSING = "missing"
    ADDED = "added"
    SOMEWHERE = "somewhere"
    """A line of a block was altered and its mark made to fit."""
    DIGEST = "digest"
    """Lines and blocks fit each other, but not the digest of the period."""
    FIGURES = "figures"
    """Figures do not follow from the lines."""
    ERRATA_CUT = "errata-cut"
    ERRATUM = "erratum"
    LOG = "log"
    """The log tells of another digest, or of none."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was sealed."""

    fault: Fault
    part: str = ""
    number: int | None = None
    """The line's number, or that of the erratum."""
    line: str = ""
    """What it says now."""
    through: int | None = None
    """For a block: its last line."""
    erratum: int | None = None


# Why a duty reads otherwise -------------------------------------------------------------------------------------------


class Cause(StrEnum):
    """Why a duty is known otherwise now than when the period was closed; the first that applies is the main one."""

    DISPUTED = "disputed"
    RECORDED_LATE = "recorded-late"
    VOIDED = "voided"
    MOVED = "moved"
    REFORM = "reform"
    RULES = "rules"
    WAIVED = "waived"
    NOT_WAIVED = "not-waived"
    ABSENT = "absent"
    NOT_ABSENT = "not-absent"
    GRANTED = "granted"
    NOT_GRANTED = "not-granted"
    STARTED = "started"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Duty:
    """A duty as it counts on the day."""

    unit_id: int
    kind: int
    due_on: date
    started_on: date
    fulfilled_on: date
    evidence: frozenset[str] = frozenset()


def tokens(evidence: str) -> frozenset[str]:
    """The facts that stand in a column of evidence."""
    return frozenset(evidence.split())


def figures_of(duty: Duty | None, day: date) -> frozenset[str]:
    """The figures that count the duty on the day; the rule in plain words of what `service.figures` does in SQL."""
    if duty is None:
        return frozenset()
    if duty.kind == WAIVED:
        return frozenset({"waived"})
    found = {"required"}
    if duty.fulfilled_on <= day:
        found.add("completed")
        if duty.fulfilled_on > duty.due_on:
            found.add("late")
        return frozenset(found)
    if duty.started_on <= day:
        found.add("in_progress")
    if duty.kind == PAUSED:
        found.add("paused")
    elif duty.kind == COUNTS and duty.due_on < day:
        found.add("overdue")
    return frozenset(found)


def causes(
    before: Duty | None,
    after: Duty | None,
    *,
    is_reposted: bool,
    is_reformed: bool,
    has_other_rules: bool,
    is_disputed: bool = False,
) -> list[Cause]:
    """Why a duty reads `after` instead of `before`, from what lies behind each; Cause.UNKNOWN if nothing tells.

    `is_reposted`: another posting holds on the day than when the period was closed; `is_reformed`: it is one that a
    reform made; `has_other_rules`: the requirement decides by other rules now, or did not exist; `is_disputed`: the
    answer to a dispute made what came or went.
    """
    was = before.evidence if before else frozenset()
    now = after.evidence if after else frozenset()
    came, went = {token[0] for token in now - was}, {token[0] for token in was - now}
    found: list[Cause] = []
    fulfilment = _day_of(before, "fulfilled_on") != _day_of(after, "fulfilled_on")
    if fulfilment and before is not None and after is not None:
        if "c" in went and after.fulfilled_on > before.fulfilled_on:
            found.append(Cause.VOIDED)
        elif "c" in came:
            found.append(Cause.RECORDED_LATE)
        elif "c" in went:
            found.append(Cause.VOIDED)
    if is_reposted and (before is None or after is None or before.unit_id != after.unit_id):
        found.append(Cause.REFORM if is_reformed else Cause.MOVED)
    if has_other_rules and not (found and before and after and before.due_on == after.due_on):
        found.append(Cause.RULES)
    for token, more, less in (
        ("w", Cause.WAIVED, Cause.NOT_WAIVED), ("a", Cause.ABSENT, Cause.NOT_ABSENT),
        ("g", Cause.GRANTED, Cause.NOT_GRANTED),
    ):  # fmt: skip
        if token in came:
            found.append(more)
        elif token in went:
            found.append(less)
    if not found and _day_of(before, "started_on") != _day_of(after, "started_on"):
        found.append(Cause.STARTED)
    if is_disputed:
        found.insert(0, Cause.DISPUTED)
    return found or [Cause.UNKNOWN]


def _day_of(duty: Duty | None, name: str) -> date:
    return FOREVER if duty is None else getattr(duty, name)
