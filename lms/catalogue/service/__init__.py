"""Changing the catalogue: publishing versions, and drafting the next one."""

from lms.catalogue import queries
from lms.catalogue.service.drafts import (
    add_lessons,
    files_in,
    intended_lessons,
    package_of,
    read_document,
    start_draft,
)
from lms.catalogue.service.publishing import (
    Intention,
    intended_changes,
    intention,
    package_in,
    publish,
    standing_package,
)

__all__ = [
    "Intention",
    "add_lessons",
    "files_in",
    "intended_changes",
    "intended_lessons",
    "intention",
    "package_in",
    "package_of",
    "publish",
    "queries",
    "read_document",
    "standing_package",
    "start_draft",
]
