"""Closing a period: everything the figures rest on is copied, sealed and counted, in one transaction."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms.organisation import queries as organisation
from lms.organisation.models import Unit
from lms.plan import queries as plan
from lms.plan.derive.work import Work
from lms.plan.events import PeriodClosed
from lms.plan.models import Plan, Requirement, Segment
from lms.plan.periods import rules
from lms.plan.periods.models import ClosedPeriod, ClosedRequirement
from lms.plan.periods.queries.rulebook import rules_of
from lms.plan.periods.service import evidence, figures, sealing
from lms.plan.periods.service.canon import DUTIES, PERSONS, UNITS, Part, code_of, line_sql, mark_sql
from lms.plan.periods.service.rows import COLUMNS, Rows
from lms.plan.queries import checks as reading
from lms.plan.service.derivation import LOCK
from lms.platform.db import db, is_postgresql, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

CLOSING = "plan:closing"
"""Two closings, or two errata, exclude each other; nobody else waits for them."""

Step = Callable[[str], None]
"""Told the name of each step as it begins."""


def begin_snapshot() -> None:
    """Let all that follows in this transaction be read as of one moment, while others go on writing.

    The transaction's first act. Inside a transaction that has already read, take `stand_still` instead.
    """
    bind = db.session.get_bind()
    if isinstance(bind, sa.Engine) and is_postgresql():
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        reading.hold_tables()


def stand_still() -> None:
    """Let nobody's duties change until this transaction ends: for figures of few people."""
    lock(LOCK)


def close(
    *, plan_code: str, as_of: date, name: str, unit_id: int | None = None, by: By, now: datetime, today: date,
    tell: Step = lambda step: None,
) -> ClosedPeriod:  # fmt: skip
    """Close the figures of a plan on a day, for a unit with what is under it (None: for the whole).

    Raises Refused. Call `begin_snapshot` or `stand_still` first: facts and duties must be of one moment.
    """
    lock(CLOSING)
    period = _opened(plan_code, as_of, name, unit_id, by=by, now=now, today=today)
    work = Work(db.session.connection(), bulk=False)
    try:
        tell("đơn vị và quy tắc")
        _units(work, period)
        _requirements(period)
        tell("nghĩa vụ học")
        _duties(work, period)
        tell("người")
        _persons(work, period)
        tell("số liệu")
        figures.keep(work, period.id, rules.BASIS, Rows(work, period).closed(), work.day(as_of))
    finally:
        if not _is_broken():
            work.drop()
    if not period.duties:
        raise Refused(rules.Refusal.NOTHING_COUNTS)
    tell("niêm phong")
    sealing.seal(period)
    emit(
        PeriodClosed(
            period=period.id, code=period.code, name=period.name, number=period.plan_number, as_of=as_of,
            persons=period.persons, duties=period.duties, digest=period.digest, unit_id=period.unit_id,
        ),
        by=by,
    )  # fmt: skip
    return period


def _is_broken() -> bool:
    if not is_postgresql():
        return False
    driver: Any = db.session.connection().connection.driver_connection
    return bool(driver.info.transaction_status.name == "INERROR")


def count_duties(plan_id: int, as_of: date) -> int:
    """How many duties of a plan hold on a day: whether closing is a matter of seconds."""
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Segment)
            .where(
                Segment.requirement_id.in_(sa.select(Requirement.id).where(Requirement.plan_id == plan_id)),
                Segment.from_on <= as_of,
                Segment.to_on > as_of,
            )
        )
        or 0
    )


def _opened(
    plan_code: str, as_of: date, name: str, unit_id: int | None, *, by: By, now: datetime, today: date
) -> ClosedPeriod:
    """The row of a period that may be closed; Refused if not."""
    document = db.session.scalars(sa.select(Plan).where(Plan.code == plan_code)).one()
    root = root_on(as_of)
    unit = root if unit_id is None else _unit_on(unit_id, as_of)
    if unit is None:
        raise Refused(rules.Refusal.NO_SUCH_UNIT)
    is_whole = root is not None and unit[0] == root[0]
    closed = sa.select(ClosedPeriod.id).where(
        ClosedPeriod.plan_id == document.id, ClosedPeriod.as_of == as_of, ClosedPeriod.unit_id == unit[0]
    )
    refusal = rules.why_not_close(
        as_of=as_of, today=today, is_in_doubt=plan.proof().is_dirty, is_closed=db.session.scalar(closed) is not None
    )
    if refusal is not None:
        raise Refused(refusal)
    period = ClosedPeriod(
        code=code_of(document.code, as_of, None if is_whole else unit[1]), name=name, as_of=as_of, plan_id=document.id,
        plan_code=document.code, plan_number=document.number, plan_title=document.title, plan_issuer=document.issuer,
        plan_issued_on=document.issued_on, unit_id=unit[0], is_whole=is_whole, closed_by=by.account_id,
        closer=by.name, closed_at=now,
    )  # fmt: skip
    db.session.add(period)
    db.session.flush()
    return period


