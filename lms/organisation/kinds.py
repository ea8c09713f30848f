"""How a roster and a reform become change sets."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from lms.changes import service as changes
from lms.changes.kinds import Kind, register
from lms.organisation import labels, queries, service
from lms.organisation.models import ReformFile, RosterImport
from lms.organisation.reform.draft import UnreadableReform
from lms.organisation.roster.difference import Difference
from lms.organisation.roster.sheets import UnreadableRoster
from lms.platform.access import Permission
from lms.platform.events import By
from lms.platform.forms import Refused


def _says(error: Exception) -> Sequence[str]:
    if isinstance(error, Refused):
        return [str(labels.REFUSALS[error.reason])]
    if isinstance(error, UnreadableReform):
        return error.lines
    return [str(error)] if isinstance(error, UnreadableRoster) else ()


def _roster(payload: Mapping[str, Any], change_id: int, by: By, now: datetime) -> Any:
    """Apply a kept roster as it was shown."""
    arrived = queries.import_with(payload["import_id"])
    done = service.apply_import(arrived, shown=payload["shown"], many_left=payload["many_left"], by=by, now=now)
    arrived.change_id = change_id
    return done


def _reform(payload: Mapping[str, Any], change_id: int, by: By, now: datetime) -> Any:
    """Carry out a kept reform file."""
    arrived = queries.reform_file(payload["file_id"])
    done = service.apply_reform(arrived, by=by, now=now)
    arrived.change_id = change_id
    return done


def apply_roster(
    arrived: RosterImport, *, shown: str, many_left: bool, by: By, now: datetime, today: date
) -> Difference:
    """Apply a kept roster at once, as its page has shown it."""
    done: Difference = _at_once(
        ROSTER,
        {"import_id": arrived.id, "shown": shown, "many_left": many_left, "on": arrived.on_day.isoformat()},
        title=f"Danh sách nhân sự {queries.name_on(arrived.unit_id, arrived.on_day)}, tệp “{arrived.file_name}”",
        unit_id=arrived.unit_id,
        by=by,
        now=now,
        today=today,
    )
    return done


def apply_reform(arrived: ReformFile, *, by: By, now: datetime, today: date) -> service.Outcome:
    """Carry out a kept reform file at once, as its page has shown it."""
    root = queries.root_on(today)
    done: service.Outcome = _at_once(
        REFORM,
        {"file_id": arrived.id, "on": arrived.on_day.isoformat()},
        title=f"Sắp xếp đơn vị, tệp “{arrived.file_name}”",
        unit_id=root.id if root else None,
        by=by,
        now=now,
        today=today,
    )
    return done


def _at_once(
    kind: Kind, payload: Mapping[str, Any], *, title: str, unit_id: int | None, by: By, now: datetime, today: date
) -> Any:
    act = kind.act
    assert act is not None, "both can be proposed"
    return changes.carry_out(
        kind.name,
        lambda change_id: act(payload, change_id, by, now),
        title=title,
        payload=payload,
        unit_id=unit_id,
        by=by,
        now=now,
        today=today,
    )


def _day(payload: Mapping[str, Any], today: date) -> date:
    return date.fromisoformat(payload["on"])


ROSTER = register(Kind("roster", Permission.ORGANISATION_ROSTER_IMPORT, _roster, _says, _day))
REFORM = register(Kind("reform", Permission.ORGANISATION_UNIT_REORGANISE, _reform, _says, _day))
