"""Pages that record absences, for one person, many, or a list, and take them back."""

from collections.abc import Callable, Sequence

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.organisation import queries as organisation
from lms.organisation import service as postings
from lms.organisation.service import Away
from lms.plan import labels
from lms.plan.stops import flow, lists
from lms.plan.stops.blueprint import bp
from lms.plan.stops.forms import AbsenceForm, ListForm, WithdrawForm
from lms.platform import clock
from lms.platform.access import Permission, requires
from lms.platform.pages import page

RECORD = Permission.ORGANISATION_ABSENCE_RECORD


@bp.route("/nhan-su/tam-vang/ghi", methods=["GET", "POST"])
@requires(RECORD)
def absence_new() -> Response:
    """Say that the chosen people are away; look at the effect, then record it."""
    people = flow.chosen(RECORD)
    if not people:
        return flow.nobody()
    form = AbsenceForm()
    if request.method == "POST" and flow.step() != "sua" and form.validate() and (first := form.from_on.data):
        lines = [Away(person.id, form.kind.data, first, form.to_on, form.note.data or "") for person in people]
        if flow.step() == "ghi":
            return flow.done(people, _recorded(_recording(lines)()))
        return flow.preview(
            _recording(lines),
            people,
            form=form,
            title=_("Xem trước ghi tạm vắng"),
            button=_("Ghi tạm vắng cho %(n)s người", n=len(people)),
            facts=[
                (_("Lý do"), labels.ABSENCES[form.kind.data]),
                (_("Thời gian"), labels.capitalised(labels.days_words(first, form.to_on))),
                (_("Ghi chú"), form.note.data or "–"),
            ],
        )
    return page("plan/absence_new.html", form=form, people=people)


def _recording(lines: Sequence[Away]) -> Callable[[], int]:
    return lambda: postings.record_absences(lines, by=current_user, now=clock.now())


def _recorded(new: int) -> str:
    return _("Đã ghi %(n)s lần tạm vắng.", n=new) if new else _("Những lần tạm vắng này đã được ghi trước đó.")


@bp.route("/nhan-su/tam-vang/nhap-danh-sach", methods=["GET", "POST"])
@requires(RECORD)
def absence_list() -> Response:
    """Send a list of absences; look at the effect, then record all of it."""
    form, wrong = ListForm(), []
    if form.validate_on_submit() and (read := flow.read(form, _reader)):
        (lines, wrong, people), carried = read
        if not wrong and flow.step() == "ghi":
            return flow.done(people, _recorded(_recording(lines)()))
        if not wrong:
            return flow.preview(
                _recording(lines),
                list(people.values()),
                form=form,
                title=_("Xem trước danh sách tạm vắng"),
                button=_("Ghi %(n)s lần tạm vắng", n=len(lines)),
                facts=[(_("Tệp"), carried["file_name"])],
                carried=carried,
                back=url_for("stops.absence_list"),
            )
    return flow.list_page(
        form,
        title=_("Nạp danh sách tạm vắng"),
        lead=_("Gửi tệp Excel hoặc CSV, mỗi dòng một lần tạm vắng; xem trước ảnh hưởng rồi mới ghi."),
        action=url_for("stops.absence_list"),
        columns=[lists.HEADINGS[name] for name in lists.ABSENCE_COLUMNS],
        wrong=wrong,
    )


def _reader(content: bytes, file_name: str) -> object:
    return lists.absences(
        content,
        file_name,
        lambda numbers: organisation.people_numbered(current_user, RECORD, numbers, clock.today()),
    )


@bp.route("/nhan-su/tam-vang/<int:absence_id>/huy", methods=["GET", "POST"])
@requires(RECORD)
def absence_withdraw(absence_id: int) -> Response:
    """Take back an absence that was recorded by mistake, after a look at what follows."""
    today = clock.today()
    absence = organisation.absence_for(current_user, RECORD, absence_id, today)
    person_id = absence.person_id
    [person] = organisation.people_chosen(current_user, RECORD, [person_id], today)
    if absence.superseded_at is not None:
        return redirect(url_for("organisation.person", person_id=person_id), 303)
    form = WithdrawForm()
    facts = [
        (_("Lý do"), labels.ABSENCES.get(absence.kind, absence.kind)),
        (_("Thời gian"), labels.capitalised(labels.days_words(absence.from_on, absence.to_on))),
    ]

    def act() -> None:
        postings.withdraw_absence(absence, reason=form.reason.data or "", by=current_user, now=clock.now())

    if request.method == "POST" and flow.step() != "sua" and form.validate():
        if flow.step() == "ghi":
            return flow.withdrawn(act, person, _("Đã hủy lần tạm vắng."))
        return flow.preview(
            act, [person], form=form, title=_("Xem trước hủy tạm vắng"), button=_("Hủy lần tạm vắng"), facts=facts
        )
    return page("plan/stops_withdraw.html", form=form, person=person, facts=facts, title=_("Hủy lần tạm vắng"))
