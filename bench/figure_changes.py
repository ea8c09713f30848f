"""Changing what obligations follow from: a completion, a roster, a rule, a reform, everything anew."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from bench.database import ROOT, Installation

OF_EACH_KIND = 12
NEW_PEOPLE = 3_000
REFORM = date(2025, 7, 1)


Part = tuple[str, Callable[[], dict[str, float]]]
"""A part's name, and what measures it: line → milliseconds, seconds or megabytes as the line says."""

ROSTER = f"danh sách {NEW_PEOPLE:,} người mới (giây)".replace(",", ".")
DUE = "hạn của một yêu cầu đổi, trúng mọi người (giây)"
ADDED = "một yêu cầu mở ra cho mọi người (giây)"
JULY = "đợt sắp xếp 01/07/2025, mọi người phải chuyển (giây)"
FROM_NOTHING = "dựng toàn bộ từ đầu (giây)"
EVERY = "một kết quả học, mọi loại (ms)"
GOALS = {EVERY: "≤ 5 ms", JULY: "≤ 1 lần"}


def parts(db: Any) -> list[Part]:
    """Everything but recomputing it all; whatever is big is rolled back, completions stay."""

    def of(name: str, act: Callable[[Any], float]) -> Part:
        def timed() -> dict[str, float]:
            print(f"  {name} …", flush=True)
            try:
                return {name: act(db)}
            finally:
                db.session.rollback()

        return name, timed

    big = ((ROSTER, _roster), (DUE, _everyone_due), (ADDED, _everyone_added), (JULY, _reform))
    return [("một kết quả học", lambda: _completions(db)), *(of(name, act) for name, act in big)]


# One completion -------------------------------------------------------------------------------------------------------

_OPEN = """
SELECT o.person_id, MIN(c.course_id) AS course_id, MIN(v.id) AS version_id
FROM obligation o
JOIN (SELECT requirement_id, MIN(course_id) AS course_id FROM requirement_course GROUP BY requirement_id
      UNION ALL SELECT r.id, (SELECT MIN(id) FROM course) FROM requirement r WHERE r.rule = 'hours') c
  ON c.requirement_id = o.requirement_id
JOIN course_version v ON v.course_id = c.course_id
WHERE o.requirement_id = :requirement AND o.opened_on <= :today AND o.closes_on > :today AND o.fulfilled_on > :today
GROUP BY o.person_id ORDER BY o.person_id LIMIT :most
"""


def _completions(db: Any) -> dict[str, float]:
    """Milliseconds until a completion and all that follows from it are committed: the median of each requirement."""
    from lms.plan.models import Requirement
    from lms.platform import clock
    from lms.platform.columns import Day

    today = clock.today()
    found: dict[str, float] = {}
    every: list[float] = []
    for requirement in db.session.scalars(sa.select(Requirement).order_by(Requirement.id)).all():
        wanted = sa.text(_OPEN).bindparams(
            sa.bindparam("today", today, Day()), requirement=requirement.id, most=OF_EACH_KIND
        )
        name = f"một kết quả học, {requirement.code} {requirement.rule}/{requirement.due_rule} (ms)"
        people = db.session.execute(wanted).all()
        db.session.commit()
        times = [_completed(db, *row, today=today) for row in people]
        if times:
            found[name] = statistics.median(times[1:] or times)
            every += times
    found[EVERY] = statistics.median(every)
    found["một kết quả học, mọi loại, 95 % (ms)"] = sorted(every)[int(len(every) * 0.95)]
    return found


def _completed(db: Any, person_id: int, course_id: int, version_id: int, *, today: date) -> float:
    from lms.learning.models import Completion
    from lms.plan import service
    from lms.platform import clock

    values = {
        "person_id": person_id, "course_id": course_id, "version_id": version_id, "started_on": today,
        "completed_on": today, "hours": 8, "content_group": "KHCN", "source": "online", "evidence": "",
        "department": "", "position": "", "recorded_at": clock.now(),
    }  # fmt: skip
    began = time.perf_counter()
    db.session.connection().execute(sa.insert(Completion.__table__), values)  # as learning does
    service.refresh_person_course(person_id, course_id, today)
    db.session.commit()
    return (time.perf_counter() - began) * 1000


# Many people ----------------------------------------------------------------------------------------------------------


def _timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _roster(db: Any) -> float:
    """New people like the first ones there are: their duties and figures."""
    from lms.organisation.models import Person, Posting
    from lms.platform import clock

    now, first = clock.now(), db.session.scalar(sa.select(sa.func.max(Person.id))) + 1
    like = db.session.execute(
        sa.select(Posting.unit_id, Posting.position, Posting.category, Posting.from_on)
        .where(Posting.is_primary, Posting.superseded_at.is_(None), Posting.to_on > clock.today())
        .order_by(Posting.id)
        .limit(NEW_PEOPLE)
    ).all()
    ids = range(first, first + len(like))
    db.session.execute(
        sa.insert(Person),
        [
            {
                "id": n, "personal_id": f"9{n:011d}", "staff_code": "", "full_name": "Nguyễn Văn Mới", "sort_name": "",
                "search_key": "", "sex": "", "email": "", "phone": "", "recorded_at": now,
            }
            for n in ids
        ],
    )  # fmt: skip
    db.session.execute(
        sa.insert(Posting),
        [
            {
                "person_id": n, "unit_id": row.unit_id, "department": "", "position": row.position, "title": "",
                "rank_code": "", "category": row.category, "from_on": row.from_on, "is_primary": True, "source": "",
                "recorded_at": now,
            }
            for n, row in zip(ids, like, strict=True)
        ],
    )  # fmt: skip

    return _timed(lambda: _follow(ids))


