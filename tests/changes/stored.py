"""What the database holds, table by table, so that before and after can be compared."""

import sqlalchemy as sa

from lms.changes import journal
from lms.platform.db import db


def stored() -> dict[str, list[str]]:
    """Every row of every table of facts and of every derived one, but for the keys of derived rows."""
    found = {}
    for table in db.metadata.sorted_tables:
        if table.name in journal.HISTORY:
            continue
        columns = [c for c in table.columns if table.name not in journal.DERIVED or c.name != "id"]
        found[table.name] = sorted(map(repr, db.session.execute(sa.select(*columns))))
    return found


def differing(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, set[str]]:
    """Table → rows that only one of the two has."""
    return {name: set(before[name]) ^ set(after[name]) for name in before if before[name] != after[name]}
