"""Which facts lie behind duties: completions, waivers, absences and granted due days, set-based."""

from lms.plan.derive.study import COUNTS
from lms.plan.derive.work import Work

# A fulfilled duty rests on the completions that count up to the day of its fulfilment: of one course of several the
# one of that day. How old they may be follows from the requirement (`rules.valid_window`).
_SINCE = """
GREATEST(CASE WHEN o.cycle > 0 AND r.repeat_months IS NULL THEN c.opens_on ELSE {beginning} END,
  CASE WHEN r.accept_before_days IS NULL OR r.repeat_months IS NOT NULL THEN {beginning}
    ELSE COALESCE(b.opened_on, {day}) - r.accept_before_days END)
"""
_FULFILLED = f"""
SELECT o.person_id, o.requirement_id, o.cycle, o.fulfilled_on, r.rule, r.content_group, {_SINCE} AS since
FROM {{source}} o
JOIN requirement r ON r.id = o.requirement_id
LEFT JOIN cycle c ON c.requirement_id = o.requirement_id
  AND c.cycle = CASE WHEN r.repeat_months IS NULL THEN o.cycle ELSE 0 END
LEFT JOIN obligation b ON b.person_id = o.person_id AND b.requirement_id = o.requirement_id AND b.cycle = o.cycle
WHERE o.fulfilled_on <= {{day}} AND o.kind < 2
"""
_COMPLETIONS = """
SELECT DISTINCT o.person_id, o.requirement_id, o.cycle, 'c' AS what, d.id
FROM e_fulfilled o
JOIN w_counts l ON l.requirement_id = o.requirement_id
JOIN completion d ON d.person_id = o.person_id AND d.course_id = l.counted_id AND d.voided_at IS NULL
  AND d.completed_on <= o.fulfilled_on
  AND d.completed_on >= CASE WHEN o.rule = 'any_of' THEN o.fulfilled_on ELSE o.since END
  AND d.completed_on >= l.from_on AND d.completed_on < l.to_on
  AND (l.min_version IS NULL OR d.version_id IS NULL
    OR (SELECT v.number FROM course_version v WHERE v.id = d.version_id) >= l.min_version)
WHERE o.rule <> 'hours'
UNION ALL
SELECT o.person_id, o.requirement_id, o.cycle, 'c', d.id
FROM e_fulfilled o
JOIN completion d ON d.person_id = o.person_id AND d.voided_at IS NULL AND d.completed_on <= o.fulfilled_on
  AND d.completed_on >= o.since AND (o.content_group = '' OR d.content_group = o.content_group)
WHERE o.rule = 'hours'
"""
_STOPS = """
SELECT o.person_id, o.requirement_id, o.cycle, 'w', w.id
FROM {source} o
JOIN waiver w ON w.person_id = o.person_id AND w.requirement_id = o.requirement_id AND w.superseded_at IS NULL
  AND w.from_on <= {day} AND w.to_on > {day}
WHERE o.kind = 2
UNION ALL
SELECT o.person_id, o.requirement_id, o.cycle, 'a', a.id
FROM {source} o
JOIN absence a ON a.person_id = o.person_id AND a.superseded_at IS NULL AND a.from_on <= {day} AND a.to_on > {day}
WHERE o.kind = 1
UNION ALL
SELECT o.person_id, o.requirement_id, o.cycle, 'g', g.id
FROM {source} o
JOIN requirement r ON r.id = o.requirement_id
JOIN due_grant g ON g.person_id = o.person_id AND g.requirement_id = o.requirement_id AND g.superseded_at IS NULL
  AND (g.cycle = o.cycle OR r.repeat_months IS NOT NULL)
"""


def find(work: Work, source: str, day: str, *, plan_id: int) -> None:
    """Fill the work table e_evidence (person, requirement, cycle, evidence) for the duties of a work table."""
    work.make("w_requirement", f"SELECT id AS requirement_id FROM requirement WHERE plan_id = {int(plan_id)}")
    work.make("w_counts", COUNTS, "requirement_id")

    def of(text: str) -> str:
        return text.replace("{source}", source).replace("{day}", day)

    work.make("e_fulfilled", of(_FULFILLED))
    facts = f"{of(_COMPLETIONS)} UNION ALL {of(_STOPS)}"
    token = "what || CAST(id AS TEXT)"
    joined = f"string_agg({token}, ' ' ORDER BY what, id)" if work.on_postgresql else f"group_concat({token}, ' ')"
    work.make(
        "e_evidence",
        f"SELECT person_id, requirement_id, cycle, {joined} AS evidence FROM ({facts}) f "
        "GROUP BY person_id, requirement_id, cycle",
        "person_id, requirement_id, cycle",
    )
