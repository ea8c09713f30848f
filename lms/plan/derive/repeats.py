"""Duties that come again after some months, cycle after cycle for everybody at once: `rules.recurrence` in SQL."""

from lms.plan.derive.due import give
from lms.plan.derive.study import BEGUN, DONE
from lms.plan.derive.work import Work

KEY = "person_id, requirement_id, cycle"

# Candidates around the fixed day that is a whole number of periods away; the earliest one that leaves enough.
_FIXED = """(SELECT MIN({end}) FROM (
    SELECT -2 AS n UNION ALL SELECT -1 UNION ALL SELECT 0 UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3
  ) k WHERE {end} >= GREATEST(o.least_on, o.fulfilled_on, {enough}))"""

_VALID = """
SELECT o.person_id, o.requirement_id, o.cycle, o.last_on, o.anchor_on, o.first_on, o.window_on, o.fulfilled_on,
  CASE WHEN k.due_on IS NOT NULL THEN k.due_on
    WHEN r.expiry_base = 'fixed' AND o.anchor_on < {forever} THEN {fixed}
    WHEN r.expiry_base = 'previous' AND o.fulfilled_on <= o.due_on AND o.computed_on < {forever}
      THEN GREATEST(o.least_on, o.fulfilled_on, {previous})
    ELSE GREATEST(o.least_on, o.fulfilled_on, {completion})
  END AS valid_until
FROM (
  SELECT t.*, d.fulfilled_on, CASE WHEN t.cycle = 0 THEN t.opened_on ELSE t.computed_on END AS least_on
  FROM {opened} t
  JOIN {done} d ON d.person_id = t.person_id AND d.requirement_id = t.requirement_id AND d.cycle = t.cycle
  WHERE d.fulfilled_on IS NOT NULL
) o
JOIN requirement r ON r.id = o.requirement_id AND r.repeat_months IS NOT NULL
LEFT JOIN (
  SELECT person_id, requirement_id, opened_on, MAX(due_on) AS due_on FROM w_granted WHERE kind = 'valid'
  GROUP BY person_id, requirement_id, opened_on
) k ON k.person_id = o.person_id AND k.requirement_id = o.requirement_id AND k.opened_on = o.fulfilled_on
"""

_NEXT = """
SELECT v.person_id, v.requirement_id, v.cycle + 1 AS cycle, v.opens_on AS opened_on, v.last_on,
  v.valid_until AS computed_on, v.anchor_on, v.first_on, {beginning} AS latest_by,
  v.valid_until AS due_on, v.valid_until AS told_on,
  {forever} AS decided_on, v.fulfilled_on AS after_on, v.opens_on AS since, v.last_on AS until, 1 AS bounded,
  v.window_on, 0 AS window_cycle,
  v.valid_until + 1 AS counts_on
FROM (
  SELECT e.*, GREATEST({renewal}, e.fulfilled_on + 1, e.first_on) AS opens_on
  FROM {valid} e JOIN requirement r ON r.id = e.requirement_id
) v
WHERE v.opens_on < v.last_on
"""

MOST = 400
"""Cycles of one person: monthly ones for more than thirty years. A completion opens at most one."""


def repeats(work: Work) -> None:
    """Add to w_opened, w_done and w_begun the renewals that follow from what was fulfilled; make w_valid."""
    work.make("w_valid", _valid(work, "w_opened", "w_done"), KEY)
    latest = "w_valid"
    for number in range(1, MOST):
        if not work.number(f"SELECT COUNT(*) FROM {latest}"):
            return
        opened, done, valid = f"w_opened_{number}", f"w_done_{number}", f"w_valid_{number}"
        renewal = work.months_before("e.valid_until + 1", "r.renew_months")
        work.make(opened, _NEXT.replace("{valid}", latest).replace("{renewal}", renewal), KEY)
        work.make(done, DONE.replace("{opened}", opened), KEY)
        give(work, opened, done)
        _add(work, "w_opened", f"SELECT * FROM {opened}", _OPENED)
        _add(work, "w_done", f"SELECT * FROM {done}", "person_id, requirement_id, cycle, started_on, fulfilled_on")
        _add(work, "w_begun", BEGUN.replace("{opened}", opened), "person_id, requirement_id, cycle, started_on")
        work.make(valid, _valid(work, opened, done), KEY)
        _add(
            work,
            "w_valid",
            f"SELECT * FROM {valid}",
            f"{KEY}, last_on, anchor_on, first_on, window_on, fulfilled_on, valid_until",
        )
        latest = valid


_OPENED = (
    f"{KEY}, opened_on, last_on, computed_on, anchor_on, due_on, told_on, decided_on, after_on, since, until, "
    "bounded, window_on, window_cycle, counts_on, latest_by, first_on"
)


def _add(work: Work, table: str, select: str, columns: str) -> None:
    work.run(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM ({select}) added")


def _valid(work: Work, opened: str, done: str) -> str:
    """The statement for the last valid day of what was fulfilled; see `rules.valid_until`."""
    since, months = "o.anchor_on + 1", "r.repeat_months"
    apart = f"{work.month_number('GREATEST(o.least_on, o.fulfilled_on)')} - {work.month_number(since)}"
    end = work.last_valid(since, f"(({apart}) / {months} + k.n) * {months}")
    fixed = _FIXED.replace("{end}", end).replace("{enough}", work.last_valid("o.fulfilled_on", "r.minimum_months"))
    text = _VALID.replace("{fixed}", fixed)
    text = text.replace("{previous}", work.last_valid("o.computed_on + 1", months))
    text = text.replace("{completion}", work.last_valid("o.fulfilled_on", months))
    return text.replace("{opened}", opened).replace("{done}", done)
