"""Reading how the installation itself is: its database and its disk."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from lms.platform.db import db, is_postgresql

_POSTGRESQL = "SELECT pg_database_size(current_database())"
_SQLITE = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"


def database_bytes() -> int:
    """How large the database is."""
    return int(db.session.scalar(sa.text(_POSTGRESQL if is_postgresql() else _SQLITE)) or 0)


@dataclass(frozen=True)
class Space:
    """A disk, in bytes."""

    total: int
    free: int


def space(folder: Path) -> Space:
    """The disk on which a folder lies."""
    usage = shutil.disk_usage(folder)
    return Space(usage.total, usage.free)
