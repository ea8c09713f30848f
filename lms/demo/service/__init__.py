"""Making the demonstration: a whole city, the peer's workload, accounts to sign in with. Nothing here commits."""

from collections.abc import Callable
from datetime import date, datetime

from lms.certificates import service as certificates
from lms.demo import queries
from lms.demo.rules.cast import parts
from lms.demo.service import accounts, peer
from lms.demo.service.accounts import keep_list as keep_list
from lms.demo.service.accounts import kept_list as kept_list
from lms.demo.service.city import CityDrawing as CityDrawing
from lms.organisation import service as organisation
from lms.plan import service as plan

Phase = Callable[[str], None]
"""Told the name of each step when it is done."""


SMALLEST_WITH_CAST = 100


class NotEmpty(Exception):
    """There are people in the database: made-up ones must never be mixed with them."""


def load_city(people: int, *, seed: int, today: date, now: datetime, phase: Phase) -> str:
    """Draw a city of `people`, six of them with accounts, and derive what follows; returns the list of accounts.

    A handful of people gets no accounts ("" comes back). Raises NotEmpty when anybody is there already.
    """
    if queries.has_people():
        raise NotEmpty
    with_cast = people >= SMALLEST_WITH_CAST
    CityDrawing(people - len(parts(today)) * with_cast, seed, today, now).draw()
    phase("nhân sự, vị trí công tác, kết quả học")
    cast = accounts.add_cast(seed, today, now) if with_cast else {}
    _follow(today, phase)
    return accounts.open_accounts(cast, today, now) if cast else ""


def load_peer(people: int, *, seed: int, today: date, now: datetime, phase: Phase) -> None:
    """Draw the peer's workload; the generated courses and plan must be there. Raises NotEmpty."""
    if queries.has_people():
        raise NotEmpty
    peer.draw(people, seed, today, now)
    phase("nhân sự, ghi danh, bài làm, kết quả")
    _follow(today, phase)


def _follow(today: date, phase: Phase) -> None:
    organisation.refresh_former_units(None)
    phase("đơn vị cũ")
    certificates.issue_in_bulk(today)
    phase("giấy chứng nhận")
    plan.rebuild()
    phase("nghĩa vụ học")
