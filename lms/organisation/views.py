"""Pages of organisation: people, units; those of rosters and reforms stand in packages of their own."""

from datetime import date
from typing import Any

from flask import current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.audit import service as log
from lms.audit.rules import Part
from lms.organisation import labels, queries, service
from lms.organisation.forms import RevealForm
from lms.organisation.labels import WORDS
from lms.organisation.people import asked
from lms.organisation.people.files import people_table
from lms.organisation.reform import assigning
from lms.organisation.reform import pages as reform_pages
from lms.organisation.rosterpages import bp
from lms.platform import clock
from lms.platform.access import Permission, may, requires
from lms.platform.downloads import table_file
from lms.platform.forms import row_id
from lms.platform.pages import page

blueprints = (bp, reform_pages.bp, assigning.bp)

CHANGE = Permission.ORGANISATION_POSTING_CHANGE


@bp.get("/nhan-su")
@requires(Permission.ORGANISATION_PERSON_READ)
def people() -> Response:
    """People of the visitor's units on a day."""
    wanted, complaint = asked.wanted()
    permission = Permission.ORGANISATION_PERSON_READ
    listing = queries.listing_of(current_user, permission, wanted)
    found = queries.people_on(
        listing,
        today=clock.today(),
        after=request.args.get("sau", type=row_id),
        before=request.args.get("truoc", type=row_id),
    )
    return page(
        "organisation/people.html",
        found=found,
        wanted=wanted,
        counts=queries.categories_on(listing),
        counted=queries.COUNTED,
        units=queries.units_for_choice(current_user, permission, wanted.day, wanted.unit_id),
        positions=queries.position_groups(),
        presences=labels.PRESENCES,
        carried=asked.carried(),
        is_today=wanted.day == clock.today(),
        complaint=complaint,
        stops="stops.absence_new" in current_app.view_functions,
        enrols="enrolling.new" in current_app.view_functions and may(Permission.LEARNING_ENROLMENT_GRANT),
        edits="staff.many" in current_app.view_functions,
        unassigned=queries.count_waiting_within(current_user) if may(Permission.ORGANISATION_POSTING_CHANGE) else 0,
        proposals=_proposals_waiting(),
        **WORDS,
    )


@bp.get("/nhan-su/tep/<any(xlsx, csv):kind>")
@requires(Permission.ORGANISATION_PERSON_READ)
def people_file(kind: str) -> Response:
    """The list of people as it is on the screen, all of it, as a file."""
    wanted, _complaint = asked.wanted()
    permission = Permission.ORGANISATION_PERSON_READ
    choices = queries.units_for_choice(current_user, permission, wanted.day, wanted.unit_id)
    table = people_table(
        queries.everybody_on(queries.listing_of(current_user, permission, wanted)),
        wanted,
        unit=next((row.name for row in choices if row.id == wanted.unit_id), "") if wanted.unit_id else "",
        position=queries.position_groups().get(wanted.position, wanted.position),
    )
    return table_file(table, kind, f"nhan-su-{wanted.day:%Y-%m-%d}.{kind}")


def _proposals_waiting() -> int | None:
    """How many requests of other offices wait for the visitor; None if that is not his business."""
    if "moves.proposals" in current_app.view_functions and current_user.roots(CHANGE):
        return queries.proposals_waiting(current_user)
    return None


@bp.get("/nhan-su/<int:person_id>")
@requires(Permission.ORGANISATION_PERSON_READ)
def person(person_id: int) -> Response:
    """One person: own fields, postings through time, corrections, absences."""
    found, is_own = queries.person_seen(current_user, Permission.ORGANISATION_PERSON_READ, person_id, clock.today())
    log.seen(person_id, Part.RECORD, by=current_user)
    return _person_page(found, is_own=is_own)


@bp.post("/nhan-su/<int:person_id>/so-dinh-danh")
@requires(Permission.ORGANISATION_PERSON_REVEAL)
def reveal(person_id: int) -> Response:
    """The same page with the full personal number, once, and a line in the log."""
    found = queries.person_for(current_user, Permission.ORGANISATION_PERSON_REVEAL, person_id, clock.today())
    if not RevealForm().validate_on_submit():
        return redirect(url_for(".person", person_id=person_id))
    at = queries.primary_posting_on(person_id, clock.today())
    log.seen(person_id, Part.NUMBER, by=current_user)
    return _person_page(found, number=service.reveal(found, unit_id=at.unit_id if at else None, by=current_user))


