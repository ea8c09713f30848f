"""The steps of a derivation, one SELECT each. The same rule in plain loops: `lms.plan.rules.derivation`."""

from lms.plan.derive.work import Work

POSTINGS = """
SELECT p.id AS posting_id, p.person_id, p.unit_id, p.position, p.category, p.from_on, p.to_on, p.is_primary
FROM {source} WHERE p.superseded_at IS NULL
"""

# Places × audience rules, before any person comes in: a few thousand kinds of place stand for all postings.
MEANT = """
SELECT w.unit_id, w.position, w.category, a.requirement_id, a.id AS audience_id, a.sign,
  GREATEST(c.from_on, a.from_on, r.from_on, COALESCE(n.from_on, c.from_on)) AS from_on,
  LEAST(c.to_on, a.to_on, r.to_on, COALESCE(n.to_on, c.to_on)) AS to_on
FROM (SELECT DISTINCT unit_id, position, category FROM w_posting) w
JOIN unit_closure c ON c.unit_id = w.unit_id
JOIN audience a ON a.unit_id = c.ancestor_id AND (a.subtree OR c.depth = 0)
  AND (a.position IS NULL OR a.position = w.position) AND (a.category IS NULL OR a.category = w.category)
JOIN w_requirement s ON s.requirement_id = a.requirement_id
JOIN requirement r ON r.id = a.requirement_id
LEFT JOIN unit_name n ON a.kind IS NOT NULL AND n.unit_id = w.unit_id AND n.kind = a.kind
WHERE (a.kind IS NULL OR n.id IS NOT NULL)
  AND GREATEST(c.from_on, a.from_on, r.from_on, COALESCE(n.from_on, c.from_on))
    < LEAST(c.to_on, a.to_on, r.to_on, COALESCE(n.to_on, c.to_on))
"""

MATCH = """
SELECT p.person_id, m.requirement_id, m.audience_id, p.posting_id, m.sign,
  GREATEST(p.from_on, m.from_on) AS from_on, LEAST(p.to_on, m.to_on) AS to_on
FROM w_posting p
JOIN w_meant m ON m.unit_id = p.unit_id AND m.position = p.position AND m.category = p.category
  AND m.from_on < p.to_on AND p.from_on < m.to_on
"""

# Sweep over the days: inside where at least one include and no exclude holds; only the turns are kept.
SPAN = """
WITH edge AS (
  SELECT person_id, requirement_id, from_on AS day,
    CASE WHEN sign > 0 THEN 1 ELSE 0 END AS included, CASE WHEN sign < 0 THEN 1 ELSE 0 END AS excluded FROM w_match
  UNION ALL
  SELECT person_id, requirement_id, to_on,
    CASE WHEN sign > 0 THEN -1 ELSE 0 END, CASE WHEN sign < 0 THEN -1 ELSE 0 END FROM w_match
), level AS (
  SELECT person_id, requirement_id, day,
    CASE WHEN SUM(SUM(included)) OVER run > 0 AND SUM(SUM(excluded)) OVER run = 0 THEN 1 ELSE 0 END AS inside
  FROM edge GROUP BY person_id, requirement_id, day
  WINDOW run AS (PARTITION BY person_id, requirement_id ORDER BY day)
), turn AS (
  SELECT person_id, requirement_id, day, inside,
    LAG(inside, 1, 0) OVER (PARTITION BY person_id, requirement_id ORDER BY day) AS inside_before
  FROM level
), kept AS (
  SELECT person_id, requirement_id, inside, day AS from_on,
    LEAD(day) OVER (PARTITION BY person_id, requirement_id ORDER BY day) AS to_on
  FROM turn WHERE inside <> inside_before
)
SELECT person_id, requirement_id, from_on, to_on FROM kept WHERE inside = 1
"""

PIECE = """
SELECT s.person_id, s.requirement_id, c.cycle,
  GREATEST(s.from_on, c.opens_on) AS from_on, LEAST(s.to_on, c.closes_on) AS to_on
FROM w_span s
JOIN cycle c ON c.requirement_id = s.requirement_id AND s.from_on < c.closes_on AND c.opens_on < s.to_on
"""

