"""Letters to people whose due days were moved or decided on: one letter for each person and act."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app

from lms.changes.kinds import tells
from lms.changes.models import ChangeSet
from lms.notifications.service import Draft, write_letters
from lms.plan import queries
from lms.plan.queries.addresses import Addressee, MovedDay, addressees, count_moved, due_days, moved_by
from lms.platform.i18n import due_day_words

_LETTER = """\
Kính gửi anh/chị {name},

{lead}

{lines}{closing}
Xem việc học của anh/chị tại:
{link}

Thư này do hệ thống Bồi dưỡng số gửi tự động.
"""
SLICE = 1_000
"""Letters written at once."""
_SUBJECT = "Hạn học của anh/chị thay đổi"
EXTENDED = "Anh/chị được gia hạn học:"
WITHDRAWN = "Lượt gia hạn sau đây đã bị hủy:"
CONFIRMED = "Yêu cầu học chờ quyết định của anh/chị đã được quyết định là vẫn giao:"
REALISTIC = "Yêu cầu học chờ quyết định của anh/chị đã được quyết định là giao với hạn phù hợp hơn:"
RELEASED = "Yêu cầu học chờ quyết định của anh/chị đã được quyết định là không giao:"
AWAY = "Thời gian tạm vắng vừa được ghi hoặc sửa, nên hạn học của anh/chị thay đổi:"
_BY_KIND = {
    "plan": "Theo {title}, hạn học của anh/chị thay đổi:",
    "stops": AWAY,
}
_OF_POSTS = "Do thay đổi về đơn vị hoặc vị trí công tác, hạn học của anh/chị thay đổi:"
_UNDONE = "Một thay đổi trước đây đã được hoàn tác ({reason}), nên hạn học của anh/chị trở lại như trước:"


@dataclass(frozen=True)
class Line:
    """What one person is told of one duty."""

    person_id: int
    says: str
    reason: str = ""
    decision: str = ""

    @property
    def why(self) -> tuple[str, ...]:
        """Reason and decision, as far as there are any."""
        told = (("Lý do", self.reason), ("Số quyết định", self.decision))
        return tuple(f"{word}: {said.rstrip(' .')}" for word, said in told if said)


def moved(requirement: str, before: date, on: date) -> str:
    """A due day that is another one."""
    return f"{requirement}: hạn cũ {due_day_words(before)}, hạn mới {due_day_words(on)}"


def stays(requirement: str, on: date) -> str:
    """A due day that stands."""
    return f"{requirement}: hạn {due_day_words(on)}"


def tell(lines: Iterable[Line], *, lead: str, now: datetime) -> int:
    """Write one letter to each person who has an address, with all their lines; returns how many."""
    told: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        told[line.person_id].append(line)
    known = addressees(told)
    drafts = [_letter(known[person_id], said, lead) for person_id, said in told.items() if person_id in known]
    write_letters(drafts, now=now)
    return len(drafts)


def _letter(person: Addressee, lines: Sequence[Line], lead: str) -> Draft:
    """Reason and decision stand below where all lines share them, else with each."""
    if len({line.why for line in lines}) == 1:
        closing = "".join(f"{why}.\n" for why in lines[0].why)
        return _draft(person, lead, [line.says for line in lines], closing)
    return _draft(person, lead, ["; ".join((line.says, *line.why)) for line in lines])


def _draft(person: Addressee, lead: str, lines: Sequence[str], closing: str = "") -> Draft:
    body = _LETTER.format(
        name=person.name,
        lead=lead,
        lines="".join(f"- {line}\n" for line in lines),
        closing=closing,
        link=f"{current_app.config['LMS'].public_url}/",
    )
    return Draft(person.email, _SUBJECT, body)


def tell_of_withdrawn(
    person_id: int, requirement_id: int, requirement: str, cycle: int, was: date, *, reason: str, now: datetime
) -> None:
    """Write to a person whose granted day was taken back, after the duty followed."""
    on = due_days(person_id, requirement_id).get(cycle)
    if on is None or on == was:
        return
    tell([Line(person_id, moved(requirement, was, on), reason)], lead=WITHDRAWN, now=now)


@contextmanager
def telling_of_absence(person_ids: Sequence[int], *, today: date, now: datetime) -> Iterator[None]:
    """Write to those of these people whose due days are other ones after what is done inside."""
    before = {duty.key: duty.due_on for duty in queries.open_duties(person_ids, today)}
    yield
    lines = [
        Line(duty.person_id, moved(duty.requirement, before[duty.key], duty.due_on))
        for duty in queries.open_duties(person_ids, today)
        if before.get(duty.key, duty.due_on) != duty.due_on
    ]
    tell(lines, lead=AWAY, now=now)


# Change sets ----------------------------------------------------------------------------------------------------------


@tells
def tell_of_change(change: ChangeSet, *, is_undone: bool, dry: bool, now: datetime) -> int:
    """Write to everybody to whom a change set gives another due day; returns how many. `dry`: only count.

    Days given or decided on are told by whoever gives them.
    """
    if not is_undone and _is_told_inside(change.kind, change.payload):
        return 0
    if dry:
        return count_moved(change.id)
    lead = _UNDONE.format(reason=change.undo_reason) if is_undone else _lead(change)
    drafts, number = [], 0
    for person, days in moved_by(change.id):
        says = [_says(day, is_undone=is_undone) for day in days]
        drafts.append(_draft(person, lead, says))
        number += 1
        if len(drafts) == SLICE:
            write_letters(drafts, now=now)
            drafts = []
    write_letters(drafts, now=now)
    return number


def _is_told_inside(kind: str, payload: Mapping[str, object]) -> bool:
    return kind == "stops" and payload.get("way") != "away"


def _lead(change: ChangeSet) -> str:
    return _BY_KIND.get(change.kind, _OF_POSTS).format(title=change.title)


def _says(day: MovedDay, *, is_undone: bool) -> str:
    before, on = (day.due_on, day.due_before) if is_undone else (day.due_before, day.due_on)
    return moved(day.requirement, before, on)
