"""Vietnamese words of head counts."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.plan.headcounts.models import HeadCount
from lms.plan.headcounts.service import HeadCountRefusal
from lms.platform import vietnamese

REFUSALS: dict[Any, Any] = {
    HeadCountRefusal.CHANGED_MEANWHILE: _l("Nhân sự vừa thay đổi nên quân số không còn như lúc xem. Hãy xem lại."),
    HeadCountRefusal.NOBODY: _l("Ngày này đơn vị chưa có ai, nên chưa có gì để xác nhận. Hãy nạp danh sách trước."),
    HeadCountRefusal.IN_THE_FUTURE: _l("Ngày này chưa đến. Hãy chọn hôm nay hoặc một ngày đã qua."),
}

WHAT = {"came": _l("mới vào"), "left": _l("đã rời"), "changed": _l("đổi loại nhân sự")}


def said(count: HeadCount | None) -> str:
    """What a file says of the head count, without its full stop; files are Vietnamese whatever the visitor reads."""
    if count is None:
        return "Quân số chưa được đơn vị xác nhận"
    return (
        f"Quân số đã xác nhận ngày {vietnamese.short_day(count.on_day)}: "
        f"{vietnamese.number(count.total, 0)} người ({count.confirmer})"
    )


def words(count: HeadCount | None) -> str:
    """The same on a page."""
    if count is None:
        return _("Quân số chưa được đơn vị xác nhận.")
    return _(
        "Quân số đã xác nhận ngày %(day)s: %(n)s người (%(who)s).",
        day=vietnamese.short_day(count.on_day),
        n=vietnamese.number(count.total, 0),
        who=count.confirmer,
    )
