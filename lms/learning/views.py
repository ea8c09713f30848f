"""Pages of learning: the course as one studies it, lessons, the final quiz."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, flash, g, jsonify, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.signals import request_started
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.assessment import queries as papers
from lms.assessment import service as assessment
from lms.assessment.service import AttemptState
from lms.learning import labels, queries, rules, service
from lms.platform import clock
from lms.platform.access import signed_in
from lms.platform.forms import Refused
from lms.platform.pages import page

bp = Blueprint("learning", __name__, template_folder="templates", url_prefix="/hoc")
blueprints = (bp,)


@bp.record_once
def _watch_arrivals(state: BlueprintSetupState) -> None:
    request_started.connect(_note_arrival, state.app)


def _note_arrival(_app: Flask, **_more: Any) -> None:
    """Take the time before any work, so that a slow server costs nobody an answer."""
    g.arrived = clock.now()


def _learner() -> int:
    """The person who studies; an account without one has nothing to study."""
    if current_user.person_id is None:
        abort(403)
    return int(current_user.person_id)


def _study(slug: str) -> queries.Study:
    return queries.study(_learner(), slug) or abort(404)


def _begun(slug: str) -> queries.Study | None:
    """The course if the person has begun it; None sends them to its first page."""
    found = _study(slug)
    return found if found.started_on is not None else None


def _certificate(completion_id: int | None) -> str:
    """The address of a completion's certificate, "" where there is none to show."""
    if completion_id is None or "certificates.of_completion" not in current_app.view_functions:
        return ""
    return url_for("certificates.of_completion", completion_id=completion_id)


def _to(endpoint: str, **values: Any) -> AnyResponse:
    return redirect(url_for(endpoint, **values), 303)


# The course and its lessons -------------------------------------------------------------------------------------------


@bp.get("/<slug>")
@signed_in
def study(slug: str) -> Response:
    """The course as this person studies it: go on, outline, quiz, results."""
    course = _study(slug)
    lessons = queries.outline(course.version_id, course.enrolment_id if course.started_on else None)
    steps = queries.steps(lessons)
    attempts = papers.attempts_of(_learner(), course.version_id)
    again = course.completed and service.why_not_again(_learner(), course.course_id, today=clock.today()) is None
    going_on = rules.resume(steps, course.last_lesson_id)
    return page(
        "learning/study.html",
        course=course,
        lessons=lessons,
        current=next((lesson for lesson in lessons if lesson.lesson_id == going_on), None),
        percent=rules.percent_done(steps, course.completed),
        minutes_left=rules.minutes_left(steps, course.quiz_minutes, course.completed),
        attempts=attempts,
        again=again,
        now=clock.now(),
        certificate=_certificate(course.completion_id),
    )


@bp.post("/<slug>")
@signed_in
def begin(slug: str) -> AnyResponse:
    """Begin the course, then open the lesson to go on with."""
    course = _study(slug)
    person_id = _learner()
    try:
        service.begin(person_id, course.course_id, today=clock.today(), now=clock.now(), by=current_user)
    except Refused as refusal:
        flash(str(labels.REFUSALS[refusal.reason]), "late")
        return _to(".study", slug=slug)
    course = _study(slug)
    lessons = queries.outline(course.version_id, course.enrolment_id)
    going_on = rules.resume(queries.steps(lessons), course.last_lesson_id)
    for lesson in lessons:
        if lesson.lesson_id == going_on:
            return _to(".lesson", slug=slug, key=lesson.key)
    return _to(".study", slug=slug)


@bp.get("/<slug>/<key>")
@signed_in
def lesson(slug: str, key: str) -> AnyResponse:
    """One lesson: outline, text, next."""
    course = _begun(slug)
    if course is None:
        return _to(".study", slug=slug)
    lessons = queries.outline(course.version_id, course.enrolment_id, key)
    at = next((n for n, row in enumerate(lessons) if row.key == key), None)
    if at is None:
        abort(404)
    steps = queries.steps(lessons)
    return page(
        "learning/lesson.html",
        course=course,
        lessons=lessons,
        lesson=lessons[at],
        before=lessons[at - 1] if at else None,
        after=lessons[at + 1] if at + 1 < len(lessons) else None,
        percent=rules.percent_done(steps, course.completed),
        minutes_left=rules.minutes_left(steps, course.quiz_minutes, course.completed),
    )