# [since, until): the days on which a completion counts; see `rules.valid_window`. Due day: see `rules.due_day`.
OPENED = """
SELECT o.person_id, o.requirement_id, o.cycle, o.opened_on, o.closes_on,
  CASE
    WHEN r.due_rule = 'after_posting' OR c.due_on IS NULL THEN o.opened_on + COALESCE(r.due_days, 0)
    WHEN r.due_rule = 'calendar_year'
      THEN LEAST(GREATEST(c.due_on, COALESCE(o.opened_on + r.due_days, c.due_on)), c.closes_on - 1)
    ELSE GREATEST(c.due_on, COALESCE(o.opened_on + r.due_days, c.due_on))
  END AS due_on,
  CASE WHEN o.cycle <> 0 THEN c.opens_on
    WHEN r.accept_before_days IS NULL THEN {beginning}
    ELSE o.opened_on - r.accept_before_days END AS since,
  CASE WHEN o.cycle <> 0 THEN c.closes_on ELSE o.closes_on END AS until,
  CASE WHEN o.cycle <> 0 OR r.rule = 'hours' THEN 1 ELSE 0 END AS bounded
FROM (
  SELECT person_id, requirement_id, cycle, MIN(from_on) AS opened_on, MAX(to_on) AS closes_on
  FROM w_piece GROUP BY person_id, requirement_id, cycle
) o
JOIN requirement r ON r.id = o.requirement_id
JOIN cycle c ON c.requirement_id = o.requirement_id AND c.cycle = o.cycle
"""

# Per listed course the first day it was validly completed; then any, or all of them.
DONE_COURSES = """
SELECT f.person_id, f.requirement_id, f.cycle, MIN(f.day) AS started_on,
  CASE WHEN r.rule = 'any_of' THEN MIN(f.day)
    WHEN COUNT(*) = (SELECT COUNT(*) FROM requirement_course n WHERE n.requirement_id = f.requirement_id)
    THEN MAX(f.day) END AS fulfilled_on
FROM (
  SELECT o.person_id, o.requirement_id, o.cycle, l.course_id, MIN(d.completed_on) AS day
  FROM w_opened o
  JOIN requirement_course l ON l.requirement_id = o.requirement_id
  JOIN completion d ON d.person_id = o.person_id AND d.course_id = l.course_id
    AND d.voided_at IS NULL AND d.completed_on >= o.since AND d.completed_on < o.until
  GROUP BY o.person_id, o.requirement_id, o.cycle, l.course_id
) f
JOIN requirement r ON r.id = f.requirement_id AND r.rule <> 'hours'
GROUP BY f.person_id, f.requirement_id, f.cycle, r.rule
"""

# Hours are summed as whole hundredths: exact on both databases.
DONE_HOURS = """
SELECT person_id, requirement_id, cycle, MIN(day) AS started_on,
  MIN(CASE WHEN total >= needed THEN day END) AS fulfilled_on
FROM (
  SELECT o.person_id, o.requirement_id, o.cycle, d.completed_on AS day,
    CAST(ROUND(r.hours_needed * 100) AS INTEGER) AS needed,
    SUM(CAST(ROUND(d.hours * 100) AS INTEGER))
      OVER (PARTITION BY o.person_id, o.requirement_id, o.cycle ORDER BY d.completed_on) AS total
  FROM w_opened o
  JOIN requirement r ON r.id = o.requirement_id AND r.rule = 'hours'
  JOIN completion d ON d.person_id = o.person_id AND d.voided_at IS NULL
    AND d.completed_on >= o.since AND d.completed_on < o.until
    AND (r.content_group = '' OR d.content_group = r.content_group)
) h
GROUP BY person_id, requirement_id, cycle
"""

