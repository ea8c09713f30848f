"""How many minutes of mandatory study lie ahead: of a person, of units, quarter by quarter, over all plans.

A duty weighs what its requirement asks for: every course of a list, the shortest of a choice; a course weighs its
lessons and its quiz. An hours rule weighs its tiết of 45 minutes, but courses that are due as well count towards it: of
one quarter the larger of the two is taken. Tiết that somebody has gathered for the duty already are taken off.

A duty falls into the quarter of its due day; one that is overdue into the present quarter. Duties that are fulfilled,
paused or waived on their due day weigh nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from lms.catalogue.models import Course, CourseVersion
from lms.plan.derive.work import Work
from lms.plan.models import Requirement, RequirementCourse
from lms.platform.columns import Day
from lms.platform.db import db, spoken

LESSON_MINUTES = 45
"""Of one tiết."""
QUARTERS = 5
"""The present one and the year after it."""


@dataclass(frozen=True)
class UnitLoad:
    """What lies ahead for the people of a unit in one quarter, those below it included."""

    unit_id: int
    quarter: int
    """0 is the present one."""
    people: int
    """Who have anything to study in it."""
    minutes: int
    over: int
    """People with more than the limit."""

    @property
    def average(self) -> float:
        """Minutes for each of them."""
        return self.minutes / self.people if self.people else 0.0


@dataclass(frozen=True)
class PersonLoad:
    """What lies ahead for one person in one quarter."""

    person_id: int
    full_name: str
    unit_id: int
    quarter: int
    minutes: int
    duties: int


@dataclass(frozen=True)
class Weight:
    """What a requirement takes, in minutes: one of the two is 0."""

    courses: int
    hours: int
    """Of an hours rule."""

    @property
    def minutes(self) -> int:
        """Of the duty by itself."""
        return self.courses + self.hours

    def left(self, gathered: Decimal) -> "Weight":
        """What is left of it for somebody who has gathered so many tiết for it."""
        return replace(self, hours=max(self.hours - minutes_of(gathered), 0))


def minutes_of(tiet: Decimal) -> int:
    """Minutes of so many tiết; a half rounds up, as in `_GATHERED`."""
    return (round(tiet * 100) * LESSON_MINUTES + 50) // 100


def joint(weights: Iterable[Weight]) -> int:
    """Minutes of duties together: courses count towards the hours."""
    every = list(weights)
    return max(sum(weight.courses for weight in every), sum(weight.hours for weight in every))


def weights_of(requirement_ids: Iterable[int] | None = None) -> dict[int, Weight]:
    """Requirement → what fulfilling it takes."""
    weight = CourseVersion.minutes + CourseVersion.quiz_minutes
    rows = db.session.execute(
        sa.select(
            Requirement.id,
            Requirement.rule,
            Requirement.hours_needed,
            sa.func.sum(weight).label("all"),
            sa.func.min(weight).label("least"),
        )
        .outerjoin(RequirementCourse, RequirementCourse.requirement_id == Requirement.id)
        .outerjoin(Course, Course.id == RequirementCourse.course_id)
        .outerjoin(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(True if requirement_ids is None else Requirement.id.in_(set(requirement_ids)))  # type: ignore[arg-type]
        .group_by(Requirement.id)
    )
    found: dict[int, Weight] = {}
    for row in rows:
        if row.rule == "hours":
            found[row.id] = Weight(0, round((row.hours_needed or 0) * LESSON_MINUTES))
        else:
            found[row.id] = Weight(int((row.all if row.rule == "all_of" else row.least) or 0), 0)
    return found


def quarters_from(today: date) -> list[date]:
    """The first days of the present quarter and the following ones, and of the one after the last."""
    first = today.year * 4 + (today.month - 1) // 3
    return [date(n // 4, n % 4 * 3 + 1, 1) for n in range(first, first + QUARTERS + 1)]


def need_sql(weights: Mapping[int, Weight]) -> str:
    """What requirements take, as the rows of a common table `need (requirement_id, courses, hours)`."""
    rows = [f"({key}, {weight.courses}, {weight.hours})" for key, weight in sorted(weights.items())]
    return f"need (requirement_id, courses, hours) AS (VALUES {', '.join(rows) or '(0, 0, 0)'})"


def quarter_sql(due: str) -> str:
    """The number of the quarter into which a due day falls, by the binds q1 … q5."""
    return "CASE " + " ".join(f"WHEN {due} < :q{n + 1} THEN {n}" for n in range(QUARTERS)) + " END"


def _text(statement: str) -> sa.TextClause:
    return sa.text(spoken(statement))


def bound(statement: sa.TextClause, today: date) -> sa.TextClause:
    """Give a statement the days that it names."""
    days = {f"q{n}": day for n, day in enumerate(quarters_from(today))} | {"today": today}
    named = [sa.bindparam(name, day, Day()) for name, day in days.items() if f":{name}" in statement.text]
    return statement.bindparams(*named)


_COUNTS = f"""s.kind = 0 AND s.fulfilled_on > :today AND s.due_on < :q{QUARTERS}
    AND ((s.due_on >= :q0 AND s.from_on <= s.due_on AND s.to_on > s.due_on)
      OR (s.due_on < :q0 AND s.from_on <= :today AND s.to_on > :today))"""

_LEFT = "CASE WHEN n.hours > COALESCE(g.minutes, 0) THEN n.hours - COALESCE(g.minutes, 0) ELSE 0 END"
"""Minutes of an hours rule that are left."""

AHEAD = f"""
  SELECT s.person_id, s.unit_id, {quarter_sql("s.due_on")} AS quarter,
    SUM(n.courses) AS courses, SUM({_LEFT}) AS hours, GREATEST(SUM(n.courses), SUM({_LEFT})) AS minutes,
    COUNT(*) AS duties
  FROM segment s JOIN need n ON n.requirement_id = s.requirement_id
  LEFT JOIN {{gathered}} g ON g.person_id = s.person_id AND g.requirement_id = s.requirement_id AND g.cycle = s.cycle
  WHERE {_COUNTS} AND {{whose}}
  GROUP BY s.person_id, s.unit_id, {quarter_sql("s.due_on")}
