"""The page of what a person need not study, and why, as of any day."""

from datetime import date, timedelta

from flask import abort, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.audit import service as log
from lms.audit.rules import Part
from lms.catalogue import queries as catalogue
from lms.organisation import queries as organisation
from lms.plan import labels as plan_labels
from lms.plan import queries
from lms.plan.queries.outsides import unasked
from lms.plan.rules import State
from lms.plan.unasked import labels
from lms.plan.unasked.blueprint import bp
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, requires, signed_in
from lms.platform.pages import page

READ = Permission.PLAN_OBLIGATION_READ


def _day_asked() -> tuple[date, str]:
    """The day in ?ngay=, today without one; and what to say when it could not be read."""
    said = request.args.get("ngay", "").strip()
    try:
        return (vietnamese.parse_day(said) if said else clock.today()), ""
    except ValueError:
        return clock.today(), _("Ngày “%(said)s” chưa đúng dạng ngày/tháng/năm, nên đang hiện hôm nay.", said=said[:20])


@bp.get("/nhan-su/<int:person_id>/khong-phai-hoc")
@requires(READ)
def person(person_id: int) -> Response:
    """Why somebody in one's units need not study what plans ask of others."""
    shown = organisation.person_for(current_user, READ, person_id, clock.today())
    log.seen(person_id, Part.REASONS, by=current_user)
    return _page(person_id, shown.full_name)


@bp.get("/toi/khong-phai-hoc")
@signed_in
def mine() -> Response:
    """Why one need not study what plans ask of others."""
    if current_user.person_id is None:
        abort(403)
    return _page(int(current_user.person_id), str(current_user.name))


def _page(person_id: int, name: str) -> Response:
    day, complaint = _day_asked()
    found = unasked(person_id, day)
    is_paused = any(row.state is State.PAUSED for row in found.idle)
    stops = queries.stops_of(person_id, 0, from_on=day, to_on=day + timedelta(days=1)) if is_paused else []
    courses = catalogue.course_titles({course for row in found.idle for course in row.by})
    return page(
        "plan/unasked.html",
        person_id=person_id,
        name=name,
        is_own=person_id == current_user.person_id,
        found=found,
        reasons={row.asked.id: labels.grounds_words(row, found) for row in found.outside},
        idle=[(row, labels.idle_words(row, courses, stops[0] if stops and row.away else None)) for row in found.idle],
        words=labels,
        labels=plan_labels,
        day=day,
        complaint=complaint,
    )
