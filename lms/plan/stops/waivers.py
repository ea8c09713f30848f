"""Pages that exempt people from requirements, one, many, or a list, and take exemptions back."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from lms.organisation import queries as organisation
from lms.plan import kinds, labels, queries, service
from lms.plan.service import Exempt
from lms.plan.stops import flow, lists
from lms.plan.stops.blueprint import bp
from lms.plan.stops.forms import WaiverForm
from lms.platform import clock
from lms.platform.access import Permission, requires
from lms.platform.pages import page

GRANT = Permission.PLAN_WAIVER_GRANT


@bp.route("/nhan-su/mien/ghi", methods=["GET", "POST"])
@requires(GRANT)
def waiver_new() -> Response:
    """Exempt the chosen people from requirements; look at the effect, then record it."""
    people = flow.chosen(GRANT)
    if not people:
        return flow.nobody()
    form = WaiverForm()
    choices = queries.requirements_for([person.id for person in people], clock.today())
    form.requirements.choices = [SelectChoice(choice.id, _choice(choice, len(people))) for choice in choices]

    def asked() -> flow.Act:
        wanted = [choice for choice in choices if choice.id in (form.requirements.data or ())]
        said = (form.reason.data or "", form.decision.data or "", form.approver.data or "")
        return _granting(
            [Exempt(person.id, choice.id, form.first, form.to_on, *said) for person in people for choice in wanted],
            title=_("Xem trước miễn học"),
            button=_("Miễn cho %(n)s người", n=len(people)),
            facts=[
                (_("Yêu cầu"), "; ".join(choice.title for choice in wanted)),
                (_("Thời gian"), labels.capitalised(labels.days_words(form.first, form.to_on, waiver=True))),
                *zip((_("Lý do miễn"), _("Số quyết định"), _("Người quyết định")), said, strict=True),
            ],
        )

    answer = flow.stepped(form, people, asked)
    return answer or page("plan/waiver_new.html", form=form, people=people, choices=choices)


def _choice(choice: queries.RequirementChoice, people: int) -> str:
    whose = "" if people == 1 else " · " + _("%(n)s người chưa hoàn thành", n=choice.people)
    return f"{choice.code}. {choice.title} ({choice.plan_number}){whose}"


def _granting(lines: Sequence[Exempt], **said: Any) -> flow.Act:
    return flow.Act(stops=kinds.stops("exempt", lines), told=_granted, **said)


def _granted(new: int) -> str:
    return _("Đã ghi %(n)s lượt miễn.", n=new) if new else _("Những lượt miễn này đã được ghi trước đó.")


@bp.route("/nhan-su/mien/nhap-danh-sach", methods=["GET", "POST"])
@requires(GRANT)
def waiver_list() -> Response:
    """Send a list of waivers; look at the effect, then record all of it."""
    return flow.listed(
        lambda content, name: lists.waivers(content, name, flow.known(GRANT), queries.requirement_ids_by_code),
        lambda lines, name: _granting(
            lines,
            title=_("Xem trước danh sách miễn học"),
            button=_("Ghi %(n)s lượt miễn", n=len(lines)),
            facts=[(_("Tệp"), name)],
        ),
        title=_("Nạp danh sách miễn học"),
        lead=_("Gửi tệp Excel hoặc CSV, mỗi dòng một người và một yêu cầu; xem trước ảnh hưởng rồi mới ghi."),
        columns=[lists.HEADINGS[name] for name in lists.WAIVER_COLUMNS],
        hint=_("Để trống “Đến hết ngày” nếu chưa có ngày kết thúc."),
    )


@bp.route("/nhan-su/mien/<int:waiver_id>/huy", methods=["GET", "POST"])
@requires(GRANT)
def waiver_withdraw(waiver_id: int) -> Response:
    """Take back an exemption, after a look at what follows."""
    today = clock.today()
    waiver = queries.waiver_for(current_user, GRANT, waiver_id, today)
    [person] = organisation.people_chosen(current_user, GRANT, [waiver.person_id], today)
    if waiver.superseded_at is not None:
        return redirect(url_for("plan.person", person_id=person.id), 303)
    return flow.withdrawal(
        lambda reason: service.withdraw_waiver(waiver, reason=reason, by=current_user, now=clock.now()),
        person,
        title=_("Hủy lượt miễn"),
        preview_title=_("Xem trước hủy miễn học"),
        told=_("Đã hủy lượt miễn."),
        facts=[
            (_("Yêu cầu"), next(row.requirement for row in queries.waivers_of(person.id) if row.id == waiver_id)),
            (_("Thời gian"), labels.capitalised(labels.days_words(waiver.from_on, waiver.to_on, waiver=True))),
            (_("Lý do miễn"), waiver.reason or "–"),
            (_("Số quyết định"), waiver.decision or "–"),
            (_("Người quyết định"), waiver.approver or "–"),
        ],
    )