"""

# What counts is what `rules.valid_window` and `rules.progress_of` say: in a year a course studied here counts once.
_GATHERED = """
  SELECT person_id, requirement_id, cycle, (SUM(hundredths) * {lesson} + 50) / 100 AS minutes FROM (
    SELECT o.person_id, o.requirement_id, o.cycle, CAST(ROUND(d.hours * 100) AS INTEGER) AS hundredths,
      ROW_NUMBER() OVER (
        PARTITION BY o.person_id, o.requirement_id, o.cycle, d.course_id,
          CASE WHEN o.cycle = 0 OR d.version_id IS NULL THEN d.id ELSE 0 END
        ORDER BY d.completed_on, d.hours DESC
      ) AS place
    FROM hourly o
    JOIN requirement r ON r.id = o.requirement_id AND r.rule = 'hours'
    JOIN cycle c ON c.requirement_id = o.requirement_id
      AND c.cycle = CASE WHEN r.repeat_months IS NULL THEN o.cycle ELSE 0 END
    JOIN completion d ON d.person_id = o.person_id AND d.voided_at IS NULL
      AND (r.content_group = '' OR d.content_group = r.content_group)
      AND CASE WHEN r.repeat_months IS NOT NULL AND o.cycle <> 0
          THEN d.completed_on >= o.opened_on AND d.completed_on < o.closes_on
        WHEN o.cycle <> 0 THEN d.completed_on >= c.opens_on AND d.completed_on < c.closes_on + r.late_days
        ELSE d.completed_on < o.closes_on
          AND (r.accept_before_days IS NULL OR d.completed_on >= o.opened_on - r.accept_before_days)
          AND (r.repeat_months IS NULL OR d.completed_on > {oldest}) END
  ) once WHERE place = 1 GROUP BY person_id, requirement_id, cycle
