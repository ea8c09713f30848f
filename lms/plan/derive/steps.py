"""The steps of a derivation, one SELECT each. The same rule in plain loops: `lms.plan.rules`."""

from collections.abc import Callable

from lms.plan.derive.cuts import PRESENT, SEGMENT, STOP
from lms.plan.derive.due import ABSENT, FIRST, GRANTED, SHIFTED, give, opened
from lms.plan.derive.repeats import repeats
from lms.plan.derive.study import BEGUN, COUNTS, DONE
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

# A yearly duty that takes late completions stays open for them after its window.
PIECE = """
SELECT s.person_id, s.requirement_id, c.cycle, GREATEST(s.from_on, c.opens_on) AS from_on,
  LEAST(s.to_on, c.closes_on + CASE WHEN c.cycle <> 0 THEN r.late_days ELSE 0 END) AS to_on
FROM w_span s
JOIN requirement r ON r.id = s.requirement_id
JOIN cycle c ON c.requirement_id = s.requirement_id AND s.from_on < c.closes_on AND c.opens_on < s.to_on
"""

# What is valid for a time closes with it; what was fulfilled within its window closes with the window.
OBLIGATION = """
SELECT o.person_id, o.requirement_id, o.cycle, o.opened_on,
  CASE WHEN v.valid_until IS NOT NULL THEN LEAST(o.last_on, v.valid_until + 1)
    WHEN d.fulfilled_on < o.window_on THEN LEAST(o.last_on, o.window_on) ELSE o.last_on END AS closes_on,
  o.due_on,
  LEAST(COALESCE(d.started_on, {forever}), COALESCE(b.started_on, {forever})) AS started_on,
  COALESCE(d.fulfilled_on, {forever}) AS fulfilled_on, COALESCE(v.valid_until, {forever}) AS valid_until,
  o.told_on, o.decided_on, o.counts_on, o.window_cycle
FROM w_opened o
LEFT JOIN w_done d ON d.person_id = o.person_id AND d.requirement_id = o.requirement_id AND d.cycle = o.cycle
LEFT JOIN w_begun b ON b.person_id = o.person_id AND b.requirement_id = o.requirement_id AND b.cycle = o.cycle
LEFT JOIN w_valid v ON v.person_id = o.person_id AND v.requirement_id = o.requirement_id AND v.cycle = o.cycle
"""


def run(work: Work, *, of_people: bool, watch: Callable[[str], None]) -> None:
    """Fill the work tables one after another, w_obligation and w_segment at the end."""
    for name, select, indexes in _steps(work, of_people):
        work.make(name, select, *indexes)
        if name == "w_done":
            give(work, "w_opened", "w_done")
        if name == "w_begun":
            repeats(work)
        watch(name)


def _steps(work: Work, of_people: bool) -> list[tuple[str, str, tuple[str, ...]]]:
    """Name, statement and indexes for SQLite, in order. A change of few people must never read everybody's rows."""

    def source(table: str, alias: str) -> str:
        if of_people:
            return f"w_person t JOIN {table} {alias} ON {alias}.person_id = t.person_id"
        return f"{table} {alias}"

    key = ("person_id, requirement_id, cycle",)
    return [
        ("w_posting", POSTINGS.replace("{source}", source("posting", "p")), ("person_id",)),
        ("w_absent", ABSENT.replace("{source}", source("absence", "a")), ("person_id",)),
        ("w_granted", GRANTED.replace("{source}", source("due_grant", "g")), key),
        ("w_counts", COUNTS, ("requirement_id",)),
        ("w_meant", MEANT, ("unit_id, position, category",)),
        ("w_match", MATCH, ("person_id, requirement_id",)),
        ("w_span", SPAN, ()),
        ("w_piece", PIECE, key),
        ("w_first", FIRST, ("person_id",)),
        ("w_shifted", SHIFTED, key),
        ("w_opened", opened(work), ()),
        ("w_done", DONE.replace("{opened}", "w_opened"), key),
        ("w_begun", BEGUN.replace("{opened}", "w_opened"), key),
        ("w_obligation", OBLIGATION, ("person_id, requirement_id, window_cycle",)),
        ("w_present", PRESENT, ("person_id, requirement_id, cycle, posting_id, from_on",)),
        ("w_stop", STOP, ("person_id, requirement_id, cycle, posting_id, begin_on",)),
        ("w_segment", SEGMENT, ("person_id, requirement_id",)),
    ]