def _person_page(found: queries.PersonFacts, *, number: str = "", is_own: bool = True) -> Response:
    """The page; of somebody who only holds a second posting in the visitor's units, the postings alone."""
    today = clock.today()
    postings = queries.postings_of(found.id)
    moves = "moves.choose" in current_app.view_functions and bool(current_user.roots(CHANGE))
    return page(
        "organisation/person.html",
        person=found,
        number=number,
        is_own=is_own,
        timeline=queries.timeline(postings, today),
        now=next((p for p in postings if p.is_primary and p.from_on <= today < p.to_on), None),
        corrections=queries.corrections_of(found.id) if is_own else [],
        absences=queries.absences_of(found.id) if is_own else [],
        ranks=queries.rank_names(),
        duties="plan.person" in current_app.view_functions,
        stops="stops.absence_new" in current_app.view_functions,
        moves=moves,
        edits=moves and "staff.person" in current_app.view_functions,
        merges="merging.merge" in current_app.view_functions,
        waiting=queries.open_proposal_of(found.id) if moves and is_own else None,
        changeable=queries.units_to_change(current_user, (p.unit_id for p in postings)) if moves else set(),
        has_second=any(not p.is_primary and p.to_on > today for p in postings),
        today=today,
        form=RevealForm(),
        **WORDS,
    )


# Units ----------------------------------------------------------------------------------------------------------------

GROUPS = (
    ("thanh-pho", labels.GROUPS["city"], ("thanh_pho", "ubnd", "hdnd")),
    ("so-nganh", labels.GROUPS["departments"], ("so", "ban", "van_phong", "thanh_tra", "to_chuc_hanh_chinh")),
    ("cap-huyen", labels.GROUPS["districts"], ("quan", "huyen", "thi_xa")),
    ("cap-xa", labels.GROUPS["communes"], ("phuong", "xa", "thi_tran")),
    ("nganh-doc", labels.GROUPS["vertical"], ("nganh",)),
    ("dang-doan-the", labels.GROUPS["party"], ("dang", "doan_the")),
    ("su-nghiep", labels.GROUPS["services"], ("don_vi_su_nghiep",)),
)
"""Anchor, heading and kinds of each table of units."""


def _grouped(rows: list[queries.UnitRow]) -> list[tuple[str, Any, list[queries.UnitRow]]]:
    known = {kind for _anchor, _heading, kinds in GROUPS for kind in kinds}
    groups = [(anchor, heading, [row for row in rows if row.kind in kinds]) for anchor, heading, kinds in GROUPS]
    groups.append(("khac", labels.GROUPS["others"], [row for row in rows if row.kind not in known]))
    return [group for group in groups if group[2]]


@bp.get("/don-vi")
@requires(Permission.ORGANISATION_PERSON_READ)
def units() -> Response:
    """The top of the visitor's tree on a day, with the number of people under each unit."""
    day, complaint = asked.day_asked()
    rows = queries.tree_on(day, current_user.roots(Permission.ORGANISATION_PERSON_READ), depth=2)
    # Below the city's own bodies stand the departments, which belong to the first look; wards do not.
    bodies = {row.id for row in rows if row.kind in ("ubnd", "hdnd")}
    shown = [row for row in rows if row.depth < 2 or row.parent_id in bodies]
    return page(
        "organisation/units.html",
        groups=_grouped(shown),
        total=len(shown),
        heads=queries.heads_under((row.id for row in shown), day),
        branches=queries.branches((row.id for row in shown), day),
        day=day,
        is_today=day == clock.today(),
        complaint=complaint,
        **WORDS,
    )


@bp.get("/don-vi/<int:unit_id>")
@requires(Permission.ORGANISATION_PERSON_READ)
def unit(unit_id: int) -> Response:
    """One unit on a day: where it hangs, what hangs under it, what it came from and became."""
    found = queries.unit_for(current_user, Permission.ORGANISATION_PERSON_READ, unit_id)
    day, complaint = asked.day_asked()
    stands = found.valid_from <= day < found.valid_to
    below = queries.children(unit_id, day) if stands else []
    above = queries.ancestors(unit_id, day) if stands else []
    came_from, became = queries.predecessors(unit_id, day), queries.successors(unit_id, day)
    named = [row.id for row in (*above, *came_from, *became)]
    return page(
        "organisation/unit.html",
        headcounts="headcounts.show" in current_app.view_functions,
        unit=queries.unit_row(unit_id, day),
        stands=stands,
        last_day=date.fromordinal(found.valid_to.toordinal() - 1),
        above=above,
        # What stands beside or above is named to everybody, and is a link for those who may open it.
        readable=queries.readable_units(current_user, Permission.ORGANISATION_PERSON_READ, named),
        groups=_grouped(below),
        heads=queries.heads_under([unit_id, *(row.id for row in below)], day),
        branches=queries.branches((row.id for row in below), day),
        came_from=came_from,
        became=became,
        day=day,
        is_today=day == clock.today(),
        complaint=complaint,
        **WORDS,
    )
