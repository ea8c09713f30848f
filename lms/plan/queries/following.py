"""Everything that the duties of a few people follow from, and what stands of it now, in as few statements as can be."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from lms.plan import rules
from lms.plan.figures.persons import LINEAGE_OF_PERSON, Lineages
from lms.platform.columns import Day, marks, rows_of
from lms.platform.db import db, spoken


@dataclass
class Standing:
    """The derived rows of one person, each with its id."""

    obligations: dict[rules.ObligationFact, int] = field(default_factory=dict)
    segments: dict[rules.SegmentFact, int] = field(default_factory=dict)
    reasons: list[tuple[rules.ReasonFact, int]] = field(default_factory=list)

    def span(self, requirement_id: int) -> list[rules.Interval]:
        """The days on which the requirement means this person, as its reasons say."""
        return rules.span_of(reason for reason, _ in self.reasons if reason.requirement_id == requirement_id)


@dataclass
class Known:
    """What is believed of some people, and what was derived from it so far."""

    facts: list[rules.PersonFacts]
    standing: dict[int, Standing]
    lineages: Lineages
    """How they were counted in the kept figures."""


# Facts and derived rows -----------------------------------------------------------------------------------------------

# Every kind of row with the same columns. {one} is a condition on person_id, {duty} one on requirement_id.
_KNOWN = f"""
SELECT 1 AS what, person_id, id AS number, unit_id AS other, 0 AS cycle, position AS word, category AS second,
  CASE WHEN is_primary THEN 1 ELSE 0 END AS flag, CAST(0 AS NUMERIC(9, 2)) AS hours, from_on AS day_1, to_on AS day_2,
  to_on AS day_3, to_on AS day_4, to_on AS day_5, to_on AS day_6
FROM posting WHERE person_id {{one}} AND superseded_at IS NULL
UNION ALL
SELECT 2, person_id, 0, 0, 0, '', '', 0, 0, from_on, to_on, to_on, to_on, to_on, to_on
FROM absence WHERE person_id {{one}} AND superseded_at IS NULL
UNION ALL
SELECT 3, person_id, requirement_id, 0, 0, '', '', 0, 0, from_on, to_on, to_on, to_on, to_on, to_on
FROM waiver WHERE person_id {{one}} AND superseded_at IS NULL
UNION ALL
SELECT 4, person_id, requirement_id, 0, cycle, kind, '', 0, 0, due_on, granted_on, opened_on, due_on, due_on, due_on
FROM due_grant WHERE person_id {{one}} AND superseded_at IS NULL
UNION ALL
SELECT 5, c.person_id, c.course_id, v.number, 0, c.content_group, '', 0, c.hours,
  completed_on, completed_on, completed_on, completed_on, completed_on, completed_on
FROM completion c LEFT JOIN course_version v ON v.id = c.version_id WHERE c.person_id {{one}} AND c.voided_at IS NULL
UNION ALL
SELECT 6, e.person_id, e.course_id, v.number, 0, v.content_group, '', 0, 0,
  started_on, started_on, started_on, started_on, started_on, started_on
FROM enrolment e JOIN course_version v ON v.id = e.version_id WHERE e.person_id {{one}} AND e.started_on IS NOT NULL
UNION ALL
SELECT 7, person_id, id, requirement_id, cycle, '', '', 0, 0,
  opened_on, closes_on, due_on, started_on, fulfilled_on, valid_until
FROM obligation WHERE person_id {{one}} AND {{duty}}
UNION ALL
SELECT 8, person_id, id, requirement_id, cycle, '', '', unit_id * 4 + kind, 0,
  from_on, to_on, due_on, started_on, fulfilled_on, fulfilled_on
FROM segment WHERE person_id {{one}} AND {{duty}}
UNION ALL
SELECT 9, person_id, id, requirement_id, audience_id, '', '', posting_id * sign, 0,
  from_on, to_on, to_on, to_on, to_on, to_on
