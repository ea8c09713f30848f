"""What assessment does when a course version is published: keep its question bank."""

from lms.assessment import service
from lms.catalogue.events import VersionPublished
from lms.platform.events import By, listens_to


@listens_to(VersionPublished)
def keep_questions(event: VersionPublished, _by: By) -> None:
    """Write the version's questions in the same transaction."""
    service.add_questions(event.version_id, event.questions)
