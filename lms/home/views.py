"""The first page, "what must I do today", and one's own record."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import Blueprint, Response, abort
from flask_login import current_user

from lms.audit import queries as log
from lms.audit import service as keeping
from lms.certificates import queries as certificates
from lms.home import labels, queries, rules
from lms.home.help.views import bp as help_pages
from lms.learning import queries as learning
from lms.organisation import queries as organisation
from lms.plan import queries as plan
from lms.plan.disputes import labels as dispute_labels
from lms.plan.disputes import queries as disputes
from lms.platform import clock
from lms.platform.access import Permission, may, signed_in
from lms.platform.pages import page, paging

bp = Blueprint("home", __name__, template_folder="templates")
blueprints = (bp, help_pages)

LOOKS = 5
"""Rows of who saw the record, shown with it."""
BESIDES = 5
"""Courses shown on the first page that no duty asks for."""
RECENT = 3
"""Completions shown on the first page."""


@dataclass(frozen=True)
class Task:
    """A duty with the course to go on with."""

    duty: plan.Duty
    standing: rules.Standing
    course: learning.Progress | None

    @property
    def again(self) -> bool:
        """Whether the course was completed before and is to be studied anew."""
        return self.course is not None and self.course.completed_on is not None and self.course.percent == 100

    @property
    def quiz_left(self) -> bool:
        """Whether every lesson is read and only the quiz is left."""
        course = self.course
        return course is not None and course.started_on is not None and course.lessons_done == course.lessons

    @property
    def minutes(self) -> int:
        """Minutes of study left; 0 where no course is chosen yet."""
        if self.course is None:
            return 0
        return self.course.minutes if self.again else self.course.minutes_left

    @property
    def look(self) -> str:
        """The kind of its state mark."""
        return labels.LOOKS[self.standing.urgency]

    @property
    def words(self) -> str:
        """Its state in words."""
        return labels.standing_words(self.standing)


@bp.get("/")
@signed_in
def today() -> Response:
    """What must I do today, how long will it take, by when, and why?"""
    waiting = _requests_waiting()
    if current_user.person_id is None:
        return page("home/work.html", unassigned=_unassigned(), waiting=waiting, disputed=_disputed())
    day = clock.today()
    person_id = int(current_user.person_id)
    duties = rules.by_urgency(plan.duties_of(person_id, day))
    asked = {course for duty in duties for course in duty.course_ids}
    progress = learning.progress_of(person_id, asked, and_waiting=True)
    tasks = [_task(duty, progress, day) for duty in duties]
    completions = learning.completions_of(person_id)
    late = [-task.standing.days for task in tasks if task.duty.state in rules.LATE_STATES]
    hours = learning.hours_once(row for row in completions if row.completed_on.year == day.year)
    return page(
        "home/today.html",
        tasks=tasks,
        besides=_besides(progress, asked),
        waiting=waiting,
        greeting=labels.greeting(day, len(tasks), _minutes(tasks), late),
        post=queries.post_on(person_id, day),
        undecided=_undecided(day),
        disputed=_disputed(),
        news=disputes.news_for(person_id, clock.now()),
        dispute_labels=dispute_labels,
        today=day,
        year=day.year,
        hours=hours,
        yearly_hours=rules.YEARLY_HOURS,
        year_percent=rules.year_percent(hours),
        recent=completions[:RECENT],
        papers=certificates.certificates_by_completion(row.completion_id for row in completions[:RECENT]),
        unassigned=_unassigned(),
    )


def _besides(progress: Mapping[int, learning.Progress], asked: Collection[int]) -> list[learning.Progress]:
    """A few courses that the person is enrolled in and that no duty asks for; those begun first."""
    found = [course for id_, course in progress.items() if id_ not in asked and course.percent < 100]
    return sorted(found, key=lambda course: (course.started_on is None, course.title))[:BESIDES]


def _unassigned() -> int:
    """People of split units whom the visitor is asked to assign; nothing is read for whoever may not."""
    return organisation.count_waiting_within(current_user) if may(Permission.ORGANISATION_POSTING_CHANGE) else 0


def _requests_waiting() -> int:
    """How many requests of other offices to take somebody wait for the visitor's answer."""
    return organisation.proposals_waiting(current_user) if may(Permission.ORGANISATION_POSTING_CHANGE) else 0


def _undecided(day: date) -> int:
    """How many duties wait for the visitor's decision."""
    granting = Permission.PLAN_WAIVER_GRANT
    return plan.count_undecided(current_user, granting, day) if may(granting) else 0


def _disputed() -> int:
    """How many disputes wait for the answer of the visitor's own desk."""
    return disputes.count_waiting(current_user) if may(disputes.DECIDE) else 0


def _task(duty: plan.Duty, progress: Mapping[int, learning.Progress], day: date) -> Task:
    chosen = rules.next_course(duty, progress)
    return Task(duty, rules.standing(duty, day), progress[chosen] if chosen is not None else None)


def _minutes(tasks: Iterable[Task]) -> int:
    """Minutes of the courses to go on with, each once: several duties may wait for the same course."""
    return sum({task.course.course_id: task.minutes for task in tasks if task.course}.values())


@bp.get("/toi")
@signed_in
def me() -> Response:
    """One's own record: fields, postings, results, and who looked at it."""
    if current_user.person_id is None:
        abort(403)
    person_id = int(current_user.person_id)
    completions = learning.completions_of(person_id)
    by_year = {year: list(rows) for year, rows in groupby(completions, key=lambda row: row.completed_on.year)}
    return page(
        "home/me.html",
        me=queries.me(person_id),
        postings=organisation.postings_of(person_id),
        years=[(year, rows, learning.hours_once(rows)) for year, rows in by_year.items()],
        papers=certificates.certificates_by_completion(row.completion_id for row in completions),
        looks=log.views(person_id, offset=0, limit=LOOKS),
        all_looks=log.count_views(person_id),
        parts=labels.PARTS,
        categories=labels.CATEGORIES,
        sources=labels.SOURCES,
        today=clock.today(),
    )


@bp.get("/toi/ai-da-xem")
@signed_in
def looks() -> Response:
    """Everybody who opened a part of one's record, day by day."""
    if current_user.person_id is None:
        abort(403)
    person_id = int(current_user.person_id)
    where = paging(log.count_views(person_id))
    rows = log.views(person_id, offset=where.offset, limit=where.size)
    units = organisation.units_of_people([row.viewer_id for row in rows if row.viewer_id], clock.today())
    return page(
        "home/looks.html",
        looks=rows,
        units=units,
        parts=labels.PARTS,
        days=keeping.VIEWS_KEPT.days,
        paging=where,
    )
