"""Reading a plan file: every problem is found in one pass, each with its line and what to do."""

from datetime import date, timedelta
from decimal import Decimal

from lms.plan.planfile.contents import (
    AmendmentContent,
    AudienceContent,
    ClauseContent,
    EquivalentContent,
    PlanContent,
    Problem,
    RepeatContent,
    RequirementContent,
)
from lms.plan.planfile.nodes import Item, Reader
from lms.platform.columns import FOREVER

CATEGORIES = ("can_bo", "cong_chuc", "vien_chuc", "nguoi_lao_dong", "cong_dong")
RULES = ("all_of", "any_of", "hours")
DUE_RULES = ("fixed", "days_after_posting", "calendar_year")
EFFECTS = ("shift", "pause", "none")
BASES = ("completion", "previous", "fixed")
ONE_DAY = timedelta(days=1)
MOST_BYTES = 1024 * 1024
ALWAYS = date(1900, 1, 1)
"""First day of an audience entry that names none."""


def read(content: bytes) -> tuple[PlanContent | None, list[Problem]]:
    """The plan, or None, and everything that is wrong with the file."""
    if len(content) > MOST_BYTES:
        return None, [Problem(1, "Tệp lớn hơn 1 MB. Một tệp kế hoạch chỉ vài chục KB: hãy kiểm tra lại tệp.")]
    reader = Reader()
    top = reader.open(content)
    if top is None:
        return None, sorted(reader.problems)
    fields = reader.mapping(top, needed=("plan", "clauses", "requirements"))
    plan = _plan(reader, fields)
    return (None if reader.problems else plan), sorted(set(reader.problems))


def _plan(reader: Reader, top: dict[str, Item]) -> PlanContent:
    head = reader.mapping(
        top.get("plan"),
        needed=("code", "number", "title", "issuer", "issued_on"),
        allowed=("legal_basis", "note", "amendments"),
    )
    clauses = [_clause(reader, item) for item in reader.items(top.get("clauses"))]
    reader.no_doubles([(clause.number, clause.line) for clause in clauses], "Nhiệm vụ số “{}”")
    numbers = {clause.number for clause in clauses}
    requirements = [_requirement(reader, item, numbers) for item in reader.items(top.get("requirements"))]
    reader.no_doubles([(requirement.code, requirement.line) for requirement in requirements], "Yêu cầu mã “{}”")
    return PlanContent(
        code=reader.text(head.get("code"), most=40),
        number=reader.text(head.get("number"), most=60),
        title=reader.text(head.get("title"), most=400),
        issuer=reader.text(head.get("issuer"), most=200),
        issued_on=reader.day(head.get("issued_on")) or date.min,
        legal_basis=reader.texts(head.get("legal_basis"), most=400),
        note=reader.text(head.get("note"), most=4000),
        clauses=tuple(clauses),
        requirements=tuple(requirements),
        amendments=_amendments(reader, head.get("amendments")),
    )


def _amendments(reader: Reader, item: Item | None) -> tuple[AmendmentContent, ...]:
    """The amendments in their order, numbered 1, 2, 3 …"""
    found: list[AmendmentContent] = []
    for place, entry in enumerate(reader.items(item), 1):
        fields = reader.mapping(entry, needed=("number", "decision", "decided_on"), allowed=("note",))
        number = reader.whole(fields.get("number"), 1, 1000)
        if number is not None and number != place:
            reader.say(fields["number"], f"Lần sửa đổi thứ {place} cần ghi number: {place}. Hãy đánh số lại từ 1.")
        found.append(
            AmendmentContent(
                number=place,
                decision=reader.text(fields.get("decision"), most=120),
                decided_on=reader.day(fields.get("decided_on")) or date.min,
                note=reader.text(fields.get("note"), most=300),
                line=entry.line,
            )
        )
    return tuple(found)


def _clause(reader: Reader, item: Item) -> ClauseContent:
    fields = reader.mapping(
        item,
        needed=("number", "text"),
        allowed=("lead", "cooperating", "target", "due_on", "example", "source"),
    )
    return ClauseContent(
        number=reader.text(fields.get("number"), most=24),
        text=reader.text(fields.get("text"), most=4000),
        lead=reader.text(fields.get("lead"), most=40),
        cooperating=reader.texts(fields.get("cooperating"), most=40),
        target=reader.text(fields.get("target"), most=300),
        due_on=reader.day(fields.get("due_on")),
        is_example=reader.flag(fields.get("example"), otherwise=False),
        source=reader.text(fields.get("source"), most=300),
        line=item.line,
    )


