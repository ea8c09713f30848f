"""Pages on which a requirement of a plan is changed, added or ended; what they send is the plan's amended file."""

from dataclasses import replace
from datetime import date

from flask import abort, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from lms.organisation import queries as organisation
from lms.plan import kinds, planfile, queries
from lms.plan import labels as plan_labels
from lms.plan.amending import drafts, labels, rules
from lms.plan.amending.blueprint import bp
from lms.plan.amending.forms import EndForm, RequirementForm
from lms.plan.models import Plan
from lms.plan.planfile import AmendmentContent, AudienceContent, PlanContent, Problem, RequirementContent
from lms.platform import clock, files, vietnamese
from lms.platform.access import Permission, requires
from lms.platform.pages import page

IMPORT = Permission.PLAN_PLAN_IMPORT
HINTED = frozenset(plan_labels.KINDS) - {"don_vi_su_nghiep"}
"""Kinds of unit whose names are offered while typing; schools are too many."""


def is_at_root() -> bool:
    """Whether the visitor may change plans for the whole city: a plan reaches everybody in it."""
    mine = current_user.roots(IMPORT)
    root = organisation.root_on(clock.today()) if mine else None
    return root is not None and root.id in mine


def beyond_limits(raw: bytes, today: date) -> list[Problem]:
    """What a plan's file changes in what has been applied: line, requirement, why it may not be and what to do."""
    told, _problems = planfile.read(raw)
    plan = queries.plan_with(told.code) if told is not None else None
    if told is None or plan is None:
        return []
    passed = rules.oversteps(queries.plan_content(plan), told, today)
    return [Problem(one.line, f"{one.code}. {labels.LIMITS[one.limit]}") for one in passed]


def _plan(code: str) -> tuple[Plan, PlanContent]:
    """The plan, and what it says; 403 for who may not change it."""
    if not is_at_root():
        abort(403)
    plan = queries.plan_by_code(code)
    return plan, queries.plan_content(plan)


def _requirement(content: PlanContent, code: str) -> RequirementContent:
    return next((r for r in content.requirements if r.code == code), None) or abort(404)


@bp.get("/ke-hoach/<code>/tep")
@requires(IMPORT)
def file(code: str) -> Response:
    """The plan as it stands, as a file to change and import."""
    plan, content = _plan(code)
    response = make_response(planfile.written(content))
    response.headers["Content-Type"] = "application/yaml; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="ke-hoach-{plan.id}.yaml"'
    return response


@bp.route("/ke-hoach/<code>/yeu-cau/<requirement>/sua", methods=["GET", "POST"])
@requires(IMPORT)
def edit(code: str, requirement: str) -> Response:
    """Change a requirement."""
    plan, content = _plan(code)
    return _form_page(plan, content, _requirement(content, requirement))


@bp.route("/ke-hoach/<code>/yeu-cau/moi", methods=["GET", "POST"])
@requires(IMPORT)
def new(code: str) -> Response:
    """Add a requirement."""
    plan, content = _plan(code)
    return _form_page(plan, content, None)


def _form_page(plan: Plan, content: PlanContent, before: RequirementContent | None) -> Response:
    today = clock.today()
    held, _coming = drafts.split(before, today)
    form = RequirementForm() if request.method == "POST" else _fresh(plan, before)
    if len(form.held) != len(held):
        # The lines no longer are those that were shown.
        form = _fresh(plan, before)
        form.form_errors = [_moved()]
    _offer(form, content, before)
    if form.is_submitted() and request.form.get("buoc") == "them":
        form.entries.append_entry()
        _offer(form, content, before)
    elif form.is_submitted() and not form.form_errors and (shown := _sent(plan, content, before, form)):
        return shown
    errors = _errors(form)
    return page(
        "plan/amending/requirement.html",
        422 if errors else 200,
        form=form,
        plan=plan,
        before=before,
        is_begun=before is not None and rules.has_begun(before, today),
        held=_sentences(before, held),
        number=len(content.amendments) + 1,
        hints=organisation.unit_hints(today, HINTED),
        errors=errors,
        clause=next((c for c in content.clauses if before and c.number == before.clause), None),
        labels=labels,
        Limit=rules.Limit,
    )


