"""Changing the catalogue: publishing versions, and drafting the next one."""

from lms.catalogue import queries
from lms.catalogue.service.drafts import (
    add_lessons,
    discard_draft,
    edit_lesson,
    files_in,
    intended_lessons,
    lesson_at,
    move_lesson,
    package_of,
    preview,
    publish_draft,
    read_document,
    remove_lesson,
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
    "discard_draft",
    "edit_lesson",
    "files_in",
    "intended_changes",
    "intended_lessons",
    "intention",
    "lesson_at",
    "move_lesson",
    "package_in",
    "package_of",
    "preview",
    "publish",
    "publish_draft",
    "queries",
    "read_document",
    "remove_lesson",
    "standing_package",
    "start_draft",
]
