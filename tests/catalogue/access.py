"""The catalogue's rows of the permission table."""

from io import BytesIO
from typing import Any

from flask import current_app
from itsdangerous import URLSafeSerializer

from lms.platform import files as store
from tests.access import Row, learner
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
    Row(endpoint="catalogue.download", giang=200, huy=200, values=once),
]  # fmt: skip
