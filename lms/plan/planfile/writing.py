"""Writing a plan file: what `read` reads back as the same plan."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import yaml

from lms.plan.planfile.contents import AmendmentContent, AudienceContent, ClauseContent, PlanContent, RequirementContent
from lms.plan.planfile.reading import ALWAYS
from lms.platform.columns import FOREVER

ONE_DAY = timedelta(days=1)
HEAD = "# Cách viết tệp này: courses/plans/README.md.\n"


class _Dumper(yaml.SafeDumper):
    """Writes every value out: the reader refuses anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never refer back to a value."""
        return True


def written(plan: PlanContent) -> bytes:
    """The plan as a file, the same bytes for the same plan."""
    content = {
        "plan": _said(
            {
                "code": plan.code,
                "number": plan.number,
                "title": plan.title,
                "issuer": plan.issuer,
                "issued_on": plan.issued_on,
                "legal_basis": list(plan.legal_basis),
                "note": plan.note,
                "amendments": [_amendment(amendment) for amendment in plan.amendments],
            }
        ),
        "clauses": [_clause(clause) for clause in plan.clauses],
        "requirements": [_requirement(requirement) for requirement in plan.requirements],
    }
    text = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    return (HEAD + str(text)).encode()


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is not said; numbers as people write them."""
    return {
        name: _number(value) if isinstance(value, Decimal) else value
        for name, value in values.items()
        if value is not None and value != "" and value != []
    }


def _number(value: Decimal) -> int | str:
    return int(value) if value == int(value) else str(value.normalize())


def _life(from_on: date, to_on: date) -> dict[str, Any]:
    """First and last day; without what never began or ends."""
    return {
        "from": None if from_on <= ALWAYS else from_on,
        "to": None if to_on >= FOREVER else to_on - ONE_DAY,
    }


def _amendment(amendment: AmendmentContent) -> dict[str, Any]:
    return _said(
        {
            "number": amendment.number,
            "decision": amendment.decision,
            "decided_on": amendment.decided_on,
            "note": amendment.note,
        }
    )


def _clause(clause: ClauseContent) -> dict[str, Any]:
    return _said(
        {
            "number": clause.number,
            "text": clause.text,
            "lead": clause.lead,
            "cooperating": list(clause.cooperating),
            "target": clause.target,
            "due_on": clause.due_on,
            "example": clause.is_example or None,
            "source": clause.source,
        }
    )


def _requirement(requirement: RequirementContent) -> dict[str, Any]:
    equivalents = [
        _said({"course": e.course, "counts_as": e.counts_as, **_life(e.from_on, e.to_on)})
        for e in requirement.equivalents
    ]
    return _said(
        {
            "code": requirement.code,
            "clause": requirement.clause,
            "title": requirement.title,
            "short_title": requirement.short_title,
            "rule": _rule(requirement),
            "equivalents": equivalents,
            "audience": [_audience(entry) for entry in requirement.audiences if entry.sign > 0],
            "exclude": [_audience(entry) for entry in requirement.audiences if entry.sign < 0],
            "due": _due(requirement),
            "absences": requirement.absence_effect,
            "repeat": _repeat(requirement),
            "minimum_days": requirement.minimum_days,
            "accept_before_days": requirement.accept_before_days,
            **_life(requirement.from_on, requirement.to_on),
            "target_percent": requirement.target_percent,
            "example": requirement.is_example or None,
        }
    )


def _rule(requirement: RequirementContent) -> dict[str, Any]:
    if requirement.rule == "hours":
        return _said({"hours": requirement.hours_needed, "group": requirement.content_group})
    courses = zip(requirement.courses, requirement.versions, strict=True)
    return {
        requirement.rule: [
            course if version is None else {"course": course, "from_version": version} for course, version in courses
        ]
    }


def _due(requirement: RequirementContent) -> dict[str, Any]:
    if requirement.due_rule == "after_posting":
        return {"days_after_posting": requirement.due_days}
    late = {"late_joiners_days": requirement.due_days}
    if requirement.due_rule == "fixed":
        return {"fixed": requirement.fixed_on} | _said(late)
    month, day = requirement.month_and_day
    return _said({"calendar_year": f"{day:02}/{month:02}", **late, "late_days": requirement.late_days or None})


def _repeat(requirement: RequirementContent) -> dict[str, Any] | None:
    repeat = requirement.repeat
    if repeat.months is None:
        return None
    return {
        "months": repeat.months,
        "from": repeat.base,
        "window_months": repeat.window_months,
        "minimum_months": repeat.minimum_months,
    }


def _audience(entry: AudienceContent) -> dict[str, Any]:
    return _said(
        {
            "unit": entry.unit,
            "subtree": entry.subtree,
            "positions": list(entry.positions),
            "categories": list(entry.categories),
            "kinds": list(entry.kinds),
            **_life(entry.from_on, entry.to_on),
        }
    )
