"""Pages that give people a later due day, one, many, or a list, and take a given day back."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from lms.organisation import queries as organisation
from lms.organisation.queries import Chosen
from lms.plan import kinds, labels, queries, service
from lms.plan.queries import OpenDuty
from lms.plan.rules import FOREVER
from lms.plan.rules.stops import StopRefusal, why_not_extend
from lms.plan.service import Extension
from lms.plan.stops import flow, lists
from lms.plan.stops.blueprint import bp
from lms.plan.stops.forms import ExtensionForm
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, requires
from lms.platform.pages import page

GRANT = Permission.PLAN_WAIVER_GRANT


@bp.route("/nhan-su/gia-han/ghi", methods=["GET", "POST"])
@requires(GRANT)
def extension_new() -> Response:
    """Give the chosen people a later due day; look at the effect, then record it."""
    people = flow.chosen(GRANT)
    if not people:
        return flow.nobody()
    today = clock.today()
    duties = [duty for duty in queries.open_duties([p.id for p in people], today) if duty.fulfilled_on >= FOREVER]
    form = ExtensionForm(duty=request.args.get("yeu_cau"))
    form.duty.choices = _choices(duties, len(people))
    refusal_of = _refusals(duties, today)

    def asked() -> flow.Act | None:
        chosen = {duty.person_id: duty for duty in duties if duty.choice == form.duty.data}
        new_on = form.due_on.data or today
        why_not = {person.id: refusal_of(chosen.get(person.id), new_on) for person in people}
        given = [chosen[person_id] for person_id, refusal in why_not.items() if refusal is None]
        if not given:
            form.refuse("due_on", str(labels.STOP_REFUSALS[next(filter(None, why_not.values()))]))
            return None
        reason, decision = form.reason.data or "", form.decision.data or ""
        return _extending(
            [Extension(*duty.key, new_on, reason, decision) for duty in given],
            title=_("Xem trước gia hạn"),
            button=_("Gia hạn cho %(n)s người", n=len(given)),
            facts=[
                (_("Yêu cầu"), given[0].requirement),
                (_("Hạn mới"), vietnamese.short_day(new_on)),
                (_("Lý do gia hạn"), reason),
                (_("Số quyết định"), decision),
            ],
            of=[person for person in people if why_not[person.id] is None],
            left_out=[
                (person.full_name, str(labels.STOP_REFUSALS[refusal]))
                for person in people
                if (refusal := why_not[person.id]) is not None
            ],
        )

    return flow.stepped(form, people, asked) or page("plan/extension_new.html", form=form, people=people)


def _choices(duties: Sequence[OpenDuty], people: int) -> list[SelectChoice]:
    """The requirements that any of them must fulfil, those of a year apart."""
    grouped: dict[str, list[OpenDuty]] = {}
    for duty in duties:
        grouped.setdefault(duty.choice, []).append(duty)
    return [SelectChoice(choice, _choice(same, people)) for choice, same in grouped.items()]


def _choice(same: Sequence[OpenDuty], people: int) -> str:
    first = same[0]
    said = [f"{first.code}. {first.requirement}"]
    if first.cycle and not first.comes_again:
        said.append(labels.cycle_words(first.cycle))
    if people == 1:
        said.append(_("hạn %(day)s", day=labels.due_day_words(first.due_on)))
    else:
        said.append(_("%(n)s người chưa hoàn thành", n=len(same)))
    return " · ".join(said)


def _refusals(duties: Iterable[OpenDuty], today: date) -> Callable[[OpenDuty | None, date], StopRefusal | None]:
    """Say what forbids a day for a duty; what was given just so already is not forbidden, only not written again."""
    given = queries.extensions_of({duty.person_id for duty in duties})

    def refusal_of(duty: OpenDuty | None, new_on: date) -> StopRefusal | None:
        if duty is None:
            return StopRefusal.NO_DUTY
        if (*duty.key, new_on) in given:
            return None
        return why_not_extend(
            opened_on=duty.opened_on, closes_on=duty.closes_on, due_on=duty.due_on, fulfilled_on=duty.fulfilled_on,
            new_on=new_on, today=today,
        )  # fmt: skip

    return refusal_of


def _extending(lines: Sequence[Extension], **said: Any) -> flow.Act:
    return flow.Act(stops=kinds.stops("extend", lines), told=_extended, **said)


def _extended(new: int) -> str:
    return _("Đã gia hạn %(n)s nghĩa vụ.", n=new) if new else _("Những lần gia hạn này đã được ghi trước đó.")


@bp.route("/nhan-su/gia-han/nhap-danh-sach", methods=["GET", "POST"])
@requires(GRANT)
def extension_list() -> Response:
    """Send a list of extensions; look at the effect, then record all of it."""

    def reader(content: bytes, name: str) -> flow.Said:
        return lists.extensions(content, name, flow.known(GRANT), _line_of)

    return flow.listed(
        reader,
        lambda lines, name: _extending(
            lines,
            title=_("Xem trước danh sách gia hạn"),
            button=_("Gia hạn %(n)s nghĩa vụ", n=len(lines)),
            facts=[(_("Tệp"), name)],
        ),
        title=_("Nạp danh sách gia hạn"),
        lead=_("Gửi tệp Excel hoặc CSV, mỗi dòng một người và một yêu cầu; xem trước hạn cũ, hạn mới rồi mới ghi."),
        columns=[lists.HEADINGS[name] for name in lists.EXTENSION_COLUMNS],
        hint=_("“Năm” chỉ cần khi một yêu cầu hằng năm đang mở ở hai năm; không có thì bỏ trống."),
    )


def _line_of(people: Iterable[Chosen]) -> lists.LineOf:
    """Find the duty that a row of a list means, and say what forbids its day."""
    today = clock.today()
    duties = queries.open_duties([person.id for person in people], today)
    refusal_of = _refusals(duties, today)

    def line(person: Chosen, code: str, year: int | None, asked: tuple[date, str, str]) -> Extension:
        same = [duty for duty in duties if duty.person_id == person.id and duty.code == code]
        meant = [duty for duty in same if year in (None, duty.cycle)]
        waiting = [duty for duty in meant if duty.fulfilled_on >= FOREVER] or meant
        if len(waiting) > 1:
            raise lists.Complaint(_("Có nhiều nghĩa vụ mang mã “%(code)s”. Hãy ghi thêm cột “Năm”.", code=code[:40]))
        duty = waiting[0] if waiting else None
        refusal = refusal_of(duty, asked[0])
        if duty is None or refusal is not None:
            raise lists.Complaint(str(labels.STOP_REFUSALS[refusal or StopRefusal.NO_DUTY]))
        return Extension(*duty.key, *asked)

    return line


@bp.route("/nhan-su/gia-han/<int:grant_id>/huy", methods=["GET", "POST"])
@requires(GRANT)
def grant_withdraw(grant_id: int) -> Response:
    """Take back a due day that was given, after a look at what follows."""
    today = clock.today()
    grant = queries.grant_for(current_user, GRANT, grant_id, today)
    [person] = organisation.people_chosen(current_user, GRANT, [grant.person_id], today)
    shown = next((row for row in queries.grants_of(person.id) if row.id == grant_id), None)
    if shown is None or not shown.is_decided:
        return redirect(url_for("plan.person", person_id=person.id), 303)
    return flow.withdrawal(
        lambda reason: service.withdraw_grant(grant, reason=reason, by=current_user, now=clock.now()),
        person,
        title=_("Hủy hạn đã cho"),
        preview_title=_("Xem trước hủy hạn đã cho"),
        told=_("Đã hủy hạn đã cho."),
        facts=[
            (_("Yêu cầu"), shown.requirement),
            (_("Loại"), labels.GRANTS[shown.kind]),
            (_("Hạn đã cho"), labels.due_day_words(shown.due_on)),
            (_("Hạn trước đó"), labels.due_day_words(shown.was_due_on) or "–"),
            (_("Lý do"), shown.reason or "–"),
            (_("Số quyết định"), shown.decision or "–"),
        ],
    )
