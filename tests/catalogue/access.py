"""The catalogue's rows of the permission table."""

from io import BytesIO
from typing import Any

from flask import current_app
from itsdangerous import URLSafeSerializer

from lms.catalogue import service
from lms.platform import clock
from lms.platform import files as store
from lms.platform.events import SYSTEM
from tests.access import Row, learner
from tests.catalogue.documents import p, word
from tests.catalogue.packages import files, published, zipped
from tests.factories import Cast


def course(cast: Cast) -> dict[str, Any]:
    """A published course of the city."""
    published()
    return {"slug": "khoa-thu"}


def once(cast: Cast) -> dict[str, Any]:
    """The same course and its only version."""
    return {**course(cast), "number": 1}


def lesson(cast: Cast) -> dict[str, Any]:
    """Its first lesson."""
    return {**once(cast), "key": "01-mo-dau"}


def picture(cast: Cast) -> dict[str, Any]:
    """Its picture."""
    course(cast)
    return {"sha256": store.digest(files()["media/so-do.svg"]), "name": "so-do.svg"}


def ticket(cast: Cast) -> dict[str, Any]:
    """Huy's uploaded package, not yet published; nobody else may use his ticket."""
    tickets = URLSafeSerializer(current_app.config["SECRET_KEY"], salt="goi-khoa-hoc")
    return {"ticket": tickets.dumps([store.keep(zipped(files())), cast.huy.id])}


def uploaded_document(cast: Cast) -> dict[str, Any]:
    """Huy's uploaded Word file, not yet added; nobody else may use his ticket."""
    tickets = URLSafeSerializer(current_app.config["SECRET_KEY"], salt="tep-bai-hoc")
    kept = store.keep(word(p("Chữ.")))
    return {**course(cast), "ticket": tickets.dumps([kept, "a.docx", "khoa-thu", cast.huy.id])}


def drafted(cast: Cast) -> dict[str, Any]:
    """The same course with a draft."""
    values = course(cast)
    service.start_draft("khoa-thu", by=SYSTEM, now=clock.now())
    return values


def drafted_lesson(cast: Cast) -> dict[str, Any]:
    """A lesson of the draft."""
    return {**drafted(cast), "key": "01-mo-dau"}


def drafted_picture(cast: Cast) -> dict[str, Any]:
    """A picture of the draft."""
    return {**drafted(cast), "name": "so-do.svg"}


EDITED = {"title": "Mở đầu", "minutes": "9", "text": "Chữ mới.", "seen": "1"}

ROWS = [
    learner("catalogue.courses"),
    learner("catalogue.course", values=course),
    learner("catalogue.media", values=picture),
    Row(endpoint="catalogue.manage", giang=200, huy=200),
    Row(endpoint="catalogue.upload", giang=200, huy=200),
    Row(
        endpoint="catalogue.upload", giang=422, huy=422, data=lambda cast: {"package": (BytesIO(b"no zip"), "a.zip")},
    ),
    Row(endpoint="catalogue.publish", giang=404, huy=200, values=ticket),
    Row(endpoint="catalogue.publish", giang=404, huy=303, values=ticket, data=lambda cast: {}),
    Row(endpoint="catalogue.manage_course", giang=200, huy=200, values=course),
    Row(endpoint="catalogue.preview_lesson", giang=200, huy=200, values=lesson),
    Row(endpoint="catalogue.bank", giang=200, huy=200, values=once),
    Row(endpoint="catalogue.document", giang=200, huy=200, values=course),
    Row(
        endpoint="catalogue.document", giang=422, huy=422, values=course,
        data=lambda cast: {"document": (BytesIO(b"no zip"), "a.docx")},
    ),
    Row(endpoint="catalogue.document_lessons", giang=404, huy=200, values=uploaded_document),
    Row(endpoint="catalogue.document_lessons", giang=404, huy=303, values=uploaded_document, data=lambda cast: {}),
    Row(endpoint="catalogue.begin_draft", giang=303, huy=303, values=course, data=lambda cast: {}),
    Row(endpoint="catalogue.draft", giang=200, huy=200, values=drafted),
    Row(endpoint="catalogue.draft", giang=422, huy=422, values=drafted, data=lambda cast: {}),
    Row(
        endpoint="catalogue.move_lesson", giang=303, huy=303, values=drafted,
        data=lambda cast: {"bai": "01-mo-dau", "huong": "xuong"},
    ),
    # The one who comes second finds the lesson, and then the draft, gone.
    Row(endpoint="catalogue.remove_lesson", giang=303, huy=404, values=drafted_lesson, data=lambda cast: {}),
    Row(endpoint="catalogue.discard_draft", giang=303, huy=404, values=drafted, data=lambda cast: {}),
    Row(endpoint="catalogue.draft_lesson", giang=200, huy=200, values=drafted_lesson),
    Row(endpoint="catalogue.draft_lesson", giang=303, huy=303, values=drafted_lesson, data=lambda cast: EDITED),
    Row(endpoint="catalogue.draft_picture", giang=200, huy=200, values=drafted_picture),
    Row(endpoint="catalogue.download", giang=200, huy=200, values=once),
]  # fmt: skip
