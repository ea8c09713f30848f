"""Letters between the offices that move people."""

from datetime import date, datetime

from flask import current_app

from lms.notifications.service import write_letter
from lms.organisation.events import TransferAnswered, TransferProposed
from lms.organisation.service import Answer
from lms.plan import queries

_ASKED = """\
Kính gửi anh/chị phụ trách nhân sự,

{old} đề nghị điều động {name} đến {new} từ ngày {on:%d/%m/%Y}.
Mời anh/chị xem và trả lời tại:
{link}

Thư này do hệ thống Bồi dưỡng số gửi tự động.
"""
_ASKED_FOR = """\
Kính gửi anh/chị phụ trách nhân sự,

{new} đề nghị được tiếp nhận {name}, đang công tác tại {old}, từ ngày {on:%d/%m/%Y}.
Mời anh/chị xem và trả lời tại:
{link}

Thư này do hệ thống Bồi dưỡng số gửi tự động.
"""
_TOLD = """\
Kính gửi anh/chị phụ trách nhân sự,

Về đề nghị điều động {name} từ {old} đến {new}: {side} {answer}.
Xem chi tiết tại:
{link}

Thư này do hệ thống Bồi dưỡng số gửi tự động.
"""


def tell_of_proposal(event: TransferProposed, *, today: date, now: datetime) -> None:
    """Write to the HR office that must answer a request."""
    body = (_ASKED_FOR if event.is_ask else _ASKED).format(
        old=event.old, new=event.new, name=event.name, on=event.on, link=_link(event.proposal_id)
    )
    _send(_office(event.unit_id, today), f"Đề nghị điều động {event.name}", body, now)


def tell_of_answer(event: TransferAnswered, *, today: date, now: datetime) -> None:
    """Write to whoever asked that the request was answered, or to the other office that it was taken back."""
    is_withdrawn = event.state == Answer.WITHDRAWN
    asker = queries.address_of(event.asked_by)
    asking = (event.new_id, event.new) if event.is_ask else (event.unit_id, event.old)
    asked = (event.unit_id, event.old) if event.is_ask else (event.new_id, event.new)
    recipients = _office(asked[0], today) if is_withdrawn else [asker] if asker else _office(asking[0], today)
    body = _TOLD.format(
        old=event.old,
        new=event.new,
        name=event.name,
        side=asking[1] if is_withdrawn else asked[1],
        answer=event.answer,
        link=_link(event.proposal_id),
    )
    subject = f"Rút đề nghị điều động {event.name}" if is_withdrawn else f"Trả lời đề nghị điều động {event.name}"
    _send(recipients, subject, body, now)


def _office(unit_id: int | None, today: date) -> list[str]:
    return [officer.email for officer in queries.office_of(unit_id, today)] if unit_id is not None else []


def _send(recipients: list[str], subject: str, body: str, now: datetime) -> None:
    for recipient in dict.fromkeys(address for address in recipients if address):
        write_letter(recipient, subject=subject[:200], body=body, now=now)


def _link(proposal_id: int) -> str:
    return f"{current_app.config['LMS'].public_url}/nhan-su/de-nghi/{proposal_id}"
