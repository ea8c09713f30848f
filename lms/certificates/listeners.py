"""Listeners of certificates: a completion brings its certificate in the same transaction."""

from lms.certificates import service
from lms.learning.events import CourseCompleted
from lms.platform import clock
from lms.platform.events import By, listens_to


@listens_to(CourseCompleted)
def issue_certificate(event: CourseCompleted, by: By) -> None:
    """Issue the certificate of the completion just recorded."""
    service.issue(event.completion_id, by=by, today=clock.today())
