"""Pages of plan: plans and their requirements, why somebody must study, importing a plan file."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.audit import service as log
from lms.audit.rules import Part
from lms.changes import jobs
from lms.organisation import queries as organisation
from lms.plan import (
    amending,
    changing,
    disputes,
    enrolling,
    kinds,
    labels,
    load,
    merging,
    moves,
    queries,
    service,
    staff,
    stops,
    unasked,
)
from lms.plan.forms import ApplyPlanForm, PlanForm
from lms.plan.headcounts import pages as headcounts
from lms.plan.rules import FOREVER, State
from lms.platform import clock, files
from lms.platform.access import Permission, requires, signed_in
from lms.platform.pages import page

bp = Blueprint("plan", __name__, template_folder="templates")
blueprints = (
    bp, stops.bp, moves.bp, changing.bp, amending.bp, load.bp, disputes.bp, unasked.bp, staff.bp, headcounts.bp,
    enrolling.bp, merging.bp,
)  # fmt: skip


@bp.get("/ke-hoach")
@requires(Permission.PLAN_PLAN_READ)
def plans() -> Response:
    """Every plan with its duties."""
    listed = queries.plans()
    clauses = queries.clauses_of(plan.id for plan in listed)
    return page(
        "plan/plans.html",
        plans=listed,
        clauses={plan.id: [clause for clause in clauses if clause.plan_id == plan.id] for plan in listed},
        lead=_lead_of(clauses),
        may_import=amending.is_at_root(),
    )


@bp.get("/ke-hoach/<code>")
@requires(Permission.PLAN_PLAN_READ)
def plan(code: str) -> Response:
    """One plan: duties, requirements in words, and how many people in one's units they meet today."""
    shown, today = queries.plan_by_code(code), clock.today()
    clauses = queries.clauses_of([shown.id])
    requirements = queries.requirements_of(shown.id)
    return page(
        "plan/plan.html",
        plan=shown,
        clauses=clauses,
        requirements={c.id: [r for r in requirements if r.clause_id == c.id] for c in clauses},
        obliged=queries.obliged_on(
            current_user, Permission.PLAN_PLAN_READ, shown.id, [r.id for r in requirements], today
        ),
        of_clause=queries.clause_group,
        of_plan=queries.plan_group,
        lead=_lead_of(clauses),
        amendments=queries.amendments_of(shown.id),
        may_amend=amending.is_at_root(),
        labels=labels,
        today=today,
    )


def _lead_of(clauses: list[queries.ClauseRow]) -> Any:
    """Code of a unit in charge → its name."""
    named = queries.unit_naming({clause.lead_unit for clause in clauses if clause.lead_unit}, clock.today())
    return lambda code: labels.lead_words(code, named)


@bp.get("/vi-sao/<int:obligation_id>")
@signed_in
def why(obligation_id: int) -> Response:
    """Why an obligation stands: one's own, or of somebody in one's units."""
    today = clock.today()
    chain = queries.why(current_user, Permission.PLAN_OBLIGATION_READ, obligation_id, today)
    reasons = queries.reasons_of(chain.person_id, chain.requirement.id, from_on=chain.opened_on, to_on=chain.closes_on)
    causes = [reason for reason in reasons if reason.audience.sign > 0]
    # The reason that holds today speaks for the obligation; after it has ended, the last one.
    main = next((cause for cause in causes if cause.from_on <= today < cause.to_on), causes[0] if causes else None)
    waiting = queries.undecided_of([chain.person_id], today) if chain.state is State.PAUSED else {}
    courses = queries.course_titles_of([chain.requirement.id])[chain.requirement.id]
    log.seen(chain.person_id, Part.REASONS, by=current_user)
    return page(
        "plan/why.html",
        why=chain,
        main=main,
        others=sum(cause.audience != main.audience for cause in causes) if main else 0,
        courses=courses,
        lead=labels.lead_words(chain.clause.lead_unit, queries.unit_naming([chain.clause.lead_unit], today)),
        contacts=queries.office_of(main.unit_id, today, 3, people_only=True) if main else [],
        stops=queries.stops_of(chain.person_id, chain.requirement.id, from_on=chain.opened_on, to_on=chain.closes_on),
        grants=[row for row in queries.grants_of(chain.person_id, chain.requirement.id) if _is_of(row, chain)],
        waiting=waiting.get((chain.person_id, chain.requirement.id, chain.cycle)),
        is_own=chain.person_id == current_user.person_id,
        labels=labels,
        today=today,
        forever=FOREVER,
    )


def _is_of(grant: queries.GrantRow, chain: queries.Why) -> bool:
    """Whether a given day may be told with this obligation: that of a duty that comes again may have another number."""
    return grant.cycle == chain.cycle or chain.requirement.repeat_months is not None


