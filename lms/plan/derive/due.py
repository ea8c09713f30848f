"""When obligations open, when they are due and what days count for them: `rules.due` in SQL."""

from lms.plan.derive.work import Work

# Overlapping and touching absences joined.
ABSENT = """
SELECT person_id, MIN(from_on) AS from_on, MAX(to_on) AS to_on FROM (
  SELECT person_id, from_on, to_on, SUM(is_apart) OVER (PARTITION BY person_id ORDER BY from_on, id) AS island FROM (
    SELECT a.id, a.person_id, a.from_on, a.to_on,
      CASE WHEN a.from_on <= MAX(a.to_on) OVER (
        PARTITION BY a.person_id ORDER BY a.from_on, a.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ) THEN 0 ELSE 1 END AS is_apart
    FROM {source} WHERE a.superseded_at IS NULL
  ) f
) g GROUP BY person_id, island
"""

GRANTED = """
SELECT g.person_id, g.requirement_id, g.cycle, g.kind, g.due_on, g.granted_on, g.opened_on
FROM {source} JOIN w_requirement s ON s.requirement_id = g.requirement_id
WHERE g.superseded_at IS NULL
"""

# Which grant is for which cycle: `rules.GrantFact.is_for`; what it does there: `rules.granted` and `rules.held`.
_GIVEN = """
UPDATE {opened} SET due_on = w.due_on, told_on = w.told_on, decided_on = w.decided_on FROM (
  SELECT o.person_id, o.requirement_id, o.cycle,
    COALESCE(
      MAX(CASE WHEN g.kind = 'fixed' AND d.fulfilled_on <= g.granted_on THEN g.due_on END),
      GREATEST(MAX(o.computed_on), MAX(g.due_on))
    ) AS due_on,
    GREATEST(MAX(o.computed_on), MAX(CASE WHEN g.kind IN ('kept', 'fixed') THEN g.due_on ELSE o.computed_on END))
      AS told_on,
    COALESCE(MIN(CASE WHEN g.kind NOT IN ('kept', 'fixed') THEN g.granted_on END), {forever}) AS decided_on
  FROM w_granted g
  JOIN requirement r ON r.id = g.requirement_id
  JOIN {opened} o ON o.person_id = g.person_id AND o.requirement_id = g.requirement_id
  LEFT JOIN {done} d ON d.person_id = o.person_id AND d.requirement_id = o.requirement_id AND d.cycle = o.cycle
  WHERE g.kind <> 'valid' AND ((r.repeat_months IS NULL AND g.cycle = o.cycle) OR (r.repeat_months IS NOT NULL
    AND g.opened_on > o.after_on AND g.opened_on <= COALESCE(d.fulfilled_on, {forever})))
  GROUP BY o.person_id, o.requirement_id, o.cycle
) w WHERE w.person_id = {opened}.person_id AND w.requirement_id = {opened}.requirement_id AND w.cycle = {opened}.cycle
"""

# The due day by rule, before absences and grants; see `rules.due_day`.
FIRST = """
SELECT o.person_id, o.requirement_id, o.cycle, o.opened_on, o.last_on,
  CASE
    WHEN r.due_rule = 'after_posting' OR c.due_on IS NULL THEN o.opened_on + COALESCE(r.due_days, 0)
    WHEN r.due_rule = 'calendar_year'
      THEN LEAST(GREATEST(c.due_on, COALESCE(o.opened_on + r.due_days, c.due_on)), c.closes_on - 1)
    ELSE GREATEST(c.due_on, COALESCE(o.opened_on + r.due_days, c.due_on))
  END AS due_on
FROM (
  SELECT person_id, requirement_id, cycle, MIN(from_on) AS opened_on, MAX(to_on) AS last_on
  FROM w_piece GROUP BY person_id, requirement_id, cycle
) o
JOIN requirement r ON r.id = o.requirement_id
JOIN cycle c ON c.requirement_id = o.requirement_id AND c.cycle = o.cycle
"""

# Relative due days moved by absences. One that begins on or before the day moved so far moves it further.
SHIFTED = """
SELECT person_id, requirement_id, cycle, LEAST(MAX(due_on + earlier + away), {forever}) AS due_on FROM (
  SELECT person_id, requirement_id, cycle, due_on, from_on, away,
    CAST(COALESCE(SUM(away) OVER (
      PARTITION BY person_id, requirement_id, cycle ORDER BY from_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0) AS INTEGER) AS earlier
  FROM (
    SELECT o.person_id, o.requirement_id, o.cycle, o.due_on, GREATEST(a.from_on, o.opened_on) AS from_on,
      a.to_on - GREATEST(a.from_on, o.opened_on) AS away
    FROM w_absent a
    JOIN w_first o ON o.person_id = a.person_id AND a.to_on > o.opened_on
    JOIN requirement r ON r.id = o.requirement_id AND r.absence_effect = 'shift' AND r.due_rule = 'after_posting'
  ) i
) s WHERE from_on <= due_on + earlier GROUP BY person_id, requirement_id, cycle
"""

# [since, until): the days on which a completion counts; see `rules.valid_window`.
_OPENED = """
SELECT o.person_id, o.requirement_id, o.cycle, o.opened_on, o.last_on,
  COALESCE(h.due_on, o.due_on) AS computed_on, COALESCE(h.due_on, o.due_on) AS anchor_on,
  COALESCE(h.due_on, o.due_on) AS due_on, COALESCE(h.due_on, o.due_on) AS told_on,
  {forever} AS decided_on, {beginning} AS after_on,
  CASE WHEN o.cycle <> 0 THEN c.opens_on
    ELSE GREATEST(
      CASE WHEN r.accept_before_days IS NULL THEN {beginning} ELSE o.opened_on - r.accept_before_days END,
      CASE WHEN r.repeat_months IS NULL THEN {beginning} ELSE {oldest} + 1 END
    ) END AS since,
  CASE WHEN o.cycle <> 0 THEN c.closes_on + r.late_days ELSE o.last_on END AS until,
  CASE WHEN o.cycle <> 0 OR r.rule = 'hours' THEN 1 ELSE 0 END AS bounded,
  CASE WHEN r.repeat_months IS NULL THEN {beginning} ELSE o.opened_on END AS latest_by, o.opened_on AS first_on,
  c.closes_on AS window_on, o.cycle AS window_cycle, {beginning} AS counts_on
FROM w_first o
JOIN requirement r ON r.id = o.requirement_id
JOIN cycle c ON c.requirement_id = o.requirement_id AND c.cycle = o.cycle
LEFT JOIN w_shifted h ON h.person_id = o.person_id AND h.requirement_id = o.requirement_id AND h.cycle = o.cycle
"""


def opened(work: Work) -> str:
    """The statement that opens single duties, yearly ones, and the first cycle of those that come again."""
    return _OPENED.replace("{oldest}", work.months_before("o.opened_on", "r.repeat_months"))


def give(work: Work, opened: str, done: str) -> None:
    """Let what was granted hold in a table of opened duties, for which it is known what was done."""
    work.run(_GIVEN.replace("{opened}", opened).replace("{done}", done))
