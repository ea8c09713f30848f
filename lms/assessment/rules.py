"""Rules of assessment: drawing, shuffling, reading and marking answers, and what a moment means for an attempt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from random import Random
from typing import Any

from lms.platform.vietnamese import parse_decimal

LAG = timedelta(seconds=30)
"""How long after the deadline an answer is still accepted: slow lines must not cost anybody the last answer."""


class Kind(StrEnum):
    """Kinds of question."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    MATCHING = "matching"
    ORDERING = "ordering"
    NUMERIC = "numeric"


class AttemptState(StrEnum):
    """What an attempt is at a moment."""

    OPEN = "open"
    TIME_OVER = "time_over"
    SUBMITTED = "submitted"


class Refusal(StrEnum):
    """Why an attempt cannot begin, or an answer cannot be saved."""

    ALREADY_PASSED = "already_passed"
    NO_ATTEMPTS_LEFT = "no_attempts_left"
    NOT_ENOUGH_QUESTIONS = "not_enough_questions"
    OVER = "over"
    BROKEN = "broken"
    NOT_A_NUMBER = "not_a_number"


class Unreadable(ValueError):
    """A submitted answer that cannot be meant; `reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(str(reason))
        self.reason = reason


# Drawing and shuffling ------------------------------------------------------------------------------------------------


def draw(pool: Sequence[int], seen: Mapping[int, int], count: int, chance: Random) -> list[int]:
    """Draw `count` questions: those met least often by this person first, so the whole bank is used before any repeats.

    Raises Unreadable(NOT_ENOUGH_QUESTIONS) when the bank is smaller than the paper.
    """
    if len(pool) < count:
        raise Unreadable(Refusal.NOT_ENOUGH_QUESTIONS)
    ranked = sorted(pool, key=lambda question: (seen.get(question, 0), chance.random()))
    drawn = ranked[:count]
    chance.shuffle(drawn)
    return drawn


def shuffle(kind: str, body: Mapping[str, Any], chance: Random) -> list[int]:
    """The order in which one paper shows the options, right-hand sides or items; [] where nothing is shuffled."""
    order = list(range(_shuffled_length(kind, body)))
    chance.shuffle(order)
    if kind == Kind.ORDERING and len(order) > 1 and order == sorted(order):
        order.append(order.pop(0))  # never hand out the solution
    return order


def _shuffled_length(kind: str, body: Mapping[str, Any]) -> int:
    if kind in (Kind.SINGLE, Kind.MULTIPLE):
        return len(body["options"])
    if kind == Kind.MATCHING:
        return len(body["pairs"]) + len(body.get("extra", ()))
    return len(body["items"]) if kind == Kind.ORDERING else 0


def right_sides(body: Mapping[str, Any]) -> list[str]:
    """Every right-hand side of a matching question in its own numbering: the partners, then the extra ones."""
    return [pair["right"] for pair in body["pairs"]] + list(body.get("extra", ()))


# Reading an answer ----------------------------------------------------------------------------------------------------


def read(kind: str, body: Mapping[str, Any], order: Sequence[int], form: Mapping[str, Sequence[str]]) -> Any | None:
    """Turn a submitted form into a response in the question's own numbering; None when nothing was answered.

    The form speaks in places as shown (from 0), because the bank's own numbers would give solutions away:
    `tra_loi` (one value, several for multiple; dung/sai for true_false), `ve_<n>` for the n-th left side or shown item.
    Raises Unreadable for what no page of ours can send, and for numbers that are none.
    """
    values = [value.strip() for value in form.get("tra_loi", ()) if value.strip()]
    if kind in (Kind.SINGLE, Kind.MULTIPLE):
        if kind == Kind.SINGLE and len(values) > 1:
            raise Unreadable(Refusal.BROKEN)
        return sorted({order[_place(value, len(order))] for value in values}) or None
    if kind == Kind.TRUE_FALSE:
        if any(value not in ("dung", "sai") for value in values) or len(values) > 1:
            raise Unreadable(Refusal.BROKEN)
        return values[0] == "dung" if values else None
    if kind == Kind.MATCHING:
        chosen = {n: _first(form, f"ve_{n}") for n in range(len(body["pairs"]))}
        return {str(n): order[_place(value, len(order))] for n, value in chosen.items() if value} or None
    if kind == Kind.ORDERING:
        numbers: list[int | None] = [None] * len(order)
        for shown, item in enumerate(order):
            if value := _first(form, f"ve_{shown}"):
                numbers[item] = _place(value, len(order) + 1, low=1)
        return numbers if any(numbers) else None
    return _number(values[0]) if values else None


def _first(form: Mapping[str, Sequence[str]], name: str) -> str:
    values = form.get(name, ())
    return values[0].strip() if values else ""


def _place(value: str, below: int, low: int = 0) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 4 and low <= int(value) < below):
        raise Unreadable(Refusal.BROKEN)
    return int(value)


def _number(value: str) -> str:
    if len(value) > 20:
        raise Unreadable(Refusal.NOT_A_NUMBER)
    try:
        return str(parse_decimal(value))
    except ValueError as error:
        raise Unreadable(Refusal.NOT_A_NUMBER) from error


def is_complete(kind: str, body: Mapping[str, Any], response: Any | None) -> bool:
    """Whether every part of the question has been answered."""
    if response is None:
        return False
    if kind == Kind.MATCHING:
        return len(response) == len(body["pairs"])
    if kind == Kind.ORDERING:
        return sorted(number or 0 for number in response) == list(range(1, len(response) + 1))
    return True


# Marking --------------------------------------------------------------------------------------------------------------


def points(kind: str, body: Mapping[str, Any], response: Any | None) -> Fraction:
    """What an answer earns, from 0 to 1.

    single, true_false, numeric (within the tolerance): all or nothing. multiple: right choices less wrong choices,
    over all right options, never below 0. matching, ordering: the share of right places.
    """
    if response is None:
        return Fraction(0)
    if kind in (Kind.SINGLE, Kind.MULTIPLE):
        right = {n for n, option in enumerate(body["options"]) if option.get("correct")}
        chosen = set(response)
        if kind == Kind.SINGLE:
            return Fraction(chosen == right)
        return max(Fraction(0), Fraction(len(chosen & right) - len(chosen - right), len(right)))
    if kind == Kind.TRUE_FALSE:
        return Fraction(response is body["answer"])
    if kind == Kind.MATCHING:
        whole = right_sides(body)
        # By words, not by number: two partners may read the same.
        hits = sum(whole[right] == body["pairs"][int(left)]["right"] for left, right in response.items())
        return Fraction(hits, len(body["pairs"]))
    if kind == Kind.ORDERING:
        hits = sum(number == n and response.count(number) == 1 for n, number in enumerate(response, start=1))
        return Fraction(hits, len(response))
    return Fraction(abs(Decimal(response) - Decimal(body["answer"])) <= Decimal(body.get("tolerance") or 0))


def score(earned: Iterable[Fraction], total: int) -> Decimal:
    """Percent of all questions, two decimals, half up."""
    return _two_decimals(sum(earned, Fraction(0)) * 100 / total)


def kept_points(earned: Fraction) -> Decimal:
    """Points as they are stored: two decimals, half up."""
    return _two_decimals(earned)


def _two_decimals(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


# Time and attempts ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Past:
    """What the rules need of an earlier attempt."""

    started_at: datetime
    passed: bool


def state(deadline_at: datetime, submitted_at: datetime | None, now: datetime) -> AttemptState:
    """What an attempt is now, by the server's clock."""
    if submitted_at is not None:
        return AttemptState.SUBMITTED
    return AttemptState.OPEN if now < deadline_at else AttemptState.TIME_OVER


def ended_at(deadline_at: datetime, now: datetime) -> datetime:
    """When an attempt closed now has ended: whoever closes it late, it ended when its time ran out."""
    return min(deadline_at, now)


def attempts_left(past: Sequence[Past], allowed: int, year_began: datetime) -> int:
    """How many attempts this calendar year still gives; a yearly duty is learned anew each year."""
    return max(0, allowed - sum(attempt.started_at >= year_began for attempt in past))


def why_not_start(past: Sequence[Past], allowed: int, year_began: datetime) -> Refusal | None:
    """Say what forbids a new attempt, or None; an attempt still open is resumed, not begun again."""
    if any(attempt.passed and attempt.started_at >= year_began for attempt in past):
        return Refusal.ALREADY_PASSED
    return None if attempts_left(past, allowed, year_began) else Refusal.NO_ATTEMPTS_LEFT
