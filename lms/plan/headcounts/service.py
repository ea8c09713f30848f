"""Confirming how many people a unit has, and reminding those who have not."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from flask import current_app

from lms.notifications.service import write_letter
from lms.organisation import queries as organisation
from lms.plan.disputes.queries import officers_at
from lms.plan.events import HeadCountConfirmed
from lms.plan.headcounts import queries
from lms.plan.headcounts.models import HeadCount, HeadCountPerson
from lms.platform.db import db, lock
from lms.platform.events import By, emit
from lms.platform.forms import Refused

DAYS_BEFORE = 7
"""So many days before a quarter ends, who has not confirmed is reminded."""

_LETTER = """\
Kính gửi anh/chị phụ trách nhân sự,

{unit} chưa xác nhận quân số của {period}. Số liệu báo cáo tính theo quân số này, nên cần xác nhận trước khi chốt \
(ngày cuối kỳ: {last:%d/%m/%Y}).
Mời anh/chị đối chiếu và xác nhận tại:
{link}

Thư này do hệ thống Bồi dưỡng số gửi tự động.
"""


class HeadCountRefusal(StrEnum):
    """Why a head count is not confirmed."""

    CHANGED_MEANWHILE = "changed_meanwhile"
    NOBODY = "nobody"
    IN_THE_FUTURE = "in_the_future"


def confirm(
    unit_id: int, *, on: date, shown: Mapping[str, int], note: str = "", by: By, now: datetime, today: date
) -> HeadCount:
    """Sign off how many people of which category the unit, with everything under it, has on a day.

    Refused if that is no longer what was shown, nobody is there, or the day has not come.
    """
    if on > today:
        raise Refused(HeadCountRefusal.IN_THE_FUTURE)
    lock("postings")
    counts = queries.counts_on(unit_id, on)
    if not counts:
        raise Refused(HeadCountRefusal.NOBODY)
    if counts != dict(shown):
        raise Refused(HeadCountRefusal.CHANGED_MEANWHILE)
    db.session.execute(
        sa.update(HeadCount)
        .where(HeadCount.unit_id == unit_id, HeadCount.on_day == on, HeadCount.superseded_at.is_(None))
        .values(superseded_at=now)
    )
    count = HeadCount(
        unit_id=unit_id, on_day=on, total=sum(counts.values()), counts=counts, account_id=by.account_id,
        confirmer=by.name, confirmed_at=now, note=note,
    )  # fmt: skip
    db.session.add(count)
    db.session.flush()
    people = queries.counted(unit_id, on).subquery()
    db.session.execute(
        sa.insert(HeadCountPerson).from_select(
            ["head_count_id", "person_id", "category"],
            sa.select(sa.literal(count.id), people.c.person_id, people.c.category),
        )
    )
    event = HeadCountConfirmed(unit_id=unit_id, unit=organisation.name_on(unit_id, on), on=on, total=count.total)
    emit(event, by=by)
    return count


def quarter_of(day: date) -> tuple[date, date]:
    """The first and the last day of the quarter in which a day lies."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    after = date(day.year + (first.month == 10), (first.month + 2) % 12 + 1, 1)
    return first, date.fromordinal(after.toordinal() - 1)


def quarter_words(day: date) -> str:
    """Quý IV/2026."""
    return f"Quý {('I', 'II', 'III', 'IV')[(day.month - 1) // 3]}/{day.year}"


def remind(*, today: date, now: datetime) -> int:
    """Write to the HR of every unit that has confirmed nothing in this quarter, a week before it ends; on other days
    nothing. Returns how many units were reminded."""
    first, last = quarter_of(today)
    if (last - today).days != DAYS_BEFORE:
        return 0
    units = queries.units_with_office(today, first)
    for unit_id, name in units:
        body = _LETTER.format(
            unit=name, period=quarter_words(today), last=last,
            link=f"{current_app.config['LMS'].public_url}/don-vi/{unit_id}/quan-so",
        )  # fmt: skip
        for address in officers_at(unit_id, today):
            write_letter(address, subject=f"Xác nhận quân số {quarter_words(today)}"[:200], body=body, now=now)
    return len(units)