def _requirement(reader: Reader, item: Item, clause_numbers: set[str]) -> RequirementContent:
    fields = reader.mapping(
        item,
        needed=("code", "clause", "title", "short_title", "rule", "audience", "due", "from"),
        allowed=(
            "to", "exclude", "accept_before_days", "target_percent", "example", "minimum_days", "absences", "repeat",
            "equivalents",
        ),
    )  # fmt: skip
    clause = reader.text(fields.get("clause"), most=24)
    if clause and clause not in clause_numbers:
        reader.say(
            fields["clause"], f"Không có nhiệm vụ số “{clause}” trong mục clauses. Hãy sửa số hoặc thêm nhiệm vụ."
        )
    from_on, to_on = _life(reader, fields)
    rule, courses, versions, courses_line, hours, group = _rule(reader, fields.get("rule"))
    due_rule, due_days, fixed_on, month_and_day, late_days = _due(reader, fields.get("due"))
    audiences = [
        *(_audience(reader, entry, 1) for entry in reader.items(fields.get("audience"))),
        *(_audience(reader, entry, -1) for entry in reader.items(fields.get("exclude"))),
    ]
    return RequirementContent(
        code=reader.text(fields.get("code"), most=40),
        clause=clause,
        title=reader.text(fields.get("title"), most=300),
        short_title=reader.text(fields.get("short_title"), most=60),
        rule=rule,
        courses=courses,
        versions=versions,
        equivalents=_equivalents(reader, fields.get("equivalents"), courses),
        hours_needed=hours,
        content_group=group,
        due_rule=due_rule,
        due_days=due_days,
        fixed_on=fixed_on,
        month_and_day=month_and_day,
        late_days=late_days,
        minimum_days=reader.whole(fields.get("minimum_days"), 1, 3650),
        absence_effect=_absences(reader, fields.get("absences"), due_rule),
        repeat=_repeat(reader, fields.get("repeat"), due_rule),
        accept_before_days=reader.whole(fields.get("accept_before_days"), 0, 36500),
        target_percent=reader.amount(fields.get("target_percent"), 0, 100),
        is_example=reader.flag(fields.get("example"), otherwise=False),
        from_on=from_on,
        to_on=to_on,
        audiences=tuple(audiences),
        line=item.line,
        courses_line=courses_line,
    )


def _life(reader: Reader, fields: dict[str, Item]) -> tuple[date, date]:
    """[from, to): the file names the last day, inclusive, as offices write it."""
    from_on = reader.day(fields.get("from")) or ALWAYS
    last = reader.day(fields.get("to"))
    if last is None:
        return from_on, FOREVER
    if last < from_on:
        reader.say(fields["to"], "Ngày cuối (to) đứng trước ngày đầu (from). Hãy đổi lại hai ngày.")
    return from_on, last + ONE_DAY


def _rule(
    reader: Reader, item: Item | None
) -> tuple[str, tuple[str, ...], tuple[int | None, ...], int, Decimal | None, str]:
    fields = reader.mapping(item, allowed=(*RULES, "group"))
    kind = reader.one_of(item, fields, RULES, "quy tắc")
    if kind == "hours":
        hours = reader.amount(fields["hours"], Decimal("0.01"), 1000)
        return kind, (), (), fields["hours"].line, hours, reader.text(fields.get("group"), most=8)
    if "group" in fields:
        reader.say(fields["group"], "Nhóm nội dung (group) chỉ dùng với quy tắc tính tiết (hours). Hãy bỏ dòng này.")
    listed = fields.get(kind)
    entries = [_course(reader, entry) for entry in reader.items(listed)]
    courses = tuple(course for course, _ in entries)
    if listed is not None and not courses:
        reader.say(listed, "Cần ít nhất một khóa học.")
    if listed is not None and len(set(courses)) < len(courses):
        reader.say(listed, "Một khóa học được ghi hai lần. Hãy bỏ bớt.")
    return kind, courses, tuple(version for _, version in entries), listed.line if listed else 0, None, ""


def _course(reader: Reader, item: Item) -> tuple[str, int | None]:
    """A course by its name alone, or with the first version that counts."""
    if not item.is_mapping:
        return reader.text(item, most=80), None
    fields = reader.mapping(item, needed=("course", "from_version"))
    return reader.text(fields.get("course"), most=80), reader.whole(fields.get("from_version"), 1, 10_000)