"""

_HOURLY = f"""SELECT o.person_id, o.requirement_id, o.cycle, o.opened_on, o.closes_on
  FROM segment s
  JOIN obligation o ON o.person_id = s.person_id AND o.requirement_id = s.requirement_id AND o.cycle = s.cycle
  WHERE s.requirement_id IN {{by_hours}} AND {_COUNTS} AND {{whose}}"""


def _gathered(work: Work) -> str:
    """SQL for the minutes gathered for the duties in `hourly`."""
    oldest = work.months_before("o.opened_on", "r.repeat_months")
    return _GATHERED.format(lesson=LESSON_MINUTES, oldest=oldest)


def _standing_hourly(whose: str, weights: Mapping[int, Weight]) -> str:
    """SQL for the duties by hours that lie ahead of the people meant."""
    by_hours = [str(key) for key, weight in weights.items() if weight.hours]
    return _HOURLY.format(whose=whose, by_hours=f"({', '.join(by_hours) or '0'})")


def _hourly(duties: str) -> str:
    """The common table of duties (person, requirement, cycle, opened_on, closes_on) for which tiết are gathered.

    By itself: PostgreSQL takes them for a handful, and would seek each of them once for every cycle there is.
    """
    return f"hourly AS MATERIALIZED ({duties})"


def _ahead(whose: str) -> str:
    """The common tables that end with `ahead`: what lies ahead of the people meant, by unit and quarter."""
    weights = weights_of()
    gathered = _gathered(Work(db.session.connection(), bulk=False))
    ahead = AHEAD.format(whose=whose, gathered="gathered")
    hourly = _hourly(_standing_hourly(whose, weights))
    return f"{need_sql(weights)}, {hourly}, gathered AS ({gathered}), ahead AS ({ahead})"


_BELOW = """s.unit_id IN (SELECT b.unit_id FROM unit_closure b
  WHERE b.ancestor_id = :top AND b.from_on <= :today AND b.to_on > :today)"""


def unit_loads(top: int, unit_ids: Sequence[int], today: date, limit: int) -> list[UnitLoad]:
    """What lies ahead for units at or below `top`, each with all below it; `limit` in minutes a quarter."""
    statement = _text(
        f"WITH {_ahead(_BELOW)} "
        "SELECT c.ancestor_id, a.quarter, COUNT(*) AS people, SUM(a.minutes) AS minutes, "
        "SUM(CASE WHEN a.minutes > :most THEN 1 ELSE 0 END) AS over_limit "
        "FROM ahead a JOIN unit_closure c ON c.unit_id = a.unit_id AND c.from_on <= :today AND c.to_on > :today "
        "WHERE c.ancestor_id IN :units GROUP BY c.ancestor_id, a.quarter ORDER BY c.ancestor_id, a.quarter"
    ).bindparams(sa.bindparam("units", list(unit_ids), expanding=True), top=top, most=limit)
    return [UnitLoad(*map(int, row)) for row in db.session.execute(bound(statement, today))]


def heaviest(top: int, today: date, limit: int, most: int) -> list[PersonLoad]:
    """The people at or below a unit with more than the limit in a quarter, the most first."""
    statement = _text(
        f"WITH {_ahead(_BELOW)} "
        "SELECT a.person_id, p.full_name, a.unit_id, a.quarter, a.minutes, a.duties FROM ahead a "
        "JOIN person p ON p.id = a.person_id WHERE a.minutes > :most "
        "ORDER BY a.minutes DESC, a.quarter, p.sort_name, p.id LIMIT :rows"
    ).bindparams(top=top, most=limit, rows=most)
    return [
        PersonLoad(row[0], row[1], row[2], int(row[3]), int(row[4]), int(row[5]))
        for row in db.session.execute(bound(statement, today))
    ]


@dataclass(frozen=True)
class Overload:
    """People of a unit whom an act would bring over the limit in a quarter."""

    unit: str
    """Its code."""
    first: date
    """Of the quarter."""
    people: int
    most: int
    """Minutes of whoever has the most."""


def overloads(effects: str, today: date, limit: int, most: int) -> list[Overload]:
    """Whom the duties that an act adds would bring over the limit, who is not over it yet; the most people first.

    `effects` is a table of (person_id, requirement_id, cycle, unit_id, what, due_after, opened_on, closes_on) as a
    watch makes it, and stands while the act's own requirements do.
    """
    gained = (
        f"SELECT e.person_id, e.unit_id, {quarter_sql('e.due_after')} AS quarter, SUM(n.courses) AS courses, "
        f"SUM({_LEFT}) AS hours "
        f"FROM {effects} e JOIN need n ON n.requirement_id = e.requirement_id "
        "LEFT JOIN w_gathered g ON g.person_id = e.person_id AND g.requirement_id = e.requirement_id "
        "AND g.cycle = e.cycle "
        f"WHERE e.what = 'gained' AND e.unit_id IS NOT NULL AND e.due_after >= :q0 AND e.due_after < :q{QUARTERS} "
        f"GROUP BY e.person_id, e.unit_id, {quarter_sql('e.due_after')}"
    )
    whose = f"s.person_id IN (SELECT e.person_id FROM {effects} e WHERE e.what = 'gained')"
    weights = weights_of()
    work = _gathered_by_many(effects, whose, weights, today)
    ahead = AHEAD.format(whose=whose, gathered="w_gathered")
    statement = _text(
        f"WITH {need_sql(weights)}, ahead AS ({ahead}), gained AS ({gained}), "
        "had AS (SELECT person_id, quarter, SUM(courses) AS courses, SUM(hours) AS hours FROM ahead "
        "GROUP BY person_id, quarter), "
        "would AS (SELECT g.unit_id, g.quarter, "
        "COALESCE(GREATEST(h.courses, h.hours), 0) AS before, "
        "GREATEST(g.courses + COALESCE(h.courses, 0), g.hours + COALESCE(h.hours, 0)) AS after "
        "FROM gained g LEFT JOIN had h ON h.person_id = g.person_id AND h.quarter = g.quarter) "
        "SELECT u.code, w.quarter, COUNT(*) AS people, MAX(w.after) AS most "
        "FROM would w JOIN unit u ON u.id = w.unit_id WHERE w.after > :most AND w.before <= :most "
        "GROUP BY u.code, w.quarter ORDER BY people DESC, u.code, w.quarter LIMIT :rows"
    ).bindparams(most=limit, rows=most)
    rows = db.session.execute(bound(statement, today)).all()
    work.drop()
    firsts = quarters_from(today)
    return [Overload(row[0], firsts[int(row[1])], int(row[2]), int(row[3])) for row in rows]


def _gathered_by_many(effects: str, whose: str, weights: Mapping[int, Weight], today: date) -> Work:
    """The minutes gathered for duties that stand and for those gained, as the work table w_gathered.

    PostgreSQL takes what is gathered for a row or two unless it can look, and then seeks through it for each duty.
    """
    work = Work(db.session.connection(), bulk=False)
    keys = "person_id, requirement_id, cycle"
    work.make("w_gathered", f"SELECT {keys}, 0 AS minutes FROM {effects} WHERE 1 = 0", keys)
    gained = f"SELECT {keys}, opened_on, closes_on FROM {effects} WHERE what = 'gained'"
    for duties in (_standing_hourly(whose, weights), gained):
        filled = _text(f"INSERT INTO w_gathered WITH {_hourly(duties)} {_gathered(work)}")
        db.session.execute(bound(filled, today))
    if work.on_postgresql:
        work.run("ANALYZE w_gathered")
    return work
