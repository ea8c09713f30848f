"""Vietnamese words of moves: kinds and answers, why one is refused, what one changes."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.identity.models import Role
from lms.organisation.queries import ProposalRow
from lms.organisation.service import Answer, Kind
from lms.plan.labels import capitalised
from lms.plan.rules import FOREVER
from lms.plan.service import DutyMoved, MoveEffect, RoleEnd, UnitMoved
from lms.platform import vietnamese

KINDS: dict[str, Any] = {
    Kind.MOVE: _l("Chuyển công tác"),
    Kind.SECONDMENT: _l("Biệt phái"),
    Kind.SECOND: _l("Kiêm nhiệm"),
    Kind.COUNTS: _l("Đổi đơn vị tính số liệu"),
}

ROLES: dict[str, Any] = {
    Role.TRAINER: _l("Giảng viên"),
    Role.HR: _l("Cán bộ nhân sự"),
    Role.LEADER: _l("Lãnh đạo"),
    Role.ADMINISTRATOR: _l("Quản trị hệ thống"),
}

COMES_BACK = "Trở lại làm việc"
SOURCES: dict[str, str] = {
    Kind.MOVE: "Chuyển công tác",
    Kind.SECONDMENT: "Biệt phái",
    Kind.SECOND: "Kiêm nhiệm",
    Kind.COUNTS: "Đổi đơn vị tính số liệu",
}
"""Kind → how the posting says where it comes from; written down, so in Vietnamese whatever the visitor reads."""

ANSWERS: dict[str, Any] = {
    Answer.OPEN: _l("Chờ trả lời"),
    Answer.ACCEPTED: _l("Đã tiếp nhận"),
    Answer.REFUSED: _l("Không tiếp nhận"),
    Answer.WITHDRAWN: _l("Đã rút"),
}

ANSWERS_TO_ASKS: dict[str, Any] = {
    **ANSWERS,
    Answer.ACCEPTED: _l("Đã đồng ý cho chuyển"),
    Answer.REFUSED: _l("Không đồng ý"),
}


def answer_words(row: ProposalRow) -> Any:
    """How a request stands."""
    return (ANSWERS_TO_ASKS if row.is_ask else ANSWERS)[row.state]


ANSWER_LOOKS = {
    Answer.OPEN: "soon",
    Answer.ACCEPTED: "done",
    Answer.REFUSED: "late",
    Answer.WITHDRAWN: "ended",
}
"""Answer → kind of the state macro."""

REFUSALS: dict[Any, Any] = {
    "unit_not_standing": _l("Đơn vị không hoạt động vào ngày này. Hãy chọn ngày trong thời gian đơn vị tồn tại."),
    "already_posted": _l(
        "Người này đã có vị trí công tác khác vào thời gian đó. Hãy xem lại các vị trí đã ghi rồi chọn ngày khác."
    ),
    "ends_before_it_begins": _l("Ngày kết thúc phải sau ngày bắt đầu."),
    "not_believed": _l("Vị trí công tác này vừa được người khác sửa. Hãy mở lại trang của người đó."),
    "nothing_changed": _l("Không có gì thay đổi nên chưa ghi. Hãy xem lại ngày, đơn vị và chức danh."),
    "not_posted": _l("Người này không có vị trí công tác vào ngày đó. Hãy chọn ngày khác."),
    "already_proposed": _l(
        "Đã có một đề nghị về người này đang chờ trả lời. Hãy rút đề nghị đó trước, hoặc chờ đơn vị kia trả lời."
    ),
    "already_answered": _l("Đề nghị này đã được trả lời hoặc đã rút. Hãy tải lại trang."),
    "already_here": _l(
        "Người này đã có vị trí công tác ở đơn vị đó trong thời gian này. Hãy xem lại các vị trí đã ghi."
    ),
    "no_second_posting": _l(
        "Vào ngày đó người này không kiêm nhiệm hoặc biệt phái ở đơn vị ấy. Hãy chọn ngày trong thời gian kiêm nhiệm."
    ),
    "only_posting": _l(
        "Đây là vị trí công tác duy nhất của người này. Nếu người này nghỉ, hãy dùng “Thôi việc, nghỉ hưu”."
    ),
    "moved_meanwhile": _l(
        "Vị trí công tác của người này đã thay đổi từ khi gửi đề nghị. "
        "Hãy chọn không tiếp nhận và ghi lý do, để đơn vị gửi xem lại rồi gửi đề nghị mới."
    ),
}
"""Why the organisation does not make a change → what to do."""


def days_words(from_on: date, to_on: date) -> str:
    """Half-open days as people say them: "từ 01/07/2026" or "từ 01/07/2026 đến hết 30/09/2026"."""
    first = vietnamese.short_day(from_on)
    if to_on >= FOREVER:
        return _("từ %(first)s", first=first)
    return _("từ %(first)s đến hết %(last)s", first=first, last=vietnamese.short_day(to_on - timedelta(days=1)))


def duty_words(duty: DutyMoved) -> list[str]:
    """What a move changes in one duty, each change a sentence without its full stop."""
    said = []
    for begins, ends in duty.gained:
        days = days_words(begins, FOREVER if ends >= duty.closes_on else ends)
        said.append(_("Phải học %(days)s", days=days))
    for begins, ends in duty.lost:
        days = days_words(begins, FOREVER if ends >= duty.closes_on else ends)
        said.append(_("Thôi phải học %(days)s", days=days))
    before, after = duty.due_before, duty.due_after
    if before and after and after != before:
        moved = _("Hạn lùi đến %(day)s") if after > before else _("Hạn sớm lên %(day)s")
        said.append(moved % {"day": vietnamese.short_day(after)})
    if duty.fulfilled_on < FOREVER:
        done = vietnamese.short_day(duty.fulfilled_on)
        said.append(_("Đã hoàn thành ngày %(day)s, kết quả giữ nguyên", day=done))
    return said


def unit_words(moved: UnitMoved, names: Mapping[int, str]) -> str:
    """For which unit duties count from a day on."""
    return _(
        "%(days)s, %(n)s nghĩa vụ tính vào số liệu của %(new)s, không tính cho %(old)s.",
        days=capitalised(days_words(moved.from_on, moved.to_on)),
        n=moved.duties,
        new=names[moved.new_id],
        old=names[moved.old_id],
    )


def role_words(role: RoleEnd) -> str:
    """A role that ends with a move."""
    word, words = ROLES[Role(role.role)], {"unit": role.unit}
    if role.on is None:
        return _("%(role)s tại %(unit)s: kết thúc ngay.", role=word, **words)
    return _("%(role)s tại %(unit)s: kết thúc từ ngày %(day)s.", role=word, day=vietnamese.short_day(role.on), **words)


def past_words(effect: MoveEffect, today: date) -> str:
    """Which figures of the past change; empty when none do."""
    since = effect.since
    if since is None or since >= today:
        return ""
    if (since.year, since.month) == (today.year, today.month):
        return _("Số liệu từ ngày %(day)s đến nay được tính lại.", day=vietnamese.short_day(since))
    return _(
        "Số liệu các tháng từ %(first)s đến %(last)s được tính lại.",
        first=f"{since:%m/%Y}",
        last=f"{today:%m/%Y}",
    )