@bp.get("/nhan-su/<int:person_id>/nghia-vu")
@requires(Permission.PLAN_OBLIGATION_READ)
def person(person_id: int) -> Response:
    """Everything one person had, has and will have to study."""
    today = clock.today()
    shown = organisation.person_for(current_user, Permission.PLAN_OBLIGATION_READ, person_id, today)
    duties = queries.all_duties_of(person_id, today)
    log.seen(person_id, Part.DUTIES, by=current_user)
    return page(
        "plan/person.html",
        person=shown,
        current=[duty for duty in duties if duty.opened_on <= today < duty.closes_on],
        other=[duty for duty in duties if not duty.opened_on <= today < duty.closes_on],
        waivers=queries.waivers_of(person_id),
        grants=queries.grants_of(person_id),
        waiting=queries.undecided_of([person_id], today),
        choices={address: labels.CHOICES[choice] for address, choice in stops.decisions.ADDRESSES.items()},
        labels=labels,
        today=today,
    )


@bp.route("/ke-hoach/nhap", methods=["GET", "POST"])
@requires(Permission.PLAN_PLAN_IMPORT)
def import_form() -> Response:
    """Upload a plan file and see whom it would meet; nothing is changed yet."""
    if not amending.is_at_root():
        abort(403)
    form = PlanForm()
    if form.validate_on_submit():
        content = form.file.data.read()
        if beyond := amending.beyond_limits(content, clock.today()):
            form.file.errors = [_beyond_words(len(beyond))]
            return page("plan/import.html", form=form, problems=beyond)
        try:
            change = service.preview_plan(content, by=current_user, today=clock.today(), now=clock.now())
        except service.BadPlan as bad:
            form.file.errors = [_("Tệp có %(n)s lỗi. Hãy sửa rồi chọn lại tệp.", n=len(bad.problems))]
            return page("plan/import.html", form=form, problems=bad.problems)
        return _preview(change, files.keep(content))
    return page("plan/import.html", form=form, problems=[])


def _beyond_words(number: int) -> str:
    """Why a file that changes what has been applied is not taken, and the way that there is."""
    return _(
        "Tệp sửa %(n)s điều không được sửa ở kế hoạch đã ban hành. Hãy bỏ những chỗ đó khỏi tệp; việc cần đổi thì "
        "ghi bằng văn bản sửa đổi đánh số ở trang kế hoạch.",
        n=number,
    )


def _is_seen_apart() -> bool:
    """Whether a plan is looked at, approved and applied on a page of its own, as a proposed change set."""
    return jobs.needs_approval(kinds.PLAN.name) or queries.posted_people(clock.today()) > jobs.MANY


def _preview(change: service.PlanChange, sha256: str) -> Response:
    """What a file would do, with the form that applies it."""
    form = ApplyPlanForm(formdata=None, sha256=sha256, shorten=change.shortens, shown=change.shortens)
    return page(
        "plan/preview.html",
        form=form,
        change=change,
        labels=labels,
        is_apart=_is_seen_apart(),
    )


@bp.post("/ke-hoach/nhap/ap-dung")
@requires(Permission.PLAN_PLAN_IMPORT)
def import_apply() -> Response:
    """Apply the file that was shown; what it does is worked out anew. Whether to shorten is shown before it is done."""
    if not amending.is_at_root():
        abort(403)
    form = ApplyPlanForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        sha256, now, today = str(form.sha256.data), clock.now(), clock.today()
        content = files.kept(sha256)
        if beyond := amending.beyond_limits(content, today):
            flash(_beyond_words(len(beyond)), "late")
            return redirect(url_for(".import_form"), 303)
        more: dict[str, Any] = {"shorten": form.shorten.data, "by": current_user, "now": now, "today": today}
        if form.shorten.data != form.shown.data or request.form.get("buoc") == "xem":
            return _preview(service.preview_plan(content, **more), sha256)
        more["title"] = kinds.title_of(content)
        if request.form.get("buoc") == "tung-nguoi" or _is_seen_apart():
            proposed = kinds.submit_plan(sha256, **more)
            return redirect(url_for("changes.show", change_id=proposed.id), 303)
        change = kinds.apply_plan(sha256, **more)
    except (FileNotFoundError, service.BadPlan):
        flash(_("Không đọc lại được tệp đã xem trước. Hãy chọn lại tệp."), "late")
        return redirect(url_for(".import_form"), 303)
    flash(
        _("Đã áp dụng Kế hoạch số %(number)s; nghĩa vụ học đã cập nhật.", number=change.number)
        if change.changed
        else _("Kế hoạch số %(number)s không có gì thay đổi.", number=change.number)
    )
    return redirect(url_for(".plan", code=change.code), 303)