@bp.post("/<slug>/<key>/vi-tri")
@signed_in
def progress(slug: str, key: str) -> AnyResponse:
    """Keep how far the lesson was read: {percent: 0–100}."""
    percent = request.form.get("percent", type=int)
    if percent is None:
        abort(400)
    if not service.keep_place(_learner(), slug, key, percent, now=clock.now()):
        abort(404)
    return Response(status=204)


@bp.post("/<slug>/<key>/xong")
@signed_in
def finish_lesson(slug: str, key: str) -> AnyResponse:
    """Mark the lesson as done and go on to what comes next."""
    if not service.finish_lesson(_learner(), slug, key, now=clock.now()):
        abort(404)
    course = _study(slug)
    lessons = queries.outline(course.version_id, course.enrolment_id)
    at = next(n for n, row in enumerate(lessons) if row.key == key)
    for row in (*lessons[at + 1 :], *lessons[:at]):
        if not row.done:
            return _to(".lesson", slug=slug, key=row.key)
    return _to(".study" if course.completed else ".quiz", slug=slug)


# The quiz -------------------------------------------------------------------------------------------------------------


@bp.get("/<slug>/bai-kiem-tra")
@signed_in
def quiz(slug: str) -> AnyResponse:
    """The rules of the quiz, what is missing before it, and the button that begins it."""
    course = _begun(slug)
    if course is None:
        return _to(".study", slug=slug)
    lessons = queries.outline(course.version_id, course.enrolment_id)
    attempts = papers.attempts_of(_learner(), course.version_id)
    standing = assessment.standing(attempts, course.attempts_allowed, clock.today(), course.since)
    last = attempts[-1] if attempts else None
    return page(
        "learning/quiz.html",
        course=course,
        missing=[row for row in lessons if not row.done],
        attempts=attempts,
        standing=standing,
        refusal=_refusal(course, standing.refusal),
        unfinished=last if last is not None and last.submitted_at is None else None,
        now=clock.now(),
    )


def _refusal(course: queries.Study, refusal: assessment.Refusal | None) -> str:
    """Why no attempt may begin, in words; "" when one may."""
    if course.completed:
        return str(labels.REFUSALS[service.Refusal.ROUND_DONE])
    return str(labels.REFUSALS[refusal]) if refusal else ""


@bp.post("/<slug>/bai-kiem-tra")
@signed_in
def start_attempt(slug: str) -> AnyResponse:
    """Give a paper, or open the one not handed in yet."""
    course = _study(slug)
    try:
        if refusal := service.why_not_sit(_learner(), course.version_id):
            raise Refused(refusal)
        attempt_id = assessment.start_attempt(
            _learner(), course.version_id, now=clock.now(), by=current_user, since=course.since
        )
    except Refused as refused:
        flash(str(labels.REFUSALS[refused.reason]), "late")
        return _to(".quiz", slug=slug)
    return _to(".attempt", slug=slug, attempt_id=attempt_id, place=1)


def _sitting(slug: str, attempt_id: int) -> papers.Sitting:
    return papers.sitting(_learner(), slug, attempt_id) or abort(404)


@bp.get("/<slug>/bai-kiem-tra/<int:attempt_id>/<int:place>")
@signed_in
def attempt(slug: str, attempt_id: int, place: int) -> AnyResponse:
    """One question of a paper."""
    sitting = _sitting(slug, attempt_id)
    if sitting.submitted_at is not None:
        return _to(".result", slug=slug, attempt_id=attempt_id)
    return _question(sitting, place)


def _question(sitting: papers.Sitting, place: int, error: str = "") -> Response:
    """The page of one question; with an error it answers 422 and shows again what was typed."""
    palette, shown = papers.paper(sitting.id, place)
    if shown is None:
        abort(404)
    return page(
        "learning/attempt.html",
        422 if error else 200,
        sitting=sitting,
        palette=palette,
        shown=shown,
        error=error,
        typed=request.form,
        kinds=labels.KINDS,
        saved_time=_time(shown.saved_at) if shown.saved_at else "",
        **_clock_of(sitting),
    )


