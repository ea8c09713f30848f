"""Printing results as tables and keeping them as JSON."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bench.database import SCRATCH


class Table:
    """Rows under headings, printed with aligned columns."""

    def __init__(self, title: str, headings: Sequence[str]) -> None:
        self.title = title
        self.rows: list[tuple[str, ...]] = [tuple(headings)]

    def add(self, *values: object) -> None:
        """Add a row."""
        self.rows.append(tuple(str(value) for value in values))

    def show(self) -> None:
        """Print it."""
        widths = [max(len(row[i]) for row in self.rows) for i in range(len(self.rows[0]))]
        print(f"\n{self.title}\n{'-' * len(self.title)}")
        for row in self.rows:
            first, *others = (
                f"{text:<{w}}" if not i else f"{text:>{w}}" for i, (text, w) in enumerate(zip(row, widths, strict=True))
            )
            print("  ".join([first, *others]))
        print(flush=True)


def keep(name: str, figures: dict[str, Any]) -> None:
    """Keep a run's figures under bench/out."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    path = SCRATCH / f"{name}.json"
    stamped = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **figures}
    path.write_text(json.dumps(stamped, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")
