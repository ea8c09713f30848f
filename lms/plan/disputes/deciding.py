"""Pages on which a desk answers a dispute, or gives it to another desk."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from lms.learning import queries as learning
from lms.organisation import queries as organisation
from lms.plan import labels as plan_labels
from lms.plan.disputes import labels, queries, service
from lms.plan.disputes.blueprint import bp
from lms.plan.disputes.forms import DecideForm, HandForm
from lms.plan.disputes.queries import DECIDE, DisputeRow
from lms.plan.disputes.rules import Effect, Outcome
from lms.plan.rules import FOREVER
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, requires
from lms.platform.pages import page


@bp.route("/nhan-su/phan-anh/<int:dispute_id>/giai-quyet", methods=["GET", "POST"])
@requires(DECIDE)
def decide(dispute_id: int) -> Response:
    """Answer with a reason and with what follows from it."""
    dispute = queries.dispute_to_decide(current_user, dispute_id)
    row, today = queries.dispute_for(current_user, dispute_id), clock.today()
    if not row.is_open:
        return _too_late(dispute_id)
    form = DecideForm()
    reaches = organisation.may_see_person(current_user, Permission.PLAN_WAIVER_GRANT, row.person_id, today)
    _offer(form, row, reaches=reaches)
    if form.validate_on_submit() and form.is_complete(effect := Effect(form.effect.data)):
        days = {
            Effect.COMPLETION: form.completed_on.data, Effect.EXTEND: form.due_on.data, Effect.WAIVE: form.from_on.data
        }  # fmt: skip
        decision = service.Decision(
            outcome=Outcome(form.outcome.data), effect=effect, answer=form.answer.data or "",
            decision=form.decision.data or "", approver=form.approver.data or "", course_id=form.course.data,
            on=days.get(effect), to_on=form.to_on, completion_id=form.result.data,
        )  # fmt: skip
        with form.refusals(labels.REFUSALS):
            service.decide(dispute, decision, is_own=False, by=current_user, today=today, now=clock.now())
            flash(_("Đã trả lời phản ánh. Người gửi nhận được thư và thấy trên trang Hôm nay."))
            return redirect(url_for(".show", dispute_id=dispute_id), 303)
    return page(
        "plan/disputes/decide.html",
        row=row,
        form=form,
        reaches=reaches,
        labels=labels,
        plan_labels=plan_labels,
        today=today,
        forever=FOREVER,
    )


def _offer(form: DecideForm, row: DisputeRow, *, reaches: bool) -> None:
    """Put what may be chosen into the form. Who may not act on the person any more can only refuse, or hand on."""
    offered = list(Effect) if reaches else [Effect.NONE]
    form.effect.choices = [SelectChoice(effect.value, labels.EFFECTS[effect]) for effect in offered]
    courses = queries.courses_for(row.requirement_id)
    form.course.choices = [SelectChoice(0, _("Chọn khóa học")), *(SelectChoice(*course) for course in courses)]
    results = queries.results_of(row.person_id, [course_id for course_id, _title in courses])
    form.result.choices = [
        SelectChoice(0, _("Chọn kết quả")),
        *(
            SelectChoice(result.id, f"{result.title}, {vietnamese.short_day(result.completed_on)}")
            for result in results
        ),
    ]


@bp.route("/nhan-su/phan-anh/<int:dispute_id>/chuyen", methods=["GET", "POST"])
@requires(DECIDE)
def hand_over(dispute_id: int) -> Response:
    """Give it to another desk: one up the line, or that of where the person works now."""
    dispute = queries.dispute_to_decide(current_user, dispute_id)
    row, today = queries.dispute_for(current_user, dispute_id), clock.today()
    if not row.is_open:
        return _too_late(dispute_id)
    desks = _desks(row)
    form = HandForm()
    form.desk.choices = [SelectChoice(unit_id, name) for unit_id, name in desks.items()]
    if form.validate_on_submit():
        with form.refusals(labels.REFUSALS):
            service.hand_over(
                dispute, desk_id=form.desk.data, reason=form.reason.data or "", by=current_user, today=today,
                now=clock.now(),
            )  # fmt: skip
            flash(_("Đã chuyển phản ánh đến %(desk)s.", desk=desks[form.desk.data]))
            return redirect(url_for(".desk"), 303)
    return page("plan/disputes/hand.html", row=row, form=form, desks=desks, labels=labels)


def _desks(row: DisputeRow) -> dict[int, str]:
    """The desks to which it may go, by name."""
    today = clock.today()
    now_at = learning.workplace(row.person_id, today).unit_id
    lines = queries.lines_of({row.unit_id} | ({now_at} if now_at is not None else set()), today)
    ids = dict.fromkeys(unit_id for line in lines.values() for unit_id in line if unit_id != row.desk_id)
    names = organisation.names_on(ids, today)
    return {unit_id: names[unit_id] for unit_id in ids if unit_id in names}


def _too_late(dispute_id: int) -> Response:
    """Somebody was quicker: say so, and show how it stands."""
    flash(_("Phản ánh này đã được trả lời hoặc đã rút trước đó. Kết quả ghi ở dưới."), "soon")
    return redirect(url_for(".show", dispute_id=dispute_id), 303)
