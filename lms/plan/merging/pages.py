"""Pages on which HR makes two records of one human one."""

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import Optional

from lms.organisation import queries as organisation
from lms.organisation.labels import FIELDS, SEXES
from lms.organisation.queries import PersonFacts
from lms.plan.merging import kind, labels, queries, rules
from lms.plan.merging.blueprint import bp
from lms.plan.moves.flow import CHANGE
from lms.platform import clock, vietnamese
from lms.platform.access import requires
from lms.platform.forms import Form, at_most, row_id
from lms.platform.pages import page

SHOWN = ("personal_id", "staff_code", "full_name", "birth_date", "sex", "email", "phone")


class MergeForm(Form):
    """Which record goes into the one of the page, and on what ground."""

    number = StringField(_l("Số định danh của hồ sơ kia"), [Optional(), at_most(12)])
    other = HiddenField()
    source = StringField(_l("Căn cứ"), [Optional(), at_most(160)])


@bp.route("/nhan-su/<int:person_id>/gop", methods=["GET", "POST"])
@requires(CHANGE)
def merge(person_id: int) -> Response:
    """Choose the record to be merged into this one, compare both, then look at what changes."""
    today = clock.today()
    kept = organisation.person_for(current_user, CHANGE, person_id, today)
    form = MergeForm()
    other_id = _chosen(form, person_id)
    gone = organisation.person_for(current_user, CHANGE, other_id, today) if other_id else None
    if gone is not None and form.is_submitted() and "gop" in request.form and form.validate_on_submit():
        refusal = rules.why_not_merge(_self(kept), _self(gone))
        if refusal is None:
            change = kind.submit(
                kept, gone, source=form.source.data or "", by=current_user, now=clock.now(), today=today
            )
            return redirect(url_for("changes.show", change_id=change.id), 303)
        form.form_errors = [*form.form_errors, str(labels.REFUSALS[refusal])]
    form.other.data = str(gone.id) if gone else ""
    return page(
        "plan/merging/merge.html",
        form=form,
        kept=kept,
        gone=gone,
        rows=_compared(kept, gone) if gone else [],
        owned=_owned(kept, gone) if gone else [],
        alike=[] if gone else queries.alike(current_user, CHANGE, person_id, today),
        units=queries.units_of([person_id, *([gone.id] if gone else [])]),
        crumbs=[
            (_("Nhân sự"), url_for("organisation.people")),
            (kept.full_name, url_for("organisation.person", person_id=kept.id)),
        ],
    )


def _chosen(form: MergeForm, person_id: int) -> int | None:
    """The other record: from the address, the form, or by its number; None while nobody is chosen."""
    for said in (request.args.get("voi", ""), form.other.data or ""):
        try:
            if row_id(said) != person_id:
                return row_id(said)
        except ValueError:
            continue
    number = vietnamese.nfc(form.number.data or "").replace(" ", "")
    if not form.is_submitted():
        return None
    found = queries.numbered(current_user, CHANGE, number, clock.today()) if number else None
    if found is None or found.id == person_id:
        form.validate()
        form.refuse("number", _("Không có hồ sơ khác mang số này trong phạm vi của anh/chị. Hãy kiểm tra lại số."))
        return None
    return found.id


def _self(person: PersonFacts) -> rules.Self:
    return rules.Self(person.id, person.full_name, person.birth_date, person.birth_year)


def _compared(kept: PersonFacts, gone: PersonFacts) -> list[tuple[Any, str, str, bool]]:
    """Field, what the kept record says, what the other one says, and whether that is taken over."""
    found = []
    for name in SHOWN:
        mine, theirs = _said(kept, name), _said(gone, name)
        found.append((FIELDS[name], mine, theirs, bool(theirs) and not mine))
    return found


def _said(person: PersonFacts, name: str) -> str:
    value = getattr(person, name)
    if name == "birth_date":
        return vietnamese.short_day(value) if value else str(person.birth_year or "")
    if name == "personal_id":
        return vietnamese.masked_id(value)
    if name == "phone":
        return vietnamese.masked_phone(value) if value else ""
    return str(SEXES.get(value, value)) if name == "sex" else str(value or "")


def _owned(kept: PersonFacts, gone: PersonFacts) -> list[tuple[Any, int, int]]:
    """What each record owns, table by table; what neither owns is left out."""
    counts = queries.owned([kept.id, gone.id])
    return [
        (label, counts[name].get(kept.id, 0), counts[name].get(gone.id, 0))
        for name, label in labels.OWNED.items()
        if name in counts
    ]
