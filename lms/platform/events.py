"""Events: a change is told once, in the transaction that makes it, to whoever listens."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from lms.platform import vietnamese


class By(Protocol):
    """Who did it: an account, or the system itself."""

    @property
    def account_id(self) -> int | None:
        """The account, None for the system."""

    @property
    def name(self) -> str:
        """The name a reader will still understand in ten years."""


@dataclass(frozen=True)
class System:
    """The system acting on its own: a command, a job, a consequence."""

    name: str = "Hệ thống"
    account_id: int | None = None


SYSTEM = System()


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact that a domain announces. Subclasses set `key` = "domain:object:verb" and a few plain values."""

    key: ClassVar[str] = ""
    unit_id: int | None = field(default=None)
    """The unit in whose log the event belongs."""
    person_id: int | None = field(default=None)
    """The person concerned."""

    def facts(self) -> dict[str, Any]:
        """The event's own values, ready for JSON; fields with metadata {"log": False} are for listeners only."""
        own = [f.name for f in fields(self) if f.name not in ("unit_id", "person_id") and f.metadata.get("log", True)]
        return {name: _plain(getattr(self, name)) for name in own}


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in value]
    return value


Listener = Callable[[Any, By], None]
_listeners: list[tuple[type[Event], Listener]] = []


def listens_to(kind: type[Event]) -> Callable[[Listener], Listener]:
    """Register a function `(event, by)` for a class of events and its subclasses."""

    def register(listener: Listener) -> Listener:
        if (kind, listener) not in _listeners:
            _listeners.append((kind, listener))
        return listener

    return register


def emit(event: Event, *, by: By) -> None:
    """Tell every listener, in order of registration, inside the current transaction."""
    for kind, listener in _listeners:
        if isinstance(event, kind):
            listener(event, by)


def sentence_for(templates: dict[str, str], key: str, facts: dict[str, Any]) -> str:
    """A Vietnamese sentence for a logged event; an unknown or incomplete one still says its key."""
    template = templates.get(key)
    if template is None:
        return key
    try:
        said = template.format(**{name: _spoken(value) for name, value in facts.items()})
    except (KeyError, IndexError):
        return f"{key} {facts}"
    return said if said.endswith((".", "…")) else f"{said}."


def _spoken(value: Any) -> Any:
    """A fact as people write it: JSON keeps days and decimals as 2024-01-15 and 4.50."""
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return vietnamese.short_day(date.fromisoformat(value))
    return vietnamese.number(Decimal(value)) if re.fullmatch(r"\d+\.\d\d", value) else value