def _everyone_due(db: Any) -> float:
    """The due day of the requirement that most people have moves by a month."""
    from lms.plan import service
    from lms.plan.models import Cycle

    requirement_id = _widest(db)
    moved = sa.update(Cycle).where(Cycle.requirement_id == requirement_id)
    db.session.execute(moved.values(due_on=Cycle.due_on + 30))
    return _timed(lambda: service.refresh_requirements([requirement_id]))


def _widest(db: Any) -> int:
    return int(
        db.session.scalar(
            sa.text(
                "SELECT requirement_id FROM obligation WHERE requirement_id IN (SELECT requirement_id FROM cycle "
                "WHERE due_on IS NOT NULL AND cycle = 0) GROUP BY requirement_id ORDER BY COUNT(*) DESC LIMIT 1"
            )
        )
    )


def _everyone_added(db: Any) -> float:
    """A requirement that few people have is opened to the whole city."""
    from lms.organisation.models import Unit
    from lms.plan import service
    from lms.plan.models import Audience, Requirement

    few = db.session.scalar(
        sa.text("SELECT requirement_id FROM obligation GROUP BY requirement_id ORDER BY COUNT(*) LIMIT 1")
    )
    city_id = db.session.scalar(sa.select(Unit.id).where(Unit.code == "tp-ha-noi"))
    begins = db.session.scalar(sa.select(Requirement.from_on).where(Requirement.id == few))
    db.session.add(Audience(requirement_id=few, place=99, sign=1, unit_id=city_id, subtree=True, from_on=begins))
    return _timed(lambda: service.refresh_requirements([few]))


def _reform(db: Any) -> float:
    """Everybody whose unit ended in the July reform: first as if they had stayed, then moved (only this is timed)."""
    from lms.organisation.models import Posting
    from lms.platform import clock

    moved = sa.select(Posting.person_id).where(
        Posting.from_on == REFORM, Posting.is_primary, Posting.superseded_at.is_(None)
    )
    ended = sa.select(Posting.person_id).where(Posting.to_on == REFORM, Posting.is_primary)
    people = sorted(set(db.session.scalars(moved.where(Posting.person_id.in_(ended)))))
    new = Posting.from_on == REFORM
    among = Posting.person_id.in_(sa.select(ended.subquery().c.person_id))
    db.session.execute(sa.update(Posting).where(new, among).values(superseded_at=clock.now() - timedelta(days=1)))
    _follow(people)
    db.session.execute(sa.update(Posting).where(new, among).values(superseded_at=None))
    return _timed(lambda: _follow(people))


def _follow(people: Collection[int]) -> None:
    """What the program does when units are reorganised."""
    from lms.organisation import service as organisation
    from lms.plan import listeners, service

    organisation.refresh_former_units(people)
    if len(people) > listeners.MANY:
        service.rebuild()
    else:
        service.refresh_people(people)


# Everything -----------------------------------------------------------------------------------------------------------

_MEMORY = """
import resource, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000, done.returncode)
"""


def whole(place: Installation) -> list[Part]:
    """Seconds and the program's largest resident memory of building all, of recomputing it, of figures and proof."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]

    def from_nothing() -> dict[str, float]:
        _empty(place)
        return _told(place, FROM_NOTHING.removesuffix(" (giây)"), [*flask, "plan", "rebuild"])

    def of(name: str, *words: str) -> Part:
        return name, lambda: _told(place, name, [*flask, *words])

    return [
        (FROM_NOTHING, from_nothing),
        of("số liệu tính sẵn, làm lại từ đầu", "figures", "mark", "--anew"),
        of("tính lại toàn bộ, không gì khác đi", "plan", "rebuild"),
        of("đối chiếu độc lập mọi người", "check-derived"),
    ]


def _empty(place: Installation) -> None:
    """Nothing was ever derived."""
    engine = sa.create_engine(place.url)
    truncates = engine.dialect.name == "postgresql"
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM figure_head")
        for table in ("obligation", "segment", "reason"):
            connection.exec_driver_sql(f"{'TRUNCATE' if truncates else 'DELETE FROM'} {table}")
    engine.dispose()


def _told(place: Installation, name: str, command: list[str]) -> dict[str, float]:
    print(f"  {name} …", flush=True)
    told = subprocess.run(
        [sys.executable, "-c", _MEMORY, *command], cwd=ROOT, env=place.environ, check=True, capture_output=True,
        text=True,
    )  # fmt: skip
    seconds, megabytes, code = told.stdout.split()
    if code != "0":
        raise RuntimeError(f"{name}: exit code {code}\n{told.stderr}")
    return {f"{name} (giây)": float(seconds), f"{name} (MB)": float(megabytes)}
