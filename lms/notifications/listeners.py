"""What notifications does when a lower domain announces that a letter is wanted."""

from lms.identity.events import LetterWanted
from lms.notifications import service
from lms.platform import clock
from lms.platform.events import By, listens_to


@listens_to(LetterWanted)
def write(event: LetterWanted, by: By) -> None:
    """Fill the outbox in the transaction of the change itself."""
    service.write_letter(event.recipient, subject=event.subject, body=event.body, now=clock.now())
