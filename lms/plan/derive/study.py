"""Which acts of study count for the opened obligations, set-based: `rules.study` in SQL. `{opened}` is a work table."""

# A requirement's courses and what counts as one of them; an old version of a listed course may not.
COUNTS = """
SELECT l.requirement_id, l.course_id, l.course_id AS counted_id, l.min_version,
  {beginning} AS from_on, {forever} AS to_on
FROM requirement_course l JOIN w_requirement s ON s.requirement_id = l.requirement_id
UNION ALL
SELECT e.requirement_id, e.course_id, e.equivalent_id, CAST(NULL AS INTEGER), e.from_on, e.to_on
FROM course_equivalent e
JOIN requirement_course l ON l.requirement_id = e.requirement_id AND l.course_id = e.course_id
JOIN w_requirement s ON s.requirement_id = e.requirement_id
"""

# Per listed course the first day it was validly completed; then any, or all of them. Where only the newest of older
# results counts (`latest_by`), the last day up to it comes before the first one.
_DONE_COURSES = """
SELECT f.person_id, f.requirement_id, f.cycle, MIN(f.first_day) AS started_on,
  CASE WHEN r.rule = 'any_of' THEN COALESCE(MAX(CASE WHEN f.day <= f.latest_by THEN f.day END), MIN(f.day))
    WHEN COUNT(*) = (SELECT COUNT(*) FROM requirement_course n WHERE n.requirement_id = f.requirement_id)
    THEN MAX(f.day) END AS fulfilled_on
FROM (
  SELECT o.person_id, o.requirement_id, o.cycle, l.course_id, MIN(d.completed_on) AS first_day,
    COALESCE(MAX(CASE WHEN d.completed_on <= o.latest_by THEN d.completed_on END), MIN(d.completed_on)) AS day,
    MAX(o.latest_by) AS latest_by
  FROM {opened} o
  JOIN w_counts l ON l.requirement_id = o.requirement_id
  JOIN completion d ON d.person_id = o.person_id AND d.course_id = l.counted_id
    AND d.voided_at IS NULL AND d.completed_on >= o.since AND d.completed_on < o.until
    AND d.completed_on >= l.from_on AND d.completed_on < l.to_on
    AND (l.min_version IS NULL OR d.version_id IS NULL
      OR (SELECT v.number FROM course_version v WHERE v.id = d.version_id) >= l.min_version)
  GROUP BY o.person_id, o.requirement_id, o.cycle, l.course_id
) f
JOIN requirement r ON r.id = f.requirement_id AND r.rule <> 'hours'
GROUP BY f.person_id, f.requirement_id, f.cycle, r.rule
"""

# Hours are summed as whole hundredths: exact on both databases. Within a year (any cycle but 0) a course studied here
# brings its hours once, on the day on which it was first completed; what was recognised is another class each time.
_DONE_HOURS = """
SELECT person_id, requirement_id, cycle, MIN(day) AS started_on,
  MIN(CASE WHEN total >= needed THEN day END) AS fulfilled_on
FROM (
  SELECT o.person_id, o.requirement_id, o.cycle, o.completed_on AS day,
    CAST(ROUND(r.hours_needed * 100) AS INTEGER) AS needed,
    SUM(o.hundredths) OVER (PARTITION BY o.person_id, o.requirement_id, o.cycle ORDER BY o.completed_on) AS total
  FROM (
    SELECT o.person_id, o.requirement_id, o.cycle, d.completed_on, CAST(ROUND(d.hours * 100) AS INTEGER) AS hundredths,
      ROW_NUMBER() OVER (
        PARTITION BY o.person_id, o.requirement_id, o.cycle, d.course_id,
          CASE WHEN o.cycle = 0 OR d.version_id IS NULL THEN d.id ELSE 0 END
        ORDER BY d.completed_on, d.hours DESC
      ) AS place
    FROM {opened} o
    JOIN requirement r ON r.id = o.requirement_id AND r.rule = 'hours'
    JOIN completion d ON d.person_id = o.person_id AND d.voided_at IS NULL
      AND d.completed_on >= o.since AND d.completed_on < o.until
      AND (r.content_group = '' OR d.content_group = r.content_group)
  ) o
  JOIN requirement r ON r.id = o.requirement_id
  WHERE o.place = 1
) h
GROUP BY person_id, requirement_id, cycle
"""

BEGUN = """
SELECT person_id, requirement_id, cycle, MIN(day) AS started_on FROM (
  SELECT o.person_id, o.requirement_id, o.cycle, e.started_on AS day
  FROM {opened} o
  JOIN requirement r ON r.id = o.requirement_id AND r.rule <> 'hours'
  JOIN w_counts l ON l.requirement_id = o.requirement_id
  JOIN enrolment e ON e.person_id = o.person_id AND e.course_id = l.counted_id
    AND e.started_on < o.until AND (o.bounded = 0 OR e.started_on >= o.since)
    AND e.started_on >= l.from_on AND e.started_on < l.to_on
    AND (l.min_version IS NULL OR (SELECT v.number FROM course_version v WHERE v.id = e.version_id) >= l.min_version)
  UNION ALL
  SELECT o.person_id, o.requirement_id, o.cycle, e.started_on
  FROM {opened} o
  JOIN requirement r ON r.id = o.requirement_id AND r.rule = 'hours'
  JOIN enrolment e ON e.person_id = o.person_id AND e.started_on < o.until AND e.started_on >= o.since
  JOIN course_version v ON v.id = e.version_id AND (r.content_group = '' OR v.content_group = r.content_group)
) b GROUP BY person_id, requirement_id, cycle
"""

DONE = f"{_DONE_COURSES} UNION ALL {_DONE_HOURS}"
