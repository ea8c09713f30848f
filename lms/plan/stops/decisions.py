"""The list of duties that began too late, and the pages on which HR decides what becomes of them."""

from collections import Counter
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.organisation import queries as organisation
from lms.plan import kinds, labels, queries
from lms.plan.queries import WaitingDuty, WaitingFilter
from lms.plan.rules.stops import StopRefusal
from lms.plan.service import Choice, Decision
from lms.plan.stops import flow
from lms.plan.stops.blueprint import bp
from lms.plan.stops.forms import DecisionForm, ReleaseForm
from lms.plan.stops.lists import MOST_LINES
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, requires
from lms.platform.forms import row_id
from lms.platform.pages import page, paging

GRANT = Permission.PLAN_WAIVER_GRANT
ADDRESSES = {"giu": Choice.CONFIRMED, "thuc-te": Choice.REALISTIC, "khong-giao": Choice.RELEASED}
"""How each choice is named in an address and a form."""


@bp.get("/nhan-su/cho-quyet-dinh")
@requires(GRANT)
def undecided() -> Response:
    """Who began too late and waits for a decision: how many days there are, how many are needed."""
    today = clock.today()
    wanted = WaitingFilter(
        requirement_id=request.args.get("yeu_cau", type=row_id), unit_id=request.args.get("don_vi", type=row_id)
    )
    where = paging(queries.count_undecided(current_user, GRANT, today, wanted))
    return page(
        "plan/undecided.html",
        rows=queries.undecided(current_user, GRANT, today, wanted, offset=where.offset, limit=where.size),
        paging=where,
        wanted=wanted,
        requirements=queries.undecided_requirements(current_user, GRANT, today),
        units=organisation.units_for_choice(current_user, GRANT, today),
        choices={address: labels.CHOICES[choice] for address, choice in ADDRESSES.items()},
        labels=labels,
        today=today,
    )


@bp.route("/nhan-su/cho-quyet-dinh/quyet-dinh", methods=["GET", "POST"])
@requires(GRANT)
def decide() -> Response:
    """Decide on the chosen duties: assign, assign with a realistic day, or not assign; look, then record."""
    today, back = clock.today(), url_for("stops.undecided")
    address = request.values.get("cach", "")
    ids = request.values.getlist("nghia_vu", type=row_id)[:MOST_LINES]
    duties = queries.undecided_chosen(current_user, GRANT, ids, today) if ids else []
    if address not in ADDRESSES or not duties:
        flash(
            str(labels.STOP_REFUSALS[StopRefusal.NOT_WAITING])
            if ids
            else _("Hãy đánh dấu ít nhất một dòng rồi chọn cách giải quyết."),
            "soon",
        )
        return redirect(back, 303)
    choice = ADDRESSES[address]
    people = organisation.people_chosen(current_user, GRANT, [duty.person_id for duty in duties], today)
    form = ReleaseForm() if choice is Choice.RELEASED else DecisionForm()

    def asked() -> flow.Act | None:
        fitting = [duty for duty in duties if choice is not Choice.REALISTIC or _fits(duty)]
        if not fitting:
            form.refuse(
                "reason", _("Hạn thực tế vượt quá ngày kết thúc của yêu cầu. Hãy chọn “Vẫn giao” hoặc “Không giao”.")
            )
            return None
        return _deciding(form, fitting, choice, to=back, left_out=_left_out(duties, fitting))

    return flow.stepped(form, people, asked) or page(
        "plan/decide.html", form=form, duties=duties, choice=choice, address_of=address, labels=labels, today=today
    )


def _fits(duty: WaitingDuty) -> bool:
    """Whether a realistic day lies before the duty ends."""
    return duty.realistic_on(clock.today()) < duty.closes_on


def _left_out(duties: list[WaitingDuty], fitting: list[WaitingDuty]) -> list[tuple[str, str]]:
    why = str(labels.STOP_REFUSALS[StopRefusal.AFTER_CLOSING])
    return [(duty.full_name, why) for duty in duties if duty not in fitting]


def _deciding(form: DecisionForm | ReleaseForm, duties: list[WaitingDuty], choice: Choice, **more: Any) -> flow.Act:
    reason, decision = form.reason.data or "", form.decision.data or ""
    approver = form.approver.data or "" if isinstance(form, ReleaseForm) else ""
    until = {"to_on": form.to_on} if isinstance(form, ReleaseForm) else {}
    lines = [Decision(*duty.key, reason, decision, approver) for duty in duties]
    facts: list[tuple[Any, Any]] = [(_("Cách giải quyết"), labels.CHOICES[choice])]
    if isinstance(form, ReleaseForm):
        last = form.last_on.data
        facts.append((_("Không giao đến hết ngày"), vietnamese.short_day(last) if last else _("không thời hạn")))
    facts += [(_("Yêu cầu"), "; ".join(Counter(duty.requirement for duty in duties)))]
    facts += [(_("Lý do"), reason), (_("Số quyết định"), decision or "–")]
    if approver:
        facts.append((_("Người quyết định"), approver))
    return flow.Act(
        stops=kinds.stops("decide", lines, choice=choice.value, **until),
        told=_decided,
        title=_("Xem trước quyết định"),
        button=_("%(what)s: %(n)s nghĩa vụ", what=labels.CHOICES[choice], n=len(lines)),
        facts=facts,
        **more,
    )


def _decided(new: int) -> str:
    return _("Đã quyết định %(n)s nghĩa vụ.", n=new) if new else _("Những nghĩa vụ này đã được quyết định trước đó.")
