"""Holding a row for the rest of the transaction before it is judged and changed."""

from typing import Any

from lms.platform.db import db


def hold(row: Any) -> None:
    """Lock the row and read it afresh; what this transaction changed before is written first, or it would be lost."""
    db.session.flush()
    db.session.refresh(row, with_for_update=True)
