"""What learning does when an attempt is marked: a pass completes the course in the same transaction."""

from lms.assessment.events import AttemptSubmitted
from lms.learning import service
from lms.platform import clock
from lms.platform.events import By, listens_to


@listens_to(AttemptSubmitted)
def complete_the_course(event: AttemptSubmitted, by: By) -> None:
    """Record the completion on the day on which the attempt ended."""
    if event.passed and event.person_id is not None:
        service.complete(
            event.person_id,
            event.version_id,
            attempt_id=event.attempt_id,
            score=event.score,
            on=clock.day_of(event.submitted_at),
            now=clock.now(),
            by=by,
        )
