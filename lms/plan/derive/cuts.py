"""Obligations cut into segments: by primary posting, absence, waiver, and waiting for a decision."""

# A renewal counts from the day after the last valid one, so that nobody counts twice.
PRESENT = """
SELECT i.person_id, i.requirement_id, o.cycle, p.posting_id, p.unit_id,
  GREATEST(i.from_on, p.from_on, o.counts_on) AS from_on, LEAST(i.to_on, p.to_on, o.closes_on) AS to_on,
  o.due_on, o.started_on, o.fulfilled_on
FROM w_piece i
JOIN w_posting p ON p.person_id = i.person_id AND p.is_primary AND p.from_on < i.to_on AND i.from_on < p.to_on
JOIN w_obligation o ON o.person_id = i.person_id AND o.requirement_id = i.requirement_id AND o.window_cycle = i.cycle
WHERE GREATEST(i.from_on, p.from_on, o.counts_on) < LEAST(i.to_on, p.to_on, o.closes_on)
"""

# Absences pause what they do not shift, waivers exempt, and who began too late waits: the few rows that meet one,
# with the part of it that lies inside. See `rules.pauses` and `rules.held`.
STOP = """
SELECT s.person_id, s.requirement_id, s.cycle, s.posting_id, s.from_on AS begin_on, 1 AS paused, 0 AS waived,
  GREATEST(s.from_on, a.from_on) AS from_on, LEAST(s.to_on, a.to_on) AS to_on
FROM w_absent a
JOIN w_present s ON s.person_id = a.person_id AND s.from_on < a.to_on AND a.from_on < s.to_on
JOIN requirement r ON r.id = s.requirement_id AND (r.absence_effect = 'pause'
  OR (r.absence_effect = 'shift' AND r.due_rule = 'after_posting' AND r.repeat_months IS NOT NULL AND s.cycle > 0))
UNION ALL
SELECT s.person_id, s.requirement_id, s.cycle, s.posting_id, s.from_on, 1, 0,
  GREATEST(s.from_on, o.opened_on), LEAST(s.to_on, o.decided_on)
FROM w_obligation o
JOIN requirement r ON r.id = o.requirement_id AND r.minimum_days IS NOT NULL
  AND o.told_on - o.opened_on < r.minimum_days AND (r.repeat_months IS NULL OR o.cycle = 0)
JOIN w_present s ON s.person_id = o.person_id AND s.requirement_id = o.requirement_id AND s.cycle = o.cycle
  AND s.from_on < o.decided_on
UNION ALL
SELECT s.person_id, s.requirement_id, s.cycle, s.posting_id, s.from_on, 0, 1,
  GREATEST(s.from_on, w.from_on), LEAST(s.to_on, w.to_on)
FROM waiver w
JOIN w_present s ON s.person_id = w.person_id AND s.requirement_id = w.requirement_id
  AND s.from_on < w.to_on AND w.from_on < s.to_on
WHERE w.superseded_at IS NULL
"""

_SAME_PRESENT = """s.person_id = t.person_id AND s.requirement_id = t.requirement_id AND s.cycle = t.cycle
  AND s.posting_id = t.posting_id AND s.from_on = t.begin_on"""

SEGMENT = f"""
WITH edge AS (
  SELECT person_id, requirement_id, cycle, posting_id, begin_on, from_on AS day, paused, waived FROM w_stop
  UNION ALL
  SELECT person_id, requirement_id, cycle, posting_id, begin_on, to_on, -paused, -waived FROM w_stop
  UNION ALL
  SELECT DISTINCT person_id, requirement_id, cycle, posting_id, begin_on, begin_on, 0, 0 FROM w_stop
), level AS (
  SELECT person_id, requirement_id, cycle, posting_id, begin_on, day,
    CASE WHEN SUM(SUM(waived)) OVER run > 0 THEN 2 WHEN SUM(SUM(paused)) OVER run > 0 THEN 1 ELSE 0 END AS kind
  FROM edge GROUP BY person_id, requirement_id, cycle, posting_id, begin_on, day
  WINDOW run AS (PARTITION BY person_id, requirement_id, cycle, posting_id, begin_on ORDER BY day)
), turn AS (
  SELECT person_id, requirement_id, cycle, posting_id, begin_on, day, kind,
    LAG(kind, 1, -1) OVER (PARTITION BY person_id, requirement_id, cycle, posting_id, begin_on ORDER BY day) AS earlier
  FROM level
), kept AS (
  SELECT person_id, requirement_id, cycle, posting_id, begin_on, day, kind,
    LEAD(day) OVER (PARTITION BY person_id, requirement_id, cycle, posting_id, begin_on ORDER BY day) AS next_day
  FROM turn WHERE kind <> earlier
)
SELECT s.person_id, s.requirement_id, s.cycle, s.unit_id, 0 AS kind, s.from_on, s.to_on,
  s.due_on, s.started_on, s.fulfilled_on
FROM w_present s WHERE NOT EXISTS (SELECT 1 FROM w_stop t WHERE {_SAME_PRESENT})
UNION ALL
SELECT s.person_id, s.requirement_id, s.cycle, s.unit_id, t.kind, t.day, COALESCE(t.next_day, s.to_on),
  s.due_on, s.started_on, s.fulfilled_on
FROM kept t JOIN w_present s ON {_SAME_PRESENT}
WHERE t.day < s.to_on
"""
