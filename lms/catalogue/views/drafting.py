"""The next version of a course in the making: lessons from office files, their text and order, publishing."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import Response, abort, current_app, flash, redirect, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as Answer

from lms.catalogue import labels, office, queries, rules, service
from lms.catalogue.forms import DocumentForm, LessonForm, PublishForm
from lms.catalogue.office import Imported, UnreadableDocument
from lms.catalogue.office.opening import MOST_BYTES
from lms.catalogue.package import drafting
from lms.catalogue.queries import DraftFacts, VersionFacts
from lms.catalogue.rules import DraftRefusal
from lms.catalogue.views.authoring import MANAGE
from lms.catalogue.views.blueprint import bp
from lms.platform import clock, files
from lms.platform.access import requires
from lms.platform.forms import Refused
from lms.platform.pages import page

PICTURE_TYPES = {"png": "image/png", "jpg": "image/jpeg", "svg": "image/svg+xml"}
SENTENCES: dict[Any, str] = {**labels.REFUSALS, **labels.DRAFT_REFUSALS}


def _course(slug: str) -> VersionFacts:
    """The current version of a course of the trainer's units."""
    versions = queries.managed_course(current_user, MANAGE, slug) or abort(404)
    return next((version for version in versions if version.is_current), None) or abort(404)


def _draft(slug: str) -> DraftFacts:
    return queries.draft_of(slug) or abort(404)


def _tickets() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="tep-bai-hoc")


# From a file ----------------------------------------------------------------------------------------------------------


@bp.route("/soan-khoa-hoc/<slug>/tu-tep", methods=["GET", "POST"])
@requires(MANAGE)
def document(slug: str) -> Response | Answer:
    """Take a Word or PowerPoint file, read it whole; adding its lessons is the next step."""
    version, form = _course(slug), DocumentForm()
    if form.validate_on_submit():
        content, name = form.document.data.read(MOST_BYTES + 1), form.document.data.filename or ""
        try:
            service.read_document(content, name, slug)
            ticket = _tickets().dumps([files.keep(content), name[-200:], slug, current_user.account_id])
            return redirect(url_for(".document_lessons", slug=slug, ticket=ticket), 303)
        except UnreadableDocument as unreadable:
            form.refuse("document", str(unreadable))
        except Refused as refusal:
            form.refuse("document", str(SENTENCES[refusal.reason]))
    return page("catalogue/document.html", version=version, form=form)


@bp.route("/soan-khoa-hoc/<slug>/tu-tep/<ticket>", methods=["GET", "POST"])
@requires(MANAGE)
def document_lessons(slug: str, ticket: str) -> Response | Answer:
    """Show the lessons of an uploaded file and what is lost, ask for missing descriptions; add them when asked."""
    version = _course(slug)
    name, imported = _uploaded(slug, ticket)
    form = PublishForm()
    if form.validate_on_submit():
        alts = {key.removeprefix("alt-"): value for key, value in request.form.items() if key.startswith("alt-")}
        with form.refusals(SENTENCES):
            keys = service.add_lessons(
                slug, imported, source=name, alts=alts, by=current_user, now=clock.now()
            )  # fmt: skip
            flash(_("Đã đưa %(n)s bài vào bản nháp.", n=len(keys)))
            return redirect(url_for(".draft", slug=slug), 303)
    unsaid = [
        (one, office.thumbnail(one.content), request.form.get(f"alt-{one.name}", ""))
        for one in imported.pictures.values()
        if not one.alt
    ]
    lost = [one for one in imported.lost if one.code != "missing-alt"]
    refusal = service.intended_lessons(slug, imported)
    return page(
        "catalogue/document_lessons.html", version=version, form=form, name=name, imported=imported, lost=lost,
        unsaid=unsaid, longest_alt=office.LONGEST_ALT, refusal=SENTENCES[refusal] if refusal else None,
    )  # fmt: skip


def _uploaded(slug: str, ticket: str) -> tuple[str, Imported]:
    """The file name and the lessons behind a ticket; 404 for a ticket of somebody else or another course."""
    try:
        sha256, name, of, account_id = _tickets().loads(ticket)
        if of != slug or account_id != current_user.account_id:
            abort(404)
        return name, service.read_document(files.kept(sha256), name, slug)
    except (BadSignature, FileNotFoundError, UnreadableDocument, ValueError):
        abort(404)


# The draft ------------------------------------------------------------------------------------------------------------


@bp.post("/soan-khoa-hoc/<slug>/nhap/bat-dau")
@requires(MANAGE)
def begin_draft(slug: str) -> Answer:
    """Begin a draft from the current version, or go on with the open one."""
    _course(slug)
    try:
        service.start_draft(slug, by=current_user, now=clock.now())
    except Refused as refusal:
        flash(str(SENTENCES[refusal.reason]), "late")
        return redirect(url_for(".manage_course", slug=slug), 303)
    return redirect(url_for(".draft", slug=slug), 303)


