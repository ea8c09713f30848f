"""Answers as somebody gives them: right ones, or wrong ones of the shape that the quiz page sends."""

from collections.abc import Mapping
from random import Random
from typing import Any


def order(kind: str, body: Mapping[str, Any], random: Random) -> list[int]:
    """In which order a paper shows the options, right-hand sides or items."""
    if kind in ("single", "multiple"):
        length = len(body["options"])
    elif kind == "matching":
        length = len(body["pairs"]) + len(body.get("extra", ()))
    else:
        length = len(body["items"]) if kind == "ordering" else 0
    shown = list(range(length))
    random.shuffle(shown)
    return shown


def response(kind: str, body: Mapping[str, Any], *, right: bool) -> Any:
    """A full answer in the question's own numbering, worth one point or none."""
    if kind in ("single", "multiple"):
        return [n for n, option in enumerate(body["options"]) if bool(option.get("correct")) == right][
            : None if right else 1
        ]
    if kind == "true_false":
        return body["answer"] is right
    if kind == "matching":
        count = len(body["pairs"])
        return {str(n): n if right else (n + 1) % count for n in range(count)}
    if kind == "ordering":
        count = len(body["items"])
        return [n + 1 if right else (n + 1) % count + 1 for n in range(count)]
    return str(body["answer"]) if right else str(float(body["answer"]) + float(body.get("tolerance") or 0) + 1)