FROM reason WHERE person_id {{one}} AND {{duty}}
UNION ALL
{LINEAGE_OF_PERSON}
"""
_COUNTS = """requirement_id IN (
  SELECT requirement_id FROM requirement_course WHERE course_id = :course_id
  UNION ALL SELECT requirement_id FROM course_equivalent WHERE equivalent_id = :course_id
  UNION ALL SELECT id FROM requirement WHERE rule = 'hours')"""
_WHOLE, _WORD = sa.Integer(), sa.String()
_TYPES: Any = {
    "what": _WHOLE, "person_id": _WHOLE, "number": _WHOLE, "other": _WHOLE, "cycle": _WHOLE, "word": _WORD,
    "second": _WORD, "flag": _WHOLE, "hours": marks(), **{f"day_{number}": Day() for number in range(1, 7)},
}  # fmt: skip
_OF_ONE = rows_of(sa.text(_KNOWN.replace("{one}", "= :person_id").replace("{duty}", _COUNTS)), **_TYPES)
_OF_SOME = rows_of(
    sa.text(_KNOWN.replace("{one}", "IN :people").replace("{duty}", "1 = 1")).bindparams(
        sa.bindparam("people", expanding=True)
    ),
    **_TYPES,
)


def known_of_study(person_id: int, course_id: int) -> Known:
    """The person's facts, and the derived rows of the requirements that a course counts for."""
    return _known([person_id], _OF_ONE, {"person_id": person_id, "course_id": course_id})


def known_of(person_ids: Sequence[int]) -> Known:
    """The facts and all derived rows of these people."""
    return _known(person_ids, _OF_SOME, {"people": list(person_ids)})


def _known(person_ids: Sequence[int], statement: Any, values: dict[str, Any]) -> Known:
    facts: dict[int, dict[int, list[Any]]] = {person_id: defaultdict(list) for person_id in person_ids}
    standing = {person_id: Standing() for person_id in person_ids}
    lineages = Lineages()
    for row in db.session.connection().execute(statement, values):
        what, person, number, other, cycle, word, second, flag, hours, *days = row
        if what == 1:
            facts[person][1].append(rules.PostingFact(number, other, word, second, days[0], days[1], flag == 1))
        elif what == 2:
            facts[person][2].append((days[0], days[1]))
        elif what == 3:
            facts[person][3].append(rules.WaiverFact(number, days[0], days[1]))
        elif what == 4:
            facts[person][4].append(rules.GrantFact(number, cycle, days[0], days[1], word, days[2]))
        elif what == 5:
            facts[person][5].append(rules.CompletionFact(number, days[0], hours, word, other))
        elif what == 6:
            facts[person][6].append(rules.StartFact(number, days[0], word, other))
        elif what == 7:
            standing[person].obligations[rules.ObligationFact(person, other, cycle, *days)] = number
        elif what == 8:
            unit_id, kind = divmod(flag, 4)
            segment = rules.SegmentFact(person, other, cycle, unit_id, kind, *days[:5])
            standing[person].segments[segment] = number
        elif what == 9:
            reason = rules.ReasonFact(person, other, cycle, abs(flag), 1 if flag > 0 else -1, days[0], days[1])
            standing[person].reasons.append((reason, number))
        else:
            lineages.add(person, number, word)
    return Known([_person(person_id, facts[person_id]) for person_id in person_ids], standing, lineages)


def _person(person_id: int, found: dict[int, list[Any]]) -> rules.PersonFacts:
    return rules.PersonFacts(
        person_id,
        tuple(found[1]),
        tuple(found[5]),
        tuple(found[6]),
        tuple(found[2]),
        tuple(found[3]),
        tuple(found[4]),
    )


# Requirements ---------------------------------------------------------------------------------------------------------

# A row for each window × course × equivalent course.
_REQUIREMENTS = """
SELECT r.id, r.rule, r.hours_needed, r.content_group, r.due_rule, r.due_days, r.accept_before_days, r.from_on, r.to_on,
  r.minimum_days, r.late_days, r.absence_effect, r.repeat_months, r.expiry_base, r.renew_months, r.minimum_months,
  c.cycle, c.opens_on, c.closes_on, c.due_on, l.course_id, l.min_version, e.equivalent_id,
  e.from_on AS counts_from, e.to_on AS counts_to, l.place
FROM requirement r
LEFT JOIN cycle c ON c.requirement_id = r.id
LEFT JOIN requirement_course l ON l.requirement_id = r.id
LEFT JOIN course_equivalent e ON e.requirement_id = r.id AND e.course_id = l.course_id
WHERE r.id IN {wanted}
"""
_REQUIREMENT_TYPES: Any = {
    "id": _WHOLE, "rule": _WORD, "hours_needed": marks(), "content_group": _WORD, "due_rule": _WORD,
    "due_days": _WHOLE, "accept_before_days": _WHOLE, "from_on": Day(), "to_on": Day(), "minimum_days": _WHOLE,
    "late_days": _WHOLE, "absence_effect": _WORD, "repeat_months": _WHOLE, "expiry_base": _WORD,
    "renew_months": _WHOLE, "minimum_months": _WHOLE, "cycle": _WHOLE, "opens_on": Day(), "closes_on": Day(),
    "due_on": Day(), "course_id": _WHOLE, "min_version": _WHOLE, "equivalent_id": _WHOLE, "counts_from": Day(),
    "counts_to": Day(), "place": _WHOLE,
}  # fmt: skip
_HELD = f"(SELECT requirement_id FROM obligation WHERE person_id = :person_id AND {_COUNTS})"


