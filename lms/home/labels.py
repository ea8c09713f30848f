"""Vietnamese words of the first pages."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.audit.rules import Part
from lms.home.rules import Standing, Urgency
from lms.platform import i18n, vietnamese

LOOKS = {
    Urgency.OVERDUE: "late",
    Urgency.EXPIRED: "late",
    Urgency.DUE_SOON: "soon",
    Urgency.IN_PROGRESS: "doing",
    Urgency.NOT_STARTED: "none",
    Urgency.PAUSED: "paused",
}
"""Urgency → kind of the state macro."""

WAITING: dict[Urgency, Any] = {
    Urgency.IN_PROGRESS: _l("Đang học"),
    Urgency.NOT_STARTED: _l("Chưa bắt đầu"),
    Urgency.PAUSED: _l("Tạm dừng"),
}
"""Urgency → its words where no number of days belongs to them."""

CATEGORIES: dict[str, Any] = {
    "can_bo": _l("Cán bộ"),
    "cong_chuc": _l("Công chức"),
    "vien_chuc": _l("Viên chức"),
    "nguoi_lao_dong": _l("Người lao động"),
    "cong_dong": _l("Tổ công nghệ số cộng đồng"),
}

SOURCES: dict[str, Any] = {
    "online": _l("học trực tuyến"),
    "class": _l("lớp trực tiếp"),
    "recognised": _l("công nhận kết quả"),
}


def standing_words(standing: Standing) -> str:
    """Quá hạn 4 ngày · Hết hiệu lực 4 ngày · Còn 6 ngày · Đang học · Chưa bắt đầu · Tạm dừng."""
    if standing.urgency is Urgency.OVERDUE:
        return _("Quá hạn %(n)s ngày", n=-standing.days)
    if standing.urgency is Urgency.EXPIRED:
        return _("Hết hiệu lực %(n)s ngày", n=-standing.days)
    if standing.urgency is Urgency.DUE_SOON:
        return _("Hạn hôm nay") if standing.days <= 0 else _("Còn %(n)s ngày", n=standing.days)
    return str(WAITING[standing.urgency])


def greeting(today: date, open_duties: int, minutes: int, overdue: list[int]) -> str:
    """The line under the heading: the day, what is left, how much of it is late (days for each overdue duty)."""
    parts = [f"{i18n.weekday(today)}, {vietnamese.short_day(today)}."]
    if not open_duties:
        return parts[0]
    if minutes:
        time = i18n.minutes(minutes)
        parts.append(_("Anh/chị còn %(n)s việc học, khoảng %(time)s.", n=open_duties, time=time))
    else:
        parts.append(_("Anh/chị còn %(n)s việc học.", n=open_duties))
    if len(overdue) == 1:
        parts.append(_("Một việc đã quá hạn %(n)s ngày.", n=overdue[0]))
    elif overdue:
        parts.append(_("%(count)s việc đã quá hạn, lâu nhất %(n)s ngày.", count=len(overdue), n=max(overdue)))
    return " ".join(parts)


PARTS = {
    Part.RECORD: _l("hồ sơ nhân sự, vị trí công tác"),
    Part.DUTIES: _l("các nghĩa vụ học"),
    Part.REASONS: _l("lý do phải học một yêu cầu"),
    Part.DISPUTE: _l("một phản ánh về kết quả học"),
    Part.NUMBER: _l("số định danh đầy đủ"),
}
"""Part of a record → what somebody saw."""
