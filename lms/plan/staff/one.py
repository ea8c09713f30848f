"""Changing what one posting says, or one person's own fields: from a day on, or because it was wrong."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from lms.organisation import queries as organisation
from lms.organisation import service as postings
from lms.organisation.models import Posting
from lms.organisation.queries import PersonFacts
from lms.plan import labels as plan_labels
from lms.plan.moves import flow
from lms.plan.moves import labels as move_labels
from lms.plan.staff.blueprint import bp
from lms.plan.staff.forms import PersonForm, PostingForm
from lms.platform import clock, vietnamese
from lms.platform.access import requires
from lms.platform.pages import page

CHANGE = flow.CHANGE
FIELDS = ("title", "department", "category", "position", "rank_code")
OWN = ("full_name", "birth_date", "sex", "staff_code", "email")


def _crumbs(person: PersonFacts) -> list[tuple[Any, str]]:
    return [
        (_("Nhân sự"), url_for("organisation.people")),
        (person.full_name, url_for("organisation.person", person_id=person.id)),
    ]


def choices(held: dict[str, str], first: SelectChoice, current: str = "") -> list[SelectChoice]:
    """Codes as a selection; what a posting says already stays choosable."""
    named = {**held, **({current: current} if current and current not in held else {})}
    return [first, *(SelectChoice(code, word) for code, word in named.items())]


@bp.route("/nhan-su/vi-tri/<int:posting_id>/sua", methods=["GET", "POST"])
@requires(CHANGE)
def posting(posting_id: int) -> Response:
    """Say what changes in a posting; look at the effect, then record it."""
    found = organisation.posting_for(current_user, posting_id)
    person, _own = organisation.person_seen(current_user, CHANGE, found.person_id, clock.today())
    held = {name: getattr(found, name) for name in FIELDS}
    form = PostingForm(data=held) if request.method == "GET" else PostingForm()
    nothing = SelectChoice("", _("Chưa ghi"))
    form.position.choices = choices(organisation.position_groups(), nothing, found.position)
    ranks = {code: f"{name} ({code})" for code, name in organisation.rank_names().items()}
    form.rank_code.choices = choices(ranks, nothing, found.rank_code)
    if flow.is_sent(form):
        shown = flow.proceed(_editing(person, found, form), form)
        if shown:
            return shown
    return page(
        "plan/staff/posting.html",
        form=form,
        person=person,
        crumbs=_crumbs(person),
        unit=organisation.name_on(found.unit_id, found.from_on),
        days=move_labels.days_words(found.from_on, found.to_on),
    )


def _editing(person: PersonFacts, found: Posting, form: PostingForm) -> flow.Move:
    changes = {name: form[name].data or "" for name in FIELDS}
    posting_id, source = found.id, form.source.data or ""

    def act() -> None:
        at = organisation.posting_for(current_user, posting_id)
        if form.is_correction:
            postings.correct_posting(at, by=current_user, now=clock.now(), source=source, **changes)
        elif form.on.data is not None:
            postings.edit_posting(at, changes, on=form.on.data, source=source, by=current_user, now=clock.now())

    facts = [(form[name].label.text, _said(form, name)) for name in FIELDS if changes[name] != getattr(found, name)]
    when = _("Đính chính từ đầu") if form.is_correction else vietnamese.short_day(form.on.data)
    return flow.Move(
        person=person,
        crumbs=_crumbs(person),
        title=_("Xem trước: đính chính vị trí") if form.is_correction else _("Xem trước: thay đổi vị trí"),
        button=_("Ghi đính chính") if form.is_correction else _("Ghi thay đổi"),
        facts=[(_("Từ ngày"), when), *facts, (_("Căn cứ"), source or "–")],
        act=act,
        message=_("Đã ghi vị trí công tác của %(name)s.", name=person.full_name),
    )


def _said(form: PostingForm, name: str) -> Any:
    """A value in words, as its selection says it."""
    value = form[name].data or ""
    if name == "category":
        return plan_labels.CATEGORIES.get(value, value)
    if name in ("position", "rank_code"):
        return {choice.value: choice.label for choice in form[name].choices}.get(value, value) or "–"
    return value or "–"


@bp.route("/nhan-su/<int:person_id>/sua", methods=["GET", "POST"])
@requires(CHANGE)
def person(person_id: int) -> Response:
    """Change or correct a person's own fields; what stood before is kept with its day."""
    found = organisation.person_for(current_user, CHANGE, person_id, clock.today())
    held = {name: getattr(found, name) for name in OWN}
    form = PersonForm(data=held) if request.method == "GET" else PersonForm()
    if form.validate_on_submit():
        changes = {name: form[name].data or ("" if name != "birth_date" else None) for name in OWN}
        if form.phone.data:
            changes["phone"] = form.phone.data
        with form.refusals(move_labels.REFUSALS):
            postings.correct_person(
                organisation.person_with(person_id),
                by=current_user,
                now=clock.now(),
                source=form.source.data or "",
                from_on=None if form.is_correction else form.on.data,
                **changes,
            )
            flash(_("Đã ghi hồ sơ của %(name)s.", name=form.full_name.data))
            return redirect(url_for("organisation.person", person_id=person_id, _anchor="sua"), 303)
    return page(
        "plan/staff/person.html",
        form=form,
        person=found,
        crumbs=_crumbs(found),
        phone=vietnamese.masked_phone(found.phone),
    )
