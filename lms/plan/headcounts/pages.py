"""The page on which a unit sets its people against its own list and confirms how many there are."""

import json
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField

from lms.organisation import queries as organisation
from lms.organisation import service as postings
from lms.organisation.models import RosterImport
from lms.organisation.people import asked
from lms.organisation.roster.sheets import UnreadableRoster
from lms.plan import labels as plan_labels
from lms.plan.headcounts import labels, queries, service
from lms.plan.headcounts.blueprint import bp
from lms.platform import clock
from lms.platform.access import Permission, requires
from lms.platform.forms import Form, VietnameseDateField, at_most, needed
from lms.platform.pages import page

READ, CONFIRM = Permission.ORGANISATION_PERSON_READ, Permission.PLAN_HEADCOUNT_CONFIRM


class ConfirmForm(Form):
    """Sign off what is shown of a day."""

    on = VietnameseDateField(_l("Tính đến ngày"), [needed()])
    shown = HiddenField()
    note = StringField(_l("Ghi chú"), [at_most(300)])


@bp.get("/don-vi/<int:unit_id>/quan-so")
@requires(READ)
def show(unit_id: int) -> Response:
    """How many people the unit has, what does not fit, and what it confirmed."""
    organisation.unit_for(current_user, READ, unit_id)
    day, complaint = asked.day_asked()
    return _page(unit_id, day, ConfirmForm(), complaint)


@bp.post("/don-vi/<int:unit_id>/quan-so")
@requires(CONFIRM)
def confirm(unit_id: int) -> Response:
    """Confirm what was shown."""
    organisation.unit_for(current_user, CONFIRM, unit_id)
    form = ConfirmForm()
    on = form.on.data or clock.today()
    if form.validate_on_submit():
        with form.refusals(labels.REFUSALS):
            service.confirm(
                unit_id, on=on, shown=_shown(form.shown.data), note=form.note.data or "", by=current_user,
                now=clock.now(), today=clock.today(),
            )  # fmt: skip
            flash(_("Đã xác nhận quân số."))
            return redirect(url_for(".show", unit_id=unit_id, ngay=request.args.get("ngay")), 303)
    return _page(unit_id, on, form, "")


def _shown(text: str | None) -> dict[str, int]:
    """The counts that the page carried; what is none is nobody's count."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _page(unit_id: int, day: date, form: ConfirmForm, complaint: str) -> Response:
    counts = queries.counts_on(unit_id, day)
    last = queries.confirmed_for(unit_id, day)
    form.on.data, form.shown.data = day, json.dumps(counts, sort_keys=True)
    form.shown.raw_data = None
    roster = queries.last_roster(unit_id)
    may_confirm = bool(organisation.readable_units(current_user, CONFIRM, [unit_id]))
    return page(
        "plan/headcounts/show.html",
        form=form,
        unit=organisation.unit_row(unit_id, day),
        day=day,
        complaint=complaint,
        counts=counts,
        total=sum(counts.values()),
        last=last,
        since=queries.differences(last, day) if last is not None else None,
        doubts=_doubts(unit_id, day),
        roster=roster,
        against=_against(roster),
        confirmations=queries.confirmations(unit_id),
        may_confirm=may_confirm,
        is_future=day > clock.today(),
        categories=plan_labels.CATEGORIES,
        labels=labels,
        most=queries.MOST,
    )


def _doubts(unit_id: int, day: date) -> list[tuple[Any, Any, queries.Listed]]:
    """Heading, what it means, and the people."""
    found = [
        (
            _("Không có vị trí công tác"),
            _("Vị trí cuối ở đơn vị đã kết thúc trong một năm qua và chưa có vị trí nào tiếp theo; không được đếm."),
            queries.without_posting(unit_id, day),
        ),
        (
            _("Hai vị trí cùng lúc"),
            _("Kiêm nhiệm hoặc biệt phái; chỉ được đếm một lần, theo vị trí chính."),
            queries.posted_twice(unit_id, day),
        ),
        (
            _("Đang tạm vắng"),
            _("Vẫn được đếm; hạn học được lùi hoặc tạm dừng."),
            queries.away(unit_id, day),
        ),
    ]
    return [doubt for doubt in found if doubt[2].total]


def _against(roster: RosterImport | None) -> dict[str, Any] | None:
    """The last list against what is known now: in the list not here, here not in the list, rows without a number."""
    if roster is None:
        return None
    try:
        _unit, said, difference = postings.revisit(roster)
    except UnreadableRoster as error:
        return {"unreadable": str(error)}
    numberless = {"missing_personal_id", "bad_personal_id"}
    return {
        "only_there": [(joined.record.full_name, joined.record.personal_id) for joined in difference.joined],
        "only_here": [(known.full_name, known.personal_id) for known in difference.left],
        "numberless": [(problem.who, problem.row) for problem in said.problems if problem.code in numberless],
    }
