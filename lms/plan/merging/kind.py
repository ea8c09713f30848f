"""How merging two records becomes a change set."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from lms.changes import jobs
from lms.changes.kinds import Kind, register
from lms.changes.models import ChangeSet
from lms.organisation import queries as organisation
from lms.plan.merging import labels, service
from lms.platform.access import Permission
from lms.platform.events import By
from lms.platform.forms import Refused


def _merge(payload: Mapping[str, Any], _change_id: int, by: By, now: datetime) -> None:
    """Make the two records one."""
    service.merge(payload["kept_id"], payload["gone_id"], source=payload["source"], by=by, now=now)


def _says(error: Exception) -> Sequence[str]:
    if isinstance(error, Refused) and error.reason in labels.REFUSALS:
        return [str(labels.REFUSALS[error.reason])]
    return ()


MERGE = register(Kind("merge", Permission.ORGANISATION_POSTING_CHANGE, _merge, _says))


def submit(
    kept: organisation.PersonFacts, gone: organisation.PersonFacts, *, source: str, by: By, now: datetime, today: date
) -> ChangeSet:
    """Propose to make two records one, and preview it."""
    at = organisation.primary_posting_on(kept.id, today) or organisation.last_posting_of(kept.id)
    return jobs.submit(
        MERGE.name,
        title=f"Gộp hồ sơ trùng của {kept.full_name}",
        payload={"kept_id": kept.id, "gone_id": gone.id, "source": source},
        people=2,
        unit_id=at.unit_id if at else None,
        by=by,
        now=now,
        today=today,
    )
