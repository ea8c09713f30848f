"""Changing what obligations follow from: a completion, a roster, a rule, a reform, everything anew."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from bench.database import ROOT, Installation

OF_EACH_KIND = 12
NEW_PEOPLE = 3_000
REFORM = date(2025, 7, 1)


def measure(db: Any) -> dict[str, float]:
    """Everything but recomputing it all; whatever is big is rolled back."""
    found = _completions(db)
    for name, act in (
        (f"danh sách {NEW_PEOPLE:,} người mới (giây)".replace(",", "."), _roster),
        ("hạn của một yêu cầu đổi, trúng mọi người (giây)", _everyone_due),
        ("một yêu cầu mở ra cho mọi người (giây)", _everyone_added),
        ("đợt sắp xếp 01/07/2025, mọi người phải chuyển (giây)", _reform),
    ):
        found[name] = act(db)
        db.session.rollback()
    return found


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
    found["một kết quả học, mọi loại (ms)"] = statistics.median(every)
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
    db.session.execute(sa.insert(Completion), [values])
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
    from lms.organisation import service as organisation
    from lms.organisation.models import Person, Posting
    from lms.plan import service
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

    def follow() -> None:
        organisation.refresh_former_units(ids)
        service.refresh_people(ids)

    return _timed(follow)


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
    from lms.organisation import service as organisation
    from lms.organisation.models import Posting
    from lms.plan import service
    from lms.platform import clock

    moved = sa.select(Posting.person_id).where(
        Posting.from_on == REFORM, Posting.is_primary, Posting.superseded_at.is_(None)
    )
    ended = sa.select(Posting.person_id).where(Posting.to_on == REFORM, Posting.is_primary)
    people = sorted(set(db.session.scalars(moved.where(Posting.person_id.in_(ended)))))
    new = Posting.from_on == REFORM
    among = Posting.person_id.in_(sa.select(ended.subquery().c.person_id))
    db.session.execute(sa.update(Posting).where(new, among).values(superseded_at=clock.now() - timedelta(days=1)))
    organisation.refresh_former_units(people)
    service.refresh_people(people)
    db.session.execute(sa.update(Posting).where(new, among).values(superseded_at=None))

    def follow() -> None:
        organisation.refresh_former_units(people)
        service.refresh_people(people)

    return _timed(follow)


# Everything -----------------------------------------------------------------------------------------------------------

_MEMORY = """
import resource, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000, done.returncode)
"""


def whole(place: Installation) -> dict[str, float]:
    """Seconds and the program's largest resident memory of recomputing all, of its check and of the figures."""
    found: dict[str, float] = {}
    for name, words in (
        ("tính lại toàn bộ", ["plan", "rebuild"]),
        ("số liệu tính sẵn, làm lại từ đầu", ["figures", "mark", "--anew"]),
        ("đối chiếu độc lập mọi người", ["check-derived"]),
    ):
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        told = subprocess.run(
            [sys.executable, "-c", _MEMORY, *command], cwd=ROOT, env=place.environ, check=True, capture_output=True,
            text=True,
        )  # fmt: skip
        seconds, megabytes, code = told.stdout.split()
        found[f"{name} (giây)"], found[f"{name} (MB)"] = float(seconds), float(megabytes)
        if code != "0":
            print(f"» {' '.join(words)}: mã thoát {code}")
    return found
