"""Pages that exempt people from requirements, one, many, or a list, and take exemptions back."""

from collections.abc import Callable, Sequence

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from lms.organisation import queries as organisation
from lms.plan import labels, queries, service
from lms.plan.service import Exempt
from lms.plan.stops import flow, lists
from lms.plan.stops.blueprint import bp
from lms.plan.stops.forms import ListForm, WaiverForm, WithdrawForm
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
    if request.method == "POST" and flow.step() != "sua" and form.validate() and (first := form.from_on.data):
        lines = [
            Exempt(
                person.id, requirement_id, first, form.to_on, form.reason.data or "",
                form.decision.data or "", form.approver.data or "",
            )
            for person in people
            for requirement_id in form.requirements.data or ()
        ]  # fmt: skip
        if flow.step() == "ghi":
            return flow.done(people, _granted(_granting(lines)()))
        titles = [choice.title for choice in choices if choice.id in (form.requirements.data or ())]
        return flow.preview(
            _granting(lines),
            people,
            form=form,
            title=_("Xem trước miễn học"),
            button=_("Miễn cho %(n)s người", n=len(people)),
            facts=[
                (_("Yêu cầu"), "; ".join(titles)),
                (_("Thời gian"), labels.capitalised(labels.days_words(first, form.to_on, waiver=True))),
                (_("Lý do miễn"), form.reason.data),
                (_("Số quyết định"), form.decision.data),
                (_("Người quyết định"), form.approver.data),
            ],
        )
    return page("plan/waiver_new.html", form=form, people=people, choices=choices)


def _choice(choice: queries.RequirementChoice, people: int) -> str:
    whose = "" if people == 1 else " · " + _("%(n)s người đang phải học", n=choice.people)
    return f"{choice.code}. {choice.title} ({choice.plan_number}){whose}"


def _granting(lines: Sequence[Exempt]) -> Callable[[], int]:
    return lambda: service.waive(lines, by=current_user, now=clock.now())


def _granted(new: int) -> str:
    return _("Đã ghi %(n)s lượt miễn.", n=new) if new else _("Những lượt miễn này đã được ghi trước đó.")


@bp.route("/nhan-su/mien/nhap-danh-sach", methods=["GET", "POST"])
@requires(GRANT)
def waiver_list() -> Response:
    """Send a list of waivers; look at the effect, then record all of it."""
    form, wrong = ListForm(), []
    if form.validate_on_submit() and (read := flow.read(form, _reader)):
        (lines, wrong, people), carried = read
        if not wrong and flow.step() == "ghi":
            return flow.done(people, _granted(_granting(lines)()))
        if not wrong:
            return flow.preview(
                _granting(lines),
                list(people.values()),
                form=form,
                title=_("Xem trước danh sách miễn học"),
                button=_("Ghi %(n)s lượt miễn", n=len(lines)),
                facts=[(_("Tệp"), carried["file_name"])],
                carried=carried,
                back=url_for("stops.waiver_list"),
            )
    return flow.list_page(
        form,
        title=_("Nạp danh sách miễn học"),
        lead=_("Gửi tệp Excel hoặc CSV, mỗi dòng một người và một yêu cầu; xem trước ảnh hưởng rồi mới ghi."),
        action=url_for("stops.waiver_list"),
        columns=[lists.HEADINGS[name] for name in lists.WAIVER_COLUMNS],
        wrong=wrong,
    )


def _reader(content: bytes, file_name: str) -> object:
    return lists.waivers(
        content,
        file_name,
        lambda numbers: organisation.people_numbered(current_user, GRANT, numbers, clock.today()),
        queries.requirement_ids_by_code,
    )


@bp.route("/nhan-su/mien/<int:waiver_id>/huy", methods=["GET", "POST"])
@requires(GRANT)
def waiver_withdraw(waiver_id: int) -> Response:
    """Take back an exemption, after a look at what follows."""
    today = clock.today()
    waiver = queries.waiver_for(current_user, GRANT, waiver_id, today)
    person_id = waiver.person_id
    [person] = organisation.people_chosen(current_user, GRANT, [person_id], today)
    if waiver.superseded_at is not None:
        return redirect(url_for("plan.person", person_id=person_id), 303)
    form = WithdrawForm()
    title = next(row.requirement for row in queries.waivers_of(person_id) if row.id == waiver_id)
    facts = [
        (_("Yêu cầu"), title),
        (_("Thời gian"), labels.capitalised(labels.days_words(waiver.from_on, waiver.to_on, waiver=True))),
        (_("Lý do miễn"), waiver.reason or "–"),
        (_("Số quyết định"), waiver.decision or "–"),
        (_("Người quyết định"), waiver.approver or "–"),
    ]

    def act() -> None:
        service.withdraw_waiver(waiver, reason=form.reason.data or "", by=current_user, now=clock.now())

    if request.method == "POST" and flow.step() != "sua" and form.validate():
        if flow.step() == "ghi":
            return flow.withdrawn(act, person, _("Đã hủy lượt miễn."))
        return flow.preview(
            act, [person], form=form, title=_("Xem trước hủy miễn học"), button=_("Hủy lượt miễn"), facts=facts
        )
    return page("plan/stops_withdraw.html", form=form, person=person, facts=facts, title=_("Hủy lượt miễn"))
