"""Between the form of a requirement and the requirement as its plan's file says it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from lms.organisation import queries as organisation
from lms.plan.amending import labels
from lms.plan.amending.forms import EntryForm, RequirementForm
from lms.plan.amending.rules import has_begun
from lms.plan.planfile import ALWAYS, AudienceContent, RepeatContent, RequirementContent
from lms.platform import vietnamese
from lms.platform.columns import FOREVER

ONE_DAY = timedelta(days=1)
NAMED = 4
"""So many units of a like name are told."""


def split(before: RequirementContent | None, today: date) -> tuple[list[AudienceContent], list[AudienceContent]]:
    """Entries that have been applied, and those that are still to come."""
    if before is None:
        return [], []
    is_held = has_begun(before, today)
    held = [entry for entry in before.audiences if is_held and entry.from_on <= today]
    return held, [entry for entry in before.audiences if entry not in held]


def last_day(to_on: date) -> date | None:
    """The last day as people write it; None without an end."""
    return None if to_on >= FOREVER else to_on - ONE_DAY


def filled(before: RequirementContent, today: date) -> dict[str, Any]:
    """What the form says of a requirement as it stands."""
    held, coming = split(before, today)
    month, day = before.month_and_day
    return {
        "code": before.code,
        "clause": before.clause,
        "title": before.title,
        "short_title": before.short_title,
        "rule": before.rule,
        "courses": list(before.courses),
        "hours_needed": before.hours_needed,
        "content_group": before.content_group,
        "due_rule": before.due_rule,
        "fixed_on": before.fixed_on,
        "posting_days": before.due_days if before.due_rule == "after_posting" else None,
        "year_day": f"{day:02}/{month:02}",
        "late_joiners": None if before.due_rule == "after_posting" else before.due_days,
        "late_days": before.late_days or None,
        "minimum_days": before.minimum_days,
        "accept_before_days": before.accept_before_days,
        "absence_effect": before.absence_effect,
        "repeat_months": before.repeat.months,
        "repeat_base": before.repeat.base,
        "window_months": before.repeat.window_months or None,
        "minimum_months": before.repeat.minimum_months or None,
        "target_percent": before.target_percent,
        "from_on": before.from_on,
        "last_on": last_day(before.to_on),
        "held": [{"last_on": last_day(entry.to_on)} for entry in held],
        "entries": [_entry_filled(entry) for entry in coming],
    }


def _entry_filled(entry: AudienceContent) -> dict[str, Any]:
    return {
        "sign": str(entry.sign),
        "unit": entry.unit,
        "subtree": entry.subtree,
        "categories": list(entry.categories),
        "positions": list(entry.positions),
        "kinds": list(entry.kinds),
        "from_on": None if entry.from_on <= ALWAYS else entry.from_on,
        "last_on": last_day(entry.to_on),
    }


def drafted(before: RequirementContent | None, form: RequirementForm, *, today: date) -> RequirementContent | None:
    """The requirement as the form says it; None after sentences were put beside fields.

    What may not be changed any more is taken from `before`.
    """
    is_begun = before is not None and has_begun(before, today)
    for name, known in (("rule", labels.RULES), ("due_rule", labels.DUE_RULES)):
        if not is_begun and form[name].data not in known:
            form.refuse(name, _("Hãy chọn một mục trong danh sách."))
    rule = _rule(before, form, is_begun)
    due = _due(before, form, is_begun)
    repeat = _repeat(before, form, is_begun, due.get("due_rule", ""))
    from_on = before.from_on if before is not None and is_begun else form.from_on.data
    if from_on is None:
        form.refuse("from_on", _("Hãy ghi ngày bắt đầu của yêu cầu, ví dụ 01/01/2027."))
        from_on = today
    if form.to_on <= from_on:
        form.refuse("last_on", _("Ngày cuối phải từ ngày bắt đầu %(day)s trở đi.", day=vietnamese.short_day(from_on)))
    audiences = _audiences(before, form, from_on, today)
    if form.absence_effect.data == "shift" and due.get("due_rule") != "after_posting":
        form.refuse(
            "absence_effect",
            _("Chỉ lùi được hạn tính từ ngày thuộc đối tượng. Hãy chọn “tạm dừng” hoặc “không ảnh hưởng”."),
        )
    if is_wrong(form):
        return None
    values: dict[str, Any] = {
        **rule,
        **due,
        "clause": before.clause if before is not None and is_begun else form.clause.data,
        "title": form.title.data or "",
        "short_title": form.short_title.data or "",
        "repeat": repeat,
        "minimum_days": form.minimum_days.whole,
        "absence_effect": form.absence_effect.data,
        "accept_before_days": form.accept_before_days.whole,
        "target_percent": form.target_percent.data,
        "from_on": from_on,
        "to_on": form.to_on,
        "audiences": audiences,
    }
    if before is not None:
        return replace(before, **values)
    new: dict[str, Any] = {
        "code": form.code.data or "",
        "is_example": False,
        "equivalents": (),
        "line": 0,
        "courses_line": 0,
    }
    return RequirementContent(**new | values)


def is_wrong(form: RequirementForm) -> bool:
    """Whether a sentence stands beside a field."""
    lines = [line.form for line in (*form.held, *form.entries)]
    fields = [field for part in (form, *lines) for field in part if field.type != "FieldList"]
    return bool(form.form_errors) or any(field.errors for field in fields)


def _rule(before: RequirementContent | None, form: RequirementForm, is_begun: bool) -> dict[str, Any]:
    rule, group = form.rule.data, form.content_group.data or ""
    if before is not None and is_begun:
        # Between the two ways with courses one may choose; from courses to hours there is no way.
        rule = rule if before.rule != "hours" and rule in ("any_of", "all_of") else before.rule
        group = before.content_group
    if rule == "hours":
        if not form.hours_needed.data and not form.hours_needed.errors:
            form.refuse("hours_needed", _("Hãy ghi số tiết, ví dụ 40."))
        return {
            "rule": rule, "courses": (), "versions": (), "hours_needed": form.hours_needed.data, "content_group": group,
            "equivalents": (),
        }  # fmt: skip
    chosen = set(form.courses.data or ())
    known = {slug for slug, _title in form.courses.choices}
    kept = [slug for slug in (before.courses if before else ()) if slug in chosen]
    courses = (*kept, *(slug for slug, _title in form.courses.choices if slug in chosen and slug not in kept))
    if not courses or not chosen <= known:
        form.refuse("courses", _("Hãy chọn ít nhất một khóa học trong danh sách."))
    bound = sorted({e.counts_as for e in before.equivalents} - set(courses)) if before else []
    if bound:
        form.refuse(
            "courses",
            _(
                "Khóa “%(course)s” đang có khóa khác được tính thay. Hãy giữ khóa này, hoặc bỏ khóa tương đương trong "
                "tệp kế hoạch trước.",
                course=dict(form.courses.choices).get(bound[0], bound[0]),
            ),
        )
    versions = dict(zip(before.courses, before.versions, strict=True)) if before else {}
    return {
        "rule": rule, "courses": courses, "versions": tuple(versions.get(slug) for slug in courses),
        "hours_needed": None, "content_group": "",
    }  # fmt: skip


def _due(before: RequirementContent | None, form: RequirementForm, is_begun: bool) -> dict[str, Any]:
    due_rule = before.due_rule if before is not None and is_begun else form.due_rule.data
    found: dict[str, Any] = {
        "due_rule": due_rule, "due_days": form.late_joiners.whole, "fixed_on": None, "month_and_day": (12, 31),
        "late_days": 0,
    }  # fmt: skip
    if due_rule == "after_posting":
        if form.posting_days.data is None and not form.posting_days.errors:
            form.refuse("posting_days", _("Hãy ghi số ngày kể từ ngày thuộc đối tượng, ví dụ 90."))
        return found | {"due_days": form.posting_days.whole}
    if due_rule == "fixed":
        if form.fixed_on.data is None and not form.fixed_on.errors:
            form.refuse("fixed_on", _("Hãy ghi hạn, ví dụ 31/12/2026."))
        return found | {"fixed_on": form.fixed_on.data}
    return found | {"month_and_day": _month_and_day(form), "late_days": form.late_days.whole or 0}


def _month_and_day(form: RequirementForm) -> tuple[int, int]:
    try:
        day, month = map(int, (form.year_day.data or "").split("/"))
        date(2023, month, day)
    except ValueError:
        form.refuse("year_day", _("Cần một ngày có ở mọi năm, ghi dạng ngày/tháng, ví dụ 31/12."))
        return 12, 31
    return month, day


def _repeat(before: RequirementContent | None, form: RequirementForm, is_begun: bool, due_rule: str) -> RepeatContent:
    months = form.repeat_months.whole
    if before is not None and is_begun and before.repeat.months is None:
        return before.repeat
    if before is not None and is_begun and months is None and not form.repeat_months.errors:
        form.refuse("repeat_months", _("Hãy ghi số tháng; yêu cầu phải học lại không đổi thành học một lần được."))
    if months is None:
        return RepeatContent()
    if due_rule == "calendar_year":
        form.refuse("repeat_months", _("Yêu cầu hằng năm đã tự lặp lại. Hãy để trống mục này."))
    window = form.window_months.whole or 0
    minimum = window if form.minimum_months.whole is None else form.minimum_months.whole
    if not window <= minimum <= months:
        form.refuse(
            "minimum_months",
            _("Cần: số tháng được học lại trước ≤ hiệu lực ít nhất ≤ phải học lại sau. Hãy sửa lại ba số này."),
        )
    if form.repeat_base.data not in labels.BASES:
        form.refuse("repeat_base", _("Hãy chọn một mục trong danh sách."))
    return RepeatContent(months, form.repeat_base.data, window, minimum)


def _audiences(
    before: RequirementContent | None, form: RequirementForm, from_on: date, today: date
) -> tuple[AudienceContent, ...]:
    """Applied entries with their last day, and what is still to come; who is meant first."""
    held, _coming = split(before, today)
    is_begun = before is not None and has_begun(before, today)
    since = form.decided_on.data or today
    found: list[AudienceContent] = []
    for entry, line in zip(held, form.held, strict=True):
        if line.form.to_on != entry.to_on and min(line.form.to_on, entry.to_on) < since:
            _refuse(
                line.form.last_on,
                _(
                    "Ngày cuối không trước %(day)s, ngày liền trước ngày văn bản sửa đổi.",
                    day=vietnamese.short_day(since - ONE_DAY),
                ),
            )
        if line.form.to_on <= entry.from_on:
            _refuse(line.form.last_on, _("Ngày cuối phải từ ngày bắt đầu trở đi."))
        found.append(replace(entry, to_on=line.form.to_on))
    for line in form.entries:
        if not line.form.is_blank and (coming := _entry(line.form, from_on, since if is_begun else None)):
            found.append(coming)
    if not any(entry.sign > 0 for entry in found):
        form.form_errors = [*form.form_errors, _("Cần ít nhất một dòng đối tượng (không phải dòng trừ ra).")]
    return tuple(sorted(found, key=lambda entry: -entry.sign))


def _refuse(field: Any, sentence: str) -> None:
    field.errors = [*field.errors, sentence]


def _entry(form: EntryForm, from_on: date, since: date | None) -> AudienceContent | None:
    """An entry as the form says it; None after a sentence was put beside a field."""
    if since is not None and form.from_on.data is None and not form.from_on.errors:
        _refuse(form.from_on, _("Hãy ghi từ ngày nào: yêu cầu đang áp dụng, dòng mới không có hiệu lực ngược."))
    if since is not None and form.from_on.data is not None and form.from_on.data < since:
        _refuse(
            form.from_on,
            _("Dòng mới áp dụng sớm nhất từ ngày văn bản sửa đổi, %(day)s.", day=vietnamese.short_day(since)),
        )
    unit = _unit(form, max(form.first_on, from_on))
    if unit is None:
        return None
    return AudienceContent(
        sign=int(form.sign.data),
        unit=unit,
        subtree=bool(form.subtree.data),
        positions=tuple(form.positions.data or ()),
        categories=tuple(form.categories.data or ()),
        kinds=tuple(form.kinds.data or ()),
        from_on=form.first_on,
        to_on=form.to_on,
        line=0,
    )


def _unit(form: EntryForm, day: date) -> str | None:
    """The code of the unit that was typed; None after a sentence was put beside the field."""
    said = form.unit.data or ""
    if not said:
        _refuse(form.unit, _("Hãy ghi tên hoặc mã đơn vị, hoặc để trống cả dòng."))
        return None
    found, is_whole = organisation.units_said(said, day)
    if len(found) == 1 and is_whole:
        return found[0].code
    words = {"said": said, "day": vietnamese.short_day(day)}
    if not found:
        _refuse(form.unit, _("Ngày %(day)s không có đơn vị nào tên hoặc mã là “%(said)s”. Hãy gõ lại.", **words))
        return None
    near = "; ".join(f"{unit.name} ({unit.code})" for unit in found[:NAMED])
    _refuse(form.unit, _("“%(said)s” chưa chỉ rõ một đơn vị. Hãy ghi đúng như: %(near)s.", near=near, **words))
    return None
