"""Letters about disputes: to the desk that must answer, and to whoever asked."""

from collections.abc import Iterable
from datetime import date, datetime

from flask import current_app

from lms.notifications.service import write_letter
from lms.plan import queries as plan
from lms.plan.disputes import queries
from lms.plan.disputes.models import Dispute

_DESK = """\
Kính gửi anh/chị phụ trách nhân sự,

{name} phản ánh kết quả học “{requirement}” chưa đúng. {why}
Hạn trả lời: {due:%d/%m/%Y}. Mời anh/chị xem và giải quyết tại:
{link}

Thư này do hệ thống Bồi dưỡng số gửi tự động.
"""
_PERSON = """\
Kính gửi anh/chị {name},

{what}
Xem chi tiết tại:
{link}

Thư này do hệ thống Bồi dưỡng số gửi tự động.
"""


def to_desk(dispute: Dispute, name: str, requirement: str, why: str, *, today: date, now: datetime) -> None:
    """Tell the HR of the desk that it must answer, and until when. What the person wrote stays on the page."""
    body = _DESK.format(name=name, requirement=requirement, why=why, due=dispute.due_on, link=_link(dispute.id))
    _send(queries.officers_at(dispute.desk_id, today), f"Phản ánh kết quả học của {name}", body, now)


def to_person(dispute: Dispute, name: str, requirement: str, what: str, *, now: datetime) -> None:
    """Tell whoever asked what became of it."""
    body = _PERSON.format(name=name, what=what, link=_link(dispute.id))
    _send([plan.address_of(dispute.opened_by)], f"Phản ánh về “{requirement}”", body, now)


def _send(recipients: Iterable[str], subject: str, body: str, now: datetime) -> None:
    for recipient in dict.fromkeys(address for address in recipients if address):
        write_letter(recipient, subject=subject[:200], body=body, now=now)


def _link(dispute_id: int) -> str:
    return f"{current_app.config['LMS'].public_url}/phan-anh/{dispute_id}"