def _clock_of(sitting: papers.Sitting) -> dict[str, Any]:
    now = clock.now()
    return {
        "over": sitting.state(now) is AttemptState.TIME_OVER,
        "seconds_left": max(0, int((sitting.deadline_at - now).total_seconds())),
        "deadline": _time(sitting.deadline_at),
        "server_time": _time(now),
    }


def _time(moment: datetime) -> str:
    """10:00:00, in Vietnamese time."""
    return f"{moment.astimezone(clock.VIETNAM):%H:%M:%S}"


@bp.post("/<slug>/bai-kiem-tra/<int:attempt_id>/<int:place>")
@signed_in
def answer(slug: str, attempt_id: int, place: int) -> AnyResponse:
    """Save one answer: for a script (JSON back), or for the form (on to the next question)."""
    by_script = request.headers.get("X-Requested-With") == "fetch"
    form = request.form.to_dict(flat=False)
    try:
        saved = assessment.save_answer(attempt_id, place, person_id=_learner(), form=form, now=g.arrived)
    except (Refused, assessment.Unreadable) as refusal:
        return _not_saved(slug, attempt_id, place, str(labels.REFUSALS[refusal.reason]), by_script, refusal)
    if saved is None:
        abort(404)
    if by_script:
        return jsonify(saved_at=_time(g.arrived), answered=saved.answered, complete=saved.complete)
    onward = request.form.get("den", "")
    if not (onward.isdecimal() and len(onward) < 4):
        return _to(".review_attempt", slug=slug, attempt_id=attempt_id)
    return _to(".attempt", slug=slug, attempt_id=attempt_id, place=int(onward))


def _not_saved(
    slug: str, attempt_id: int, place: int, sentence: str, by_script: bool, refusal: Exception
) -> AnyResponse:
    over = isinstance(refusal, Refused)
    if by_script:
        response = jsonify(error=sentence, over=over)
        response.status_code = 409 if over else 422
        return response
    if over:
        flash(sentence, "late")
        return _to(".attempt", slug=slug, attempt_id=attempt_id, place=place)
    return _question(_sitting(slug, attempt_id), place, sentence)


@bp.get("/<slug>/bai-kiem-tra/<int:attempt_id>/nop")
@signed_in
def review_attempt(slug: str, attempt_id: int) -> AnyResponse:
    """Before handing in: what is not answered yet."""
    sitting = _sitting(slug, attempt_id)
    if sitting.submitted_at is not None:
        return _to(".result", slug=slug, attempt_id=attempt_id)
    return page("learning/review.html", sitting=sitting, paper=papers.paper_in_full(attempt_id), **_clock_of(sitting))


@bp.post("/<slug>/bai-kiem-tra/<int:attempt_id>/nop")
@signed_in
def submit_attempt(slug: str, attempt_id: int) -> AnyResponse:
    """Hand in, or close what ran out of time."""
    if not assessment.submit(attempt_id, person_id=_learner(), now=g.arrived, by=current_user):
        abort(404)
    return _to(".result", slug=slug, attempt_id=attempt_id)


@bp.get("/<slug>/bai-kiem-tra/<int:attempt_id>/ket-qua")
@signed_in
def result(slug: str, attempt_id: int) -> AnyResponse:
    """The score, each question with the right answer and why, and what comes next."""
    sitting = _sitting(slug, attempt_id)
    if sitting.submitted_at is None:
        return _to(".attempt", slug=slug, attempt_id=attempt_id, place=1)
    course = _study(slug)
    paper = papers.paper_in_full(attempt_id)
    attempts = papers.attempts_of(_learner(), sitting.version_id)
    completion_id = queries.completion_of_attempt(attempt_id) if sitting.passed else None
    return page(
        "learning/result.html",
        sitting=sitting,
        paper=paper,
        right=sum(shown.points == 1 for shown in paper),
        standing=assessment.standing(attempts, sitting.attempts_allowed, clock.today(), course.since),
        completed=completion_id is not None,
        certificate=_certificate(completion_id),
    )
