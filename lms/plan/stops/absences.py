"""Pages that record absences, for one person, many, or a list, and take them back."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.organisation import queries as organisation
from lms.organisation import service as postings
from lms.organisation.service import Away
from lms.plan import kinds, labels, service
from lms.plan.stops import flow, lists
from lms.plan.stops.blueprint import bp
from lms.plan.stops.forms import AbsenceForm
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

    def asked() -> flow.Act:
        note = form.note.data or ""
        return _recording(
            [Away(person.id, form.kind.data, form.first, form.to_on, note) for person in people],
            title=_("Xem trước ghi tạm vắng"),
            button=_("Ghi tạm vắng cho %(n)s người", n=len(people)),
            facts=[
                (_("Lý do"), labels.ABSENCES[form.kind.data]),
                (_("Thời gian"), labels.capitalised(labels.days_words(form.first, form.to_on))),
                (_("Ghi chú"), note or "–"),
            ],
        )

    return flow.stepped(form, people, asked) or page("plan/absence_new.html", form=form, people=people)


def _recording(lines: Sequence[Away], **said: Any) -> flow.Act:
    return flow.Act(stops=kinds.stops("away", lines), told=_recorded, **said)


def _recorded(new: int) -> str:
    return _("Đã ghi %(n)s lần tạm vắng.", n=new) if new else _("Những lần tạm vắng này đã được ghi trước đó.")


@bp.route("/nhan-su/tam-vang/nhap-danh-sach", methods=["GET", "POST"])
@requires(RECORD)
def absence_list() -> Response:
    """Send a list of absences; look at the effect, then record all of it."""
    return flow.listed(
        lambda content, name: lists.absences(content, name, flow.known(RECORD)),
        lambda lines, name: _recording(
            lines,
            title=_("Xem trước danh sách tạm vắng"),
            button=_("Ghi %(n)s lần tạm vắng", n=len(lines)),
            facts=[(_("Tệp"), name)],
        ),
        title=_("Nạp danh sách tạm vắng"),
        lead=_("Gửi tệp Excel hoặc CSV, mỗi dòng một lần tạm vắng; xem trước ảnh hưởng rồi mới ghi."),
        columns=[lists.HEADINGS[name] for name in lists.ABSENCE_COLUMNS],
        hint=_("Để trống “Đến hết ngày” nếu chưa có ngày kết thúc."),
    )


@bp.route("/nhan-su/tam-vang/<int:absence_id>/huy", methods=["GET", "POST"])
@requires(RECORD)
def absence_withdraw(absence_id: int) -> Response:
    """Take back an absence that was recorded by mistake, after a look at what follows."""
    today = clock.today()
    absence = organisation.absence_for(current_user, RECORD, absence_id, today)
    [person] = organisation.people_chosen(current_user, RECORD, [absence.person_id], today)
    if absence.superseded_at is not None:
        return redirect(url_for("organisation.person", person_id=person.id), 303)

    def withdraw(reason: str) -> None:
        with service.telling_of_absence([person.id], today=today, now=clock.now()):
            postings.withdraw_absence(absence, reason=reason, by=current_user, now=clock.now())

    return flow.withdrawal(
        withdraw,
        person,
        title=_("Hủy lần tạm vắng"),
        preview_title=_("Xem trước hủy tạm vắng"),
        told=_("Đã hủy lần tạm vắng."),
        facts=[
            (_("Lý do"), labels.ABSENCES.get(absence.kind, absence.kind)),
            (_("Thời gian"), labels.capitalised(labels.days_words(absence.from_on, absence.to_on))),
        ],
    )
