"""How a roster and a reform become change sets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lms.changes import jobs
from lms.changes import queries as reading
from lms.changes import service as changes
from lms.changes.kinds import Kind, register
from lms.changes.models import ChangeSet
from lms.organisation import labels, queries, service
from lms.organisation.models import ReformFile, RosterImport, Unit
from lms.organisation.reform.draft import UnreadableReform
from lms.organisation.roster.policy import Policy
from lms.organisation.roster.records import Choices
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
    done = service.apply_import(
        arrived, shown=payload["shown"], many_left=payload["many_left"], applier_id=payload.get("applier_id"), by=by,
        now=now,
    )  # fmt: skip
    arrived.change_id = change_id
    return done


def _postings(payload: Mapping[str, Any], _change_id: int, by: By, now: datetime) -> int:
    """Change what the postings of the chosen people say."""
    return service.edit_many(
        payload["person_ids"], payload["changes"], on=date.fromisoformat(payload["on"]), source=payload["source"],
        by=by, now=now,
    )  # fmt: skip


def _reform(payload: Mapping[str, Any], change_id: int, by: By, now: datetime) -> Any:
    """Carry out a kept reform file."""
    arrived = queries.reform_file(payload["file_id"])
    done = service.apply_reform(arrived, by=by, now=now)
    arrived.change_id = change_id
    return done


@dataclass(frozen=True)
class Asked:
    """What a kept file asks for, as a change set keeps it."""

    kind: Kind
    payload: dict[str, Any]
    title: str
    unit_id: int | None


def of_roster(arrived: RosterImport, *, shown: str, many_left: bool, applier_id: int | None = None) -> Asked:
    """Apply a kept roster as it was shown; not if it lets the person leave who applies it."""
    return Asked(
        ROSTER,
        {
            "import_id": arrived.id,
            "shown": shown,
            "many_left": many_left,
            "on": arrived.on_day.isoformat(),
            "applier_id": applier_id,
        },
        _title_of_roster(arrived.unit_id, arrived.on_day, arrived.file_name),
        arrived.unit_id,
    )


def foreseen(arrived: RosterImport, *, shown: str, by: By, now: datetime, today: date) -> dict[str, Any] | None:
    """What a kept roster would do to duties; None when it cannot be applied as things stand."""
    asked = of_roster(arrived, shown=shown, many_left=True)
    return changes.foresee(
        asked.kind.name, title=asked.title, payload=asked.payload, unit_id=asked.unit_id, by=by, now=now, today=today
    )


def import_noted(
    content: bytes,
    *,
    file_name: str,
    unit: Unit,
    on: date,
    choices: Choices | None = None,
    policy: Policy,
    by: By,
    now: datetime,
    today: date,
) -> service.Imported:
    """Keep a roster and apply it at once as a change set, which its page can undo.

    Raises UnreadableRoster. Refused if more would leave than the policy lets.
    """
    return changes.carry_out(
        ROSTER.name,
        lambda change_id: service.import_kept(
            content, file_name=file_name, unit=unit, on=on, choices=choices, policy=policy, change_id=change_id,
            by=by, now=now,
        ),
        title=_title_of_roster(unit.id, on, file_name),
        payload={"on": on.isoformat()},
        unit_id=unit.id,
        by=by,
        now=now,
        today=today,
    )  # fmt: skip


def _title_of_roster(unit_id: int, on: date, file_name: str) -> str:
    return f"Danh sách nhân sự {queries.name_on(unit_id, on)}, tệp “{file_name}”"


def of_imports(arrivals: Iterable[RosterImport]) -> dict[int, ChangeSet]:
    """The latest change set of each of these rosters that has one, also of one that was taken back."""
    found: dict[int, ChangeSet] = {}
    for change in reading.changes_of(ROSTER.name, {arrived.unit_id for arrived in arrivals}):
        found.setdefault(int(change.payload.get("import_id", 0)), change)
    return found


def people_of(arrived: RosterImport) -> int:
    """About how many people a kept roster concerns."""
    return sum(int(arrived.summary.get(name, 0)) for name in ("joined", "left", "moved", "corrected"))


def of_postings(
    person_ids: Sequence[int], changes: Mapping[str, str], *, on: date, source: str, unit_id: int | None
) -> Asked:
    """Let the postings of the chosen people say something else from a day on."""
    groups = queries.position_groups() if changes.get("position") else {}
    words = {name: labels.spoken_edit(name, groups.get(value, value)) for name, value in changes.items()}
    said = ", ".join(f"{labels.EDITED[name]}: {word}" for name, word in words.items())
    return Asked(
        POSTINGS,
        {"person_ids": list(person_ids), "changes": dict(changes), "on": on.isoformat(), "source": source},
        f"Sửa vị trí công tác của {len(person_ids)} người từ ngày {on:%d/%m/%Y}: {said}",
        unit_id,
    )


def of_reform(arrived: ReformFile, today: date) -> Asked:
    """Carry out a kept reform file."""
    root = queries.root_on(today)
    return Asked(
        REFORM,
        {"file_id": arrived.id, "on": arrived.on_day.isoformat()},
        f"Sắp xếp đơn vị, tệp “{arrived.file_name}”",
        root.id if root else None,
    )


def do(asked: Asked, *, by: By, now: datetime, today: date) -> Any:
    """Do it at once, as its page has shown it; returns what the service gives."""
    act = asked.kind.act
    assert act is not None, "both can be proposed"
    return changes.carry_out(
        asked.kind.name,
        lambda change_id: act(asked.payload, change_id, by, now),
        title=asked.title,
        payload=asked.payload,
        unit_id=asked.unit_id,
        by=by,
        now=now,
        today=today,
    )


def submit(asked: Asked, *, people: int, by: By, now: datetime, today: date) -> ChangeSet:
    """Propose it, to be looked at person by person and then applied, or approved first."""
    return jobs.submit(
        asked.kind.name, title=asked.title, payload=asked.payload, people=people, unit_id=asked.unit_id, by=by,
        now=now, today=today,
    )  # fmt: skip


def is_seen_apart(kind: Kind, people: int) -> bool:
    """Whether it is not done at once: an office wants a second person's agreement, or it concerns very many."""
    return people > jobs.MANY or jobs.needs_approval(kind.name)


def _day(payload: Mapping[str, Any], today: date) -> date:
    return date.fromisoformat(payload["on"])


ROSTER = register(Kind("roster", Permission.ORGANISATION_ROSTER_IMPORT, _roster, _says, _day))
POSTINGS = register(Kind("postings", Permission.ORGANISATION_POSTING_CHANGE, _postings, _says, _day))
REFORM = register(Kind("reform", Permission.ORGANISATION_UNIT_REORGANISE, _reform, _says, _day))