def _requirement_rows(wanted: str, *parameters: Any) -> sa.Select[Any]:
    rows = rows_of(sa.text(_REQUIREMENTS.replace("{wanted}", wanted)).bindparams(*parameters), **_REQUIREMENT_TYPES)
    told = rows.selected_columns
    return rows.order_by(told.id, told.cycle, told.place, told.equivalent_id)


_COUNTING = _requirement_rows(_HELD)
_NAMED = _requirement_rows(":ids", sa.bindparam("ids", expanding=True))


def requirements_counting(person_id: int, course_id: int) -> list[rules.RequirementFact]:
    """The person's requirements that a course counts for, without audiences; those over hours are among them."""
    values = {"person_id": person_id, "course_id": course_id}
    return _requirement_facts(db.session.connection().execute(_COUNTING, values).all())


def requirements_named(requirement_ids: Sequence[int]) -> list[rules.RequirementFact]:
    """These requirements, without audiences."""
    return _requirement_facts(db.session.connection().execute(_NAMED, {"ids": list(requirement_ids)}).all())


def _requirement_facts(rows: Sequence[Any]) -> list[rules.RequirementFact]:
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.id, []).append(row)
    return [_requirement_fact(found) for found in grouped.values()]


def _requirement_fact(rows: list[Any]) -> rules.RequirementFact:
    first = rows[0]
    courses = {row.course_id: row.min_version for row in rows if row.course_id is not None}
    windows = {row.cycle: row for row in rows if row.cycle is not None}
    equal = {(row.course_id, row.equivalent_id): row for row in rows if row.equivalent_id is not None}
    return rules.RequirementFact(
        first.id,
        first.rule,
        tuple(courses),
        first.hours_needed,
        first.content_group,
        first.due_rule,
        first.due_days,
        first.accept_before_days,
        first.from_on,
        first.to_on,
        tuple(rules.CycleFact(w.cycle, w.opens_on, w.closes_on, w.due_on) for w in windows.values()),
        (),
        min_versions=tuple((course, version) for course, version in courses.items() if version is not None),
        equivalents=tuple(
            rules.EquivalentFact(e.course_id, e.equivalent_id, e.counts_from, e.counts_to) for e in equal.values()
        ),
        minimum_days=first.minimum_days,
        late_days=first.late_days,
        absence_effect=first.absence_effect,
        repeat_months=first.repeat_months,
        expiry_base=first.expiry_base,
        renew_months=first.renew_months,
        minimum_months=first.minimum_months,
    )


# What meets them ------------------------------------------------------------------------------------------------------

_MET = """
SELECT p.person_id, a.requirement_id, a.id, p.id, a.sign,
  GREATEST(p.from_on, c.from_on, a.from_on, r.from_on, COALESCE(n.from_on, c.from_on)) AS begins,
  LEAST(p.to_on, c.to_on, a.to_on, r.to_on, COALESCE(n.to_on, c.to_on)) AS ends
FROM posting p
JOIN unit_closure c ON c.unit_id = p.unit_id AND c.from_on < p.to_on AND p.from_on < c.to_on
JOIN audience a ON a.unit_id = c.ancestor_id AND (a.subtree OR c.depth = 0)
  AND (a.position IS NULL OR a.position = p.position) AND (a.category IS NULL OR a.category = p.category)
JOIN requirement r ON r.id = a.requirement_id
LEFT JOIN unit_name n ON a.kind IS NOT NULL AND n.unit_id = p.unit_id AND n.kind = a.kind
WHERE p.person_id IN :people AND p.superseded_at IS NULL AND (a.kind IS NULL OR n.id IS NOT NULL)
"""


def met(person_ids: Sequence[int]) -> dict[int, list[rules.ReasonFact]]:
    """Person → every audience rule that meets a posting, and when; only rules at or above their units are read."""
    found: dict[int, list[rules.ReasonFact]] = defaultdict(list)
    statement = sa.text(spoken(_MET)).bindparams(sa.bindparam("people", expanding=True))
    typed = statement.columns(begins=Day(), ends=Day())
    for row in db.session.connection().execute(typed, {"people": list(person_ids)}):
        if row.begins < row.ends:
            found[row[0]].append(rules.ReasonFact(*row))
    return found