BEGUN = """
SELECT person_id, requirement_id, cycle, MIN(day) AS started_on FROM (
  SELECT o.person_id, o.requirement_id, o.cycle, e.started_on AS day
  FROM w_opened o
  JOIN requirement r ON r.id = o.requirement_id AND r.rule <> 'hours'
  JOIN requirement_course l ON l.requirement_id = o.requirement_id
  JOIN enrolment e ON e.person_id = o.person_id AND e.course_id = l.course_id
    AND e.started_on < o.until AND (o.bounded = 0 OR e.started_on >= o.since)
  UNION ALL
  SELECT o.person_id, o.requirement_id, o.cycle, e.started_on
  FROM w_opened o
  JOIN requirement r ON r.id = o.requirement_id AND r.rule = 'hours'
  JOIN enrolment e ON e.person_id = o.person_id AND e.started_on < o.until AND e.started_on >= o.since
  JOIN course_version v ON v.id = e.version_id AND (r.content_group = '' OR v.content_group = r.content_group)
) b GROUP BY person_id, requirement_id, cycle
"""

OBLIGATION = """
SELECT o.person_id, o.requirement_id, o.cycle, o.opened_on, o.closes_on, o.due_on,
  LEAST(COALESCE(d.started_on, {forever}), COALESCE(b.started_on, {forever})) AS started_on,
  COALESCE(d.fulfilled_on, {forever}) AS fulfilled_on
FROM w_opened o
LEFT JOIN w_done d ON d.person_id = o.person_id AND d.requirement_id = o.requirement_id AND d.cycle = o.cycle
LEFT JOIN w_begun b ON b.person_id = o.person_id AND b.requirement_id = o.requirement_id AND b.cycle = o.cycle
"""

PRESENT = """
SELECT i.person_id, i.requirement_id, i.cycle, p.posting_id, p.unit_id,
  GREATEST(i.from_on, p.from_on) AS from_on, LEAST(i.to_on, p.to_on) AS to_on,
  o.due_on, o.started_on, o.fulfilled_on
FROM w_piece i
JOIN w_posting p ON p.person_id = i.person_id AND p.is_primary AND p.from_on < i.to_on AND i.from_on < p.to_on
JOIN w_obligation o ON o.person_id = i.person_id AND o.requirement_id = i.requirement_id AND o.cycle = i.cycle
"""

# Absences pause, waivers exempt: the few rows that meet one, with the part of it that lies inside.
STOP = """
SELECT s.person_id, s.requirement_id, s.cycle, s.posting_id, s.from_on AS begin_on, 1 AS paused, 0 AS waived,
  GREATEST(s.from_on, a.from_on) AS from_on, LEAST(s.to_on, a.to_on) AS to_on
FROM absence a
JOIN w_present s ON s.person_id = a.person_id AND s.from_on < a.to_on AND a.from_on < s.to_on
WHERE a.superseded_at IS NULL
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


def postings(work: Work, *, of_people: bool) -> None:
    """The believed postings to start from: a change of few people must never read everybody's."""
    source = "w_person t JOIN posting p ON p.person_id = t.person_id" if of_people else "posting p"
    work.make("w_posting", POSTINGS.replace("{source}", source), "person_id")


STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("w_meant", MEANT, ("unit_id, position, category",)),
    ("w_match", MATCH, ("person_id, requirement_id",)),
    ("w_span", SPAN, ()),
    ("w_piece", PIECE, ("person_id, requirement_id, cycle",)),
    ("w_opened", OPENED, ()),
    ("w_done", f"{DONE_COURSES} UNION ALL {DONE_HOURS}", ("person_id, requirement_id, cycle",)),
    ("w_begun", BEGUN, ("person_id, requirement_id, cycle",)),
    ("w_obligation", OBLIGATION, ("person_id, requirement_id, cycle",)),
    ("w_present", PRESENT, ("person_id, requirement_id, cycle, posting_id, from_on",)),
    ("w_stop", STOP, ("person_id, requirement_id, cycle, posting_id, begin_on",)),
    ("w_segment", SEGMENT, ("person_id, requirement_id",)),
)
"""Name, statement, indexes for SQLite; in this order."""
