"""What a roster says and would change, as plain values that a program reads: the output of --json."""

from collections.abc import Iterable, Mapping
from typing import Any

from lms.organisation.models import StaffCategory
from lms.organisation.roster.columns import Proposal
from lms.organisation.roster.difference import Correction, Difference, Joined, Moved
from lms.organisation.roster.known import Known
from lms.organisation.roster.matching import Case
from lms.organisation.roster.records import Note, Problem, Record, Roster

_CATEGORIES: Mapping[str, str] = {
    StaffCategory.OFFICIAL: "cán bộ",
    StaffCategory.CIVIL_SERVANT: "công chức",
    StaffCategory.PUBLIC_EMPLOYEE: "viên chức",
    StaffCategory.WORKER: "hợp đồng lao động",
    StaffCategory.COMMUNITY: "lực lượng cộng đồng",
}
"""As offices write them in their lists."""
_SEXES = {"nam": "Nam", "nu": "Nữ"}


def _said(field: str, value: str) -> str:
    if field == "staff_category":
        return _CATEGORIES.get(value, value)
    return _SEXES.get(value, value) if field == "sex" else value


def person_told(record: Record) -> dict[str, Any]:
    """A row as it was understood; days as 2026-11-24."""
    return {
        "sheet": record.sheet,
        "row": record.row,
        "personal_id": record.personal_id,
        "staff_code": record.staff_code,
        "full_name": record.full_name,
        "birth_date": record.birth_date.isoformat() if record.birth_date else None,
        "birth_year": record.birth_date.year if record.birth_date else record.birth_year,
        "sex": _said("sex", record.sex),
        "staff_category": _said("staff_category", record.category),
        "department": record.department,
        "title": record.title,
        "rank_code": record.rank_code,
        "email": record.email,
        "phone": record.phone,
        "since": record.since.isoformat() if record.since else None,
    }


def problem_told(problem: Problem) -> dict[str, Any]:
    """What is wrong with a row."""
    return {
        "sheet": problem.sheet,
        "row": problem.row,
        "field": problem.field,
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
    }


def _note(note: Note) -> dict[str, Any]:
    return {"sheet": note.sheet, "code": note.code, "message": note.message, "rows": list(note.rows)}


def _known(known: Known) -> dict[str, Any]:
    return {
        "personal_id": known.personal_id,
        "full_name": known.full_name,
        "unit": known.posting.unit if known.posting else "",
        "department": known.posting.department if known.posting else "",
    }


def _row(record: Record) -> dict[str, Any]:
    return {
        "sheet": record.sheet,
        "row": record.row,
        "personal_id": record.personal_id,
        "full_name": record.full_name,
    }


def _joined(item: Joined) -> dict[str, Any]:
    return {**_row(item.record), "department": item.record.department, "is_known": item.known is not None}


def _moved(item: Moved) -> dict[str, Any]:
    return {**_row(item.record), "from": item.old, "to": item.new}


def _corrected(fixes: Iterable[Correction]) -> list[dict[str, Any]]:
    """People, each with everything that is put right."""
    found: dict[int, dict[str, Any]] = {}
    for fix in fixes:
        told = found.setdefault(fix.known.person_id, {**_row(fix.record), "fields": []})
        told["fields"].append({"field": fix.field, "from": _said(fix.field, fix.old), "to": _said(fix.field, fix.new)})
    return list(found.values())


def changes_told(difference: Difference) -> dict[str, Any]:
    """What changes, with the name of everybody."""
    return {
        "joined": [_joined(item) for item in difference.joined],
        "left": [_known(person) for person in difference.left],
        "moved": [_moved(item) for item in difference.moved],
        "corrected": _corrected(difference.corrected),
        "unchanged": difference.unchanged,
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        **_row(case.record),
        "key": case.key,
        "why": case.why.value,
        "of_row": case.of_row,
        "may_be_new": case.may_be_new,
        "candidates": [{**_known(known), "person_id": known.person_id} for known in case.candidates],
        "decision": case.decision.said.value if case.decision else None,
    }


def roster_told(roster: Roster, difference: Difference) -> dict[str, Any]:
    """Everything that a page of a roster shows."""
    withheld = difference.withheld or Difference()
    return {
        "rows": roster.rows,
        "people": [person_told(record) for record in (*roster.records, *roster.unnumbered)],
        "problems": [problem_told(problem) for problem in roster.problems],
        "notes": [_note(note) for note in roster.notes],
        "changes": changes_told(difference),
        "kept": [_known(person) for person in difference.kept],
        "withheld": {
            "joined": [_joined(item) for item in withheld.joined],
            "moved": [_moved(item) for item in withheld.moved],
            "corrected": _corrected(withheld.corrected),
        },
        "review": [_case(case) for case in difference.cases],
        "departments": [{"said": said, "taken_for": name} for said, name in difference.departments.taken_for.items()],
        "unmatched_departments": [
            {"said": said, "nearest": list(nearest)} for said, nearest in difference.departments.new
        ],
        "unmatched": [_row(record) for record in difference.unmatched],
    }


def columns_told(proposals: Iterable[Proposal]) -> list[dict[str, Any]]:
    """What each column is taken for, when somebody must say which is what."""
    return [
        {
            "column": proposal.column + 1,
            "heading": proposal.label,
            "field": proposal.field,
            "confidence": proposal.confidence,
            "why": proposal.why,
            "examples": list(proposal.examples),
        }
        for proposal in proposals
    ]