def root_on(day: date) -> tuple[int, str] | None:
    """Id and code of the unit above all others on a day, if there is one."""
    root = organisation.root_on(day)
    return None if root is None else (root.id, root.code)


def _unit_on(unit_id: int, day: date) -> tuple[int, str] | None:
    row = db.session.execute(
        sa.select(Unit.id, Unit.code).where(Unit.id == unit_id, Unit.valid_from <= day, Unit.valid_to > day)
    ).first()
    return None if row is None else (row[0], row[1])


# What is copied -------------------------------------------------------------------------------------------------------

_UNITS = """
INSERT INTO closed_unit (period_id, number, unit_id, parent_id, code, name, short_name, abbreviation, kind, mark)
SELECT {period}, ROW_NUMBER() OVER (ORDER BY u.code, u.id), u.id, p.parent_id, u.code, n.name, n.short_name,
  n.abbreviation, n.kind, ''
FROM unit_place p JOIN unit u ON u.id = p.unit_id JOIN unit_name n ON n.unit_id = p.unit_id
WHERE p.from_on <= {day} AND p.to_on > {day} AND n.from_on <= {day} AND n.to_on > {day}
"""
_DUTIES = f"""
INSERT INTO closed_duty (period_id, number, {COLUMNS}, evidence, mark)
SELECT {{period}}, s.number, {", ".join(f"s.{c.strip()}" for c in COLUMNS.split(","))}, s.evidence, {{mark}}
FROM (
  SELECT ROW_NUMBER() OVER (ORDER BY d.person_id, d.requirement_id, d.cycle) AS number,
    {", ".join(f"d.{c.strip()}" for c in COLUMNS.split(","))}, COALESCE(e.evidence, '') AS evidence
  FROM e_duty d LEFT JOIN e_evidence e
    ON e.person_id = d.person_id AND e.requirement_id = d.requirement_id AND e.cycle = d.cycle
) s
ORDER BY s.number
"""
_PERSONS = """
INSERT INTO closed_person (period_id, number, person_id, personal_id, full_name, title, department, position, category,
  posting_id, mark, sort_name, search_key)
SELECT {period}, s.number, s.person_id, s.personal_id, s.full_name, s.title, s.department, s.position, s.category,
  s.posting_id, {mark}, s.sort_name, s.search_key
FROM (
  SELECT ROW_NUMBER() OVER (ORDER BY h.id) AS number, h.id AS person_id, h.personal_id, h.full_name,
    COALESCE(p.title, '') AS title, COALESCE(p.department, '') AS department, COALESCE(p.position, '') AS position,
    COALESCE(p.category, '') AS category, p.id AS posting_id, h.sort_name, h.search_key
  FROM person h
  LEFT JOIN posting p ON p.person_id = h.id AND p.is_primary AND p.superseded_at IS NULL
    AND p.from_on <= {day} AND p.to_on > {day}
  WHERE h.id IN (SELECT d.person_id FROM closed_duty d WHERE d.period_id = {period})
) s
"""


def _units(work: Work, period: ClosedPeriod) -> None:
    period.units = work.run(_of(_UNITS, work, period))
    work.run(f"UPDATE closed_unit SET mark = {_mark(work, UNITS, 'closed_unit')} WHERE period_id = {period.id}")


def _duties(work: Work, period: ClosedPeriod) -> None:
    day = work.day(period.as_of)
    work.make("e_duty", Rows(work, period).live(), "person_id, requirement_id, cycle")
    evidence.find(work, "e_duty", day, plan_id=period.plan_id)
    period.duties = work.run(_of(_DUTIES.replace("{mark}", _mark(work, DUTIES, "s")), work, period))


def _persons(work: Work, period: ClosedPeriod) -> None:
    period.persons = work.run(_of(_PERSONS.replace("{mark}", _mark(work, PERSONS, "s")), work, period))


def _mark(work: Work, part: Part, alias: str) -> str:
    return mark_sql(line_sql(part, alias, on_postgresql=work.on_postgresql), on_postgresql=work.on_postgresql)


def _of(text: str, work: Work, period: ClosedPeriod) -> str:
    return text.replace("{period}", str(int(period.id))).replace("{day}", work.day(period.as_of))


def _requirements(period: ClosedPeriod) -> None:
    """The requirements in the order of reports, each with its rules as they stand."""
    facts = rules_of(period.plan_id)
    db.session.add_all(
        ClosedRequirement(
            period_id=period.id, number=number, requirement_id=requirement_id, facts=text,
            mark=rules.mark_of(f"yeu-cau|{number}|{requirement_id}|{_escaped(text)}"),
        )
        for number, (requirement_id, text) in enumerate(facts.items(), 1)
    )  # fmt: skip
    period.requirements = len(facts)
    db.session.flush()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n")