def _fresh(plan: Plan, before: RequirementContent | None) -> RequirementForm:
    """The form as it is opened."""
    data = drafts.filled(before, clock.today()) if before is not None else {"entries": [{}]}
    return RequirementForm(formdata=None, data={**data, "basis": plan.digest, "decided_on": clock.today()})


def _offer(form: RequirementForm, content: PlanContent, before: RequirementContent | None) -> None:
    """Tell the fields what there is to choose from."""
    positions = list(queries.position_labels().items()) if form.entries else []
    form.clause.choices = [SelectChoice(c.number, f"{c.number}. {c.text[:80]}") for c in content.clauses]
    form.courses.choices = queries.course_choices(before.courses if before else ())
    groups = [(code, plan_labels.capitalised(str(word))) for code, word in plan_labels.CONTENT_GROUPS.items()]
    form.content_group.choices = [SelectChoice("", _("Mọi nhóm nội dung")), *(SelectChoice(*pair) for pair in groups)]
    for line in form.entries:
        line.form.positions.choices = positions
        line.form.kinds.choices = list(plan_labels.KINDS.items())


def _sentences(before: RequirementContent | None, entries: list[AudienceContent]) -> list[str]:
    """Audience entries in words."""
    if before is None:
        return []
    named = queries.unit_naming({entry.unit for entry in entries}, before.from_on)
    positions = queries.position_labels() if any(entry.positions for entry in entries) else {}
    found = []
    for entry in entries:
        rows = [
            queries.AudienceRow(
                entry.sign, named[entry.unit].name, entry.subtree, positions.get(position or "", position), category,
                kind, entry.from_on, entry.to_on,
            )
            for position in entry.positions or (None,)
            for category in entry.categories or (None,)
            for kind in entry.kinds or (None,)
        ]  # fmt: skip
        found += plan_labels.audience_words(rows)
    return found


def _errors(form: RequirementForm) -> list[tuple[str, str]]:
    """Every sentence of the form with the field beside which it stands."""
    lines = [line.form for line in (*form.held, *form.entries)]
    fields = [field for part in (form, *lines) for field in part if field.type != "FieldList"]
    found = [(field.id, str(error)) for field in fields for error in field.errors]
    return found + [("", str(error)) for error in form.form_errors]


def _moved() -> str:
    return _("Kế hoạch đã được sửa trong lúc anh/chị soạn. Hãy mở lại trang này từ trang kế hoạch rồi soạn lại.")


def _sent(
    plan: Plan, content: PlanContent, before: RequirementContent | None, form: RequirementForm
) -> Response | None:
    """Propose what the form says; None after sentences were put on the form."""
    today = clock.today()
    form.validate()
    _check_paper(form, plan, content, today)
    if before is None:
        _check_code(form, content)
    wanted = drafts.drafted(before, form, today=today)
    if wanted is None:
        return None
    requirements = [wanted if r is before else r for r in content.requirements]
    if before is None:
        requirements.append(wanted)
    else:
        passed = rules.limits(before, wanted, since=form.decided_on.data or today, today=today)
        form.form_errors = [str(labels.LIMITS[limit]) for limit in passed]
    words = (
        _("Thêm yêu cầu %(code)s", code=wanted.code) if before is None else _("Sửa yêu cầu %(code)s", code=wanted.code)
    )
    return _proposed(plan, content, tuple(requirements), words, form, shorten=bool(form.shorten.data))


def _check_paper(form: RequirementForm | EndForm, plan: Plan, content: PlanContent, today: date) -> None:
    """The plan is the one that was opened, and the paper is of a day on which it can have ordered this."""
    if form.basis.data != plan.digest:
        form.form_errors = [*form.form_errors, _moved()]
    day = form.decided_on.data
    first = max([plan.issued_on, *(amendment.decided_on for amendment in content.amendments)])
    if day is not None and not first <= day <= today:
        form.refuse(
            "decided_on",
            _(
                "Ngày văn bản sửa đổi cần từ %(first)s (ngày ban hành hoặc sửa đổi gần nhất) đến hôm nay.",
                first=vietnamese.short_day(first),
            ),
        )


