"""The permission table: endpoint × cast member → status; each domain lists its rows in tests/<domain>/access.py."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.factories import Cast


@dataclass(frozen=True, kw_only=True)
class Row:
    """One endpoint and what each member of the cast gets. GET unless `data` is given (then POST)."""

    endpoint: str
    visitor: int = 302
    an: int = 403
    binh: int = 403
    chi: int = 403
    dung: int = 403
    giang: int = 403
    huy: int = 403
    values: Callable[[Cast], dict[str, Any]] = field(default=lambda cast: {})
    """URL values; may make what the address names. Seen from Bình's unit, so Chi gets 404 for single objects."""
    data: Callable[[Cast], dict[str, Any]] | None = None
    note: str = ""


def learner(endpoint: str, status: int = 200, **more: Any) -> Row:
    """An endpoint that anyone signed in may call."""
    everyone = dict.fromkeys(("an", "binh", "chi", "dung", "giang", "huy"), status)
    return Row(endpoint=endpoint, **{**everyone, **more})


def public(endpoint: str, status: int = 200, **more: Any) -> Row:
    """An endpoint that anyone may call, signed in or not."""
    return learner(endpoint, status, **{"visitor": status, **more})