@bp.route("/soan-khoa-hoc/<slug>/nhap", methods=["GET", "POST"])
@requires(MANAGE)
def draft(slug: str) -> Response | Answer:
    """The draft: its lessons, what is to be put right, what it changes; publish it when asked."""
    version, found, form = _course(slug), _draft(slug), PublishForm()
    if form.validate_on_submit():
        with form.refusals(SENTENCES):
            made = service.publish_draft(
                slug, actor=current_user, by=current_user, today=clock.today(), now=clock.now()
            )  # fmt: skip
            flash(_("Đã phát hành phiên bản %(n)s của khóa học “%(title)s”.", n=made.number, title=made.title))
            return redirect(url_for(".manage_course", slug=slug), 303)
    reading = service.package_of(found)
    standing = service.standing_package(version)
    lessons = drafting.outline(service.files_in(found.files))
    return page(
        "catalogue/draft.html", version=version, draft=found, form=form, problems=reading.problems,
        lessons=lessons, titles={lesson.key: lesson.title for lesson in lessons},
        saves=queries.saves_of(found.draft_id),
        changes=rules.changes(standing, reading.package) if reading.package else None,
        change_words=labels.CHANGES, change_looks=labels.CHANGE_LOOK,
        is_behind=found.base_version_id != version.version_id,
    )  # fmt: skip


@bp.post("/soan-khoa-hoc/<slug>/nhap/thu-tu")
@requires(MANAGE)
def move_lesson(slug: str) -> Answer:
    """Move a lesson one place up or down."""
    _course(slug)
    key, places = request.form.get("bai", ""), 1 if request.form.get("huong") == "xuong" else -1
    _answered(lambda: service.move_lesson(slug, key, places, by=current_user, now=clock.now()))
    return redirect(url_for(".draft", slug=slug), 303)


@bp.post("/soan-khoa-hoc/<slug>/nhap/bai/<key>/bo")
@requires(MANAGE)
def remove_lesson(slug: str, key: str) -> Answer:
    """Take a lesson out of the draft."""
    _course(slug)
    if _answered(lambda: service.remove_lesson(slug, key, by=current_user, now=clock.now())):
        flash(_("Đã bỏ bài khỏi bản nháp. Phiên bản đang phát hành không đổi."))
    return redirect(url_for(".draft", slug=slug), 303)


@bp.post("/soan-khoa-hoc/<slug>/nhap/bo")
@requires(MANAGE)
def discard_draft(slug: str) -> Answer:
    """Give the draft up."""
    _course(slug)
    if _answered(lambda: service.discard_draft(slug, by=current_user, now=clock.now())):
        flash(_("Đã bỏ bản nháp. Phiên bản đang phát hành không đổi."))
    return redirect(url_for(".manage_course", slug=slug), 303)


def _answered(act: Callable[[], None]) -> bool:
    """Do something to a draft; 404 when the draft or the lesson is not there (any more)."""
    try:
        act()
    except Refused:
        abort(404)
    return True


@bp.route("/soan-khoa-hoc/<slug>/nhap/bai/<key>", methods=["GET", "POST"])
@requires(MANAGE)
def draft_lesson(slug: str, key: str) -> Response | Answer:
    """Edit a lesson of the draft, with what a learner will see below; two who edit at once lose nothing."""
    version, found = _course(slug), _draft(slug)
    standing = service.lesson_at(found.files, key) or abort(404)
    title, minutes, text = standing
    form = LessonForm(
        data={
            "title": title, "minutes": _small_number(minutes) or None, "text": text,
            "seen": found.revision,
        }
    )  # fmt: skip
    theirs = None
    if form.validate_on_submit():
        try:
            service.edit_lesson(
                slug, key, title=form.title.data, minutes=form.minutes.data, text=form.text.data,
                seen=_small_number(form.seen.data), by=current_user, now=clock.now(),
            )  # fmt: skip
            flash(_("Đã lưu bài “%(title)s” vào bản nháp.", title=form.title.data))
            return redirect(url_for(".draft_lesson", slug=slug, key=key), 303)
        except Refused as refusal:
            form.form_errors = [*form.form_errors, str(SENTENCES[refusal.reason])]
            if refusal.reason is DraftRefusal.CHANGED_MEANWHILE:
                theirs = text
                form.seen.data = str(found.revision)
    problems = [one for one in service.package_of(found).problems if one.file == f"lessons/{key}.md"]
    return page(
        "catalogue/draft_lesson.html", version=version, draft=found, form=form, key=key, title=title, theirs=theirs,
        problems=problems, html=service.preview(slug, found, key),
    )  # fmt: skip


def _small_number(sent: str | None) -> int:
    """A small whole number that was sent; 0, which no save has, for anything else."""
    return int(sent) if sent and re.fullmatch(r"[0-9]{1,9}", sent) else 0


@bp.get("/soan-khoa-hoc/<slug>/nhap/hinh/<name>")
@requires(MANAGE)
def draft_picture(slug: str, name: str) -> Response:
    """A picture of the draft."""
    _course(slug)
    sha256 = _draft(slug).files.get(f"media/{name}") or abort(404)
    kind = PICTURE_TYPES.get(name.rpartition(".")[2]) or abort(404)
    response = send_file(BytesIO(files.kept(sha256)), mimetype=kind, etag=sha256)
    response.cache_control.private, response.cache_control.public = True, False
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