def _check_code(form: RequirementForm, content: PlanContent) -> None:
    code = form.code.data or ""
    if not code:
        form.refuse("code", _("Hãy ghi mã của yêu cầu mới, ví dụ R12."))
    elif any(requirement.code.casefold() == code.casefold() for requirement in content.requirements):
        form.refuse("code", _("Kế hoạch đã có yêu cầu mã “%(code)s”. Hãy chọn mã khác.", code=code))
    if form.clause.data not in {clause.number for clause in content.clauses}:
        form.refuse("clause", _("Hãy chọn nhiệm vụ của kế hoạch."))


def _proposed(
    plan: Plan,
    content: PlanContent,
    requirements: tuple[RequirementContent, ...],
    words: str,
    form: RequirementForm | EndForm,
    *,
    shorten: bool,
) -> Response | None:
    """Propose the plan's amended file, as if it had been uploaded; None after sentences were put on the form."""
    if requirements == content.requirements and not shorten:
        form.form_errors = [*form.form_errors, _("Chưa có gì khác với kế hoạch hiện hành. Hãy sửa rồi xem trước.")]
    if form.form_errors or form.errors:
        return None
    note = f"{words}: {form.note.data}" if form.note.data else words
    amendment = AmendmentContent(
        number=len(content.amendments) + 1,
        decision=form.decision.data or "",
        decided_on=form.decided_on.data or clock.today(),
        note=note,
        line=0,
    )
    raw = planfile.written(replace(content, requirements=requirements, amendments=(*content.amendments, amendment)))
    problems = planfile.read(raw)[1]
    if problems:
        form.form_errors = list(dict.fromkeys(problem.message for problem in problems))
        return None
    change = kinds.submit_plan(
        files.keep(raw), shorten=shorten, title=kinds.title_of(raw), by=current_user, now=clock.now(),
        today=clock.today(), basis=plan,
    )  # fmt: skip
    return redirect(url_for("changes.show", change_id=change.id), 303)


@bp.route("/ke-hoach/<code>/yeu-cau/<requirement>/ket-thuc", methods=["GET", "POST"])
@requires(IMPORT)
def end(code: str, requirement: str) -> Response:
    """End a requirement; one that has not begun goes altogether."""
    plan, content = _plan(code)
    before, today = _requirement(content, requirement), clock.today()
    if before.to_on <= today:
        abort(404)
    form = (
        EndForm()
        if request.method == "POST"
        else EndForm(
            formdata=None, data={"basis": plan.digest, "decided_on": today, "last_on": max(today, before.from_on)}
        )
    )
    if form.is_submitted() and (shown := _ended(plan, content, before, form)):
        return shown
    return page(
        "plan/amending/end.html",
        form=form,
        plan=plan,
        before=before,
        is_begun=rules.has_begun(before, today),
        number=len(content.amendments) + 1,
    )


def _ended(plan: Plan, content: PlanContent, before: RequirementContent, form: EndForm) -> Response | None:
    """Propose the end; None after sentences were put on the form."""
    today, last = clock.today(), form.last_on.data
    form.validate()
    _check_paper(form, plan, content, today)
    is_begun = rules.has_begun(before, today)
    since = form.decided_on.data or today
    if last is not None and is_begun and last + drafts.ONE_DAY < since:
        form.refuse(
            "last_on",
            _(
                "Ngày cuối không trước %(day)s, ngày liền trước ngày văn bản sửa đổi.",
                day=vietnamese.short_day(since - drafts.ONE_DAY),
            ),
        )
    if last is not None and last + drafts.ONE_DAY > before.to_on:
        form.refuse(
            "last_on",
            _(
                "Yêu cầu này đã kết thúc vào %(day)s. Hãy ghi ngày sớm hơn.",
                day=vietnamese.short_day(before.to_on - drafts.ONE_DAY),
            ),
        )
    if last is None or form.errors:
        return None
    goes = last < before.from_on
    kept = [
        r if r is not before else replace(before, to_on=last + drafts.ONE_DAY)
        for r in content.requirements
        if not (goes and r is before)
    ]
    words = _("Kết thúc yêu cầu %(code)s", code=before.code)
    return _proposed(plan, content, tuple(kept), words, form, shorten=False)