def _equivalents(reader: Reader, item: Item | None, courses: tuple[str, ...]) -> tuple[EquivalentContent, ...]:
    found: list[EquivalentContent] = []
    for entry in reader.items(item):
        fields = reader.mapping(entry, needed=("course", "counts_as"), allowed=("from", "to"))
        course = reader.text(fields.get("course"), most=80)
        counts_as = reader.text(fields.get("counts_as"), most=80)
        if counts_as and counts_as not in courses:
            reader.say(fields["counts_as"], f"Yêu cầu này không có khóa “{counts_as}”. Hãy ghi một khóa có trong rule.")
        if course and course in courses:
            reader.say(
                fields["course"], f"Khóa “{course}” đã có trong rule, không cần ghi tương đương. Hãy bỏ dòng này."
            )
        from_on, to_on = _life(reader, fields)
        found.append(EquivalentContent(course, counts_as, from_on, to_on, entry.line))
    reader.no_doubles([(f"{e.course} → {e.counts_as}", e.line) for e in found], "Khóa tương đương “{}”")
    return tuple(found)


def _due(reader: Reader, item: Item | None) -> tuple[str, int | None, date | None, tuple[int, int], int]:
    fields = reader.mapping(item, allowed=(*DUE_RULES, "late_joiners_days", "late_days"))
    kind = reader.one_of(item, fields, DUE_RULES, "hạn")
    late = reader.whole(fields.get("late_joiners_days"), 0, 3650)
    after = reader.whole(fields.get("late_days"), 0, 366) or 0
    if kind != "calendar_year" and "late_days" in fields:
        reader.say(fields["late_days"], "Số ngày nhận học trễ (late_days) chỉ dùng với calendar_year. Hãy bỏ đi.")
    if kind == "days_after_posting":
        if "late_joiners_days" in fields:
            reader.say(
                fields["late_joiners_days"], "Hạn tính theo ngày nhận việc không cần late_joiners_days. Hãy bỏ đi."
            )
        return "after_posting", reader.whole(fields[kind], 0, 3650), None, (12, 31), 0
    if kind == "calendar_year":
        return kind, late, None, reader.month_and_day(fields[kind]), after
    return "fixed", late, reader.day(fields.get("fixed")), (12, 31), 0


def _absences(reader: Reader, item: Item | None, due_rule: str) -> str:
    """What absences do: without a word, a relative due day moves and any other is paused; never both."""
    effect = reader.choice(item, EFFECTS, otherwise="shift" if due_rule == "after_posting" else "pause")
    if effect == "shift" and due_rule != "after_posting":
        reader.say(item, "Chỉ hạn tính theo ngày nhận việc mới lùi được (shift). Hãy ghi pause hoặc none.")
    return effect


def _repeat(reader: Reader, item: Item | None, due_rule: str) -> RepeatContent:
    if item is None:
        return RepeatContent()
    fields = reader.mapping(item, needed=("months",), allowed=("from", "window_months", "minimum_months"))
    if due_rule == "calendar_year":
        reader.say(item, "Yêu cầu theo năm (calendar_year) đã tự lặp lại. Hãy bỏ mục repeat.")
    months = reader.whole(fields.get("months"), 1, 600)
    window = reader.whole(fields.get("window_months"), 0, 600) or 0
    minimum = reader.whole(fields.get("minimum_months"), 0, 600)
    minimum = window if minimum is None else minimum
    if months is not None and not window <= minimum <= months:
        reader.say(item, "Cần window_months ≤ minimum_months ≤ months. Hãy sửa lại ba số này.")
    return RepeatContent(months, reader.choice(fields.get("from"), BASES, otherwise="completion"), window, minimum)


def _audience(reader: Reader, item: Item, sign: int) -> AudienceContent:
    fields = reader.mapping(
        item, needed=("unit",), allowed=("subtree", "positions", "categories", "kinds", "from", "to")
    )
    categories = reader.texts(fields.get("categories"), most=24)
    for category in categories:
        if category not in CATEGORIES:
            reader.say(
                fields["categories"],
                f"Không có loại nhân sự “{category}”. Chọn trong: {', '.join(CATEGORIES)}.",
            )
    from_on, to_on = _life(reader, fields)
    return AudienceContent(
        sign=sign,
        unit=reader.text(fields.get("unit"), most=40),
        subtree=reader.flag(fields.get("subtree"), otherwise=True),
        positions=reader.texts(fields.get("positions"), most=40),
        categories=categories,
        kinds=reader.texts(fields.get("kinds"), most=32),
        from_on=from_on,
        to_on=to_on,
        line=item.line,
    )
