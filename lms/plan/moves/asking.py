"""A page on which an office asks for a person who works in another office's unit; that office agrees or does not."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from lms.organisation import queries as organisation
from lms.organisation import service as postings
from lms.organisation.models import Person
from lms.organisation.service import Kind, Wish
from lms.plan.moves import flow, labels
from lms.plan.moves.blueprint import bp
from lms.plan.moves.forms import AskForm
from lms.platform import clock, vietnamese
from lms.platform.access import requires
from lms.platform.columns import FOREVER
from lms.platform.forms import Refused
from lms.platform.pages import page

CHANGE = flow.CHANGE
WAYS = (Kind.MOVE, Kind.SECONDMENT, Kind.SECOND)


@bp.route("/nhan-su/de-nghi/xin-nguoi", methods=["GET", "POST"])
@requires(CHANGE)
def ask() -> Response:
    """Say whom the visitor's unit would like to have; the office where the person works is asked.

    Nothing is shown of the person that the visitor did not write himself: what the move changes is for that office.
    """
    today = clock.today()
    form = AskForm()
    form.way.choices = [SelectChoice(kind.value, labels.KINDS[kind]) for kind in WAYS]
    form.unit.choices = [
        SelectChoice(unit.id, unit.name) for unit in organisation.units_for_choice(current_user, CHANGE, today)
    ]
    if not form.is_submitted():
        form.way.data = Kind.MOVE.value
    if form.validate_on_submit() and (person := _person_meant(form)) and (sent := _send(form, person)):
        return sent
    return page("plan/move_ask.html", form=form)


def _person_meant(form: AskForm) -> Person | None:
    """Who bears the number and the name and works elsewhere on the day; None after a sentence was put on the form."""
    on = form.on.data or clock.today()
    person = organisation.person_of(form.personal_id.data or "")
    is_named = person is not None and vietnamese.fold(person.full_name) == vietnamese.fold(form.full_name.data or "")
    posting = organisation.primary_posting_on(person.id, on) if person is not None and is_named else None
    if person is None or posting is None:
        form.refuse(
            "personal_id",
            _(
                "Ngày %(day)s không có người nào đang công tác mang số định danh và họ tên này. "
                "Hãy kiểm tra lại theo văn bản.",
                day=vietnamese.short_day(on),
            ),
        )
        return None
    if organisation.units_to_change(current_user, [posting.unit_id]):
        form.refuse(
            "personal_id",
            _("Người này đang ở đơn vị của anh/chị. Hãy mở hồ sơ rồi chọn “Điều động”, không cần hỏi nơi khác."),
        )
        return None
    return person


def _send(form: AskForm, person: Person) -> Response | None:
    """Ask the office; None after a sentence was put on the form."""
    kind = Kind(form.way.data)
    paper = form.source.data or ""
    wish = Wish(
        kind=kind,
        new_id=form.unit.data,
        on=form.on.data or clock.today(),
        to_on=FOREVER if kind is Kind.MOVE else form.to_on,
        department=form.department.data or "",
        title=form.title.data or "",
        source=", ".join(part for part in (labels.SOURCES[kind], paper) if part),
    )
    try:
        proposal = postings.propose(
            person, wish, note=form.note.data or "", is_ask=True, by=current_user, now=clock.now()
        )
    except Refused as refused:
        form.form_errors = [*form.form_errors, str(labels.REFUSALS[refused.reason])]
        return None
    flash(_("Đã gửi đề nghị. Khi đơn vị đang quản lý trả lời, anh/chị nhận được thư."))
    return redirect(url_for("moves.proposal", proposal_id=proposal.id), 303)
