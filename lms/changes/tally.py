"""The effects of an act, counted, marked and kept."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from typing import IO, Any

from lms.changes.kinds import Effect
from lms.platform import vietnamese

_EFFECT = tuple(field.name for field in fields(Effect))
_NAMED = tuple(name for name in _EFFECT if not name.endswith("_id") or name == "personal_id")


class Tally:
    """Effects counted as they come by, with a mark of exactly these ones. Memory does not grow with them."""

    def __init__(self) -> None:
        """Begin with none."""
        self.counts: Counter[str] = Counter()
        self.people: set[str] = set()
        self._mark = hashlib.sha256()

    def take(self, effects: Iterable[Effect], spool: IO[str] | None = None) -> None:
        """Count effects; `spool` gets each of them as a line of JSON."""
        for effect in effects:
            values = [_plain(getattr(effect, name)) for name in _EFFECT]
            # The keys of what an act adds are others each time; what people call it is not.
            self._mark.update(json.dumps([getattr(effect, name) for name in _NAMED], default=str).encode())
            self.counts[effect.what] += 1
            self.people.add(effect.personal_id)
            if spool is not None:
                spool.write(json.dumps(values) + "\n")

    def summary(self) -> dict[str, Any]:
        """What is kept with the change set."""
        return {
            **self.counts, "duties": self.counts.total(), "people": len(self.people), "digest": self._mark.hexdigest()
        }  # fmt: skip


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def row_of(change_id: int, place: int, line: str) -> dict[str, Any]:
    """A spooled effect as a row of change_effect."""
    values = dict(zip(_EFFECT, json.loads(line), strict=True))
    for name in ("due_before", "due_after"):
        values[name] = values[name] and date.fromisoformat(values[name])
    folded = vietnamese.fold(values["name"])[:160]
    return {"change_id": change_id, "place": place, "search_key": folded, **values}
