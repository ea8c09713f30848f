"""The listener that hears every event and writes it down."""

from flask import has_request_context, request

from lms.audit.models import AuditEvent
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import By, Event, listens_to


@listens_to(Event)
def write_down(event: Event, by: By) -> None:
    """Append one row in the transaction of the change itself."""
    db.session.add(
        AuditEvent(
            at=clock.now(),
            key=event.key,
            account_id=by.account_id,
            actor=by.name,
            address=(request.remote_addr or "")[:45] if has_request_context() else "",
            unit_id=event.unit_id,
            person_id=event.person_id,
            facts=event.facts(),
        )
    )
