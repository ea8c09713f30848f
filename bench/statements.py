"""Counting the statements that reach the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass
class Counted:
    """How many there were."""

    count: int = 0


@contextmanager
def counting() -> Iterator[Counted]:
    """Count the statements of this process while the block runs."""
    counted = Counted()

    def one_more(*_args: Any) -> None:
        counted.count += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", one_more)
    try:
        yield counted
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", one_more)
