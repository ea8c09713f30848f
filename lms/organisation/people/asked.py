"""The filters of a list of people, as an address says them."""

from datetime import date
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from lms.organisation.queries import Presence, Wanted
from lms.platform import clock, vietnamese
from lms.platform.forms import row_id

FIELDS = ("tim", "loai", "nhom", "trang_thai", "don_vi", "ngay")
"""The names of the filters, in an address and in forms that carry it on."""


def day_asked() -> tuple[date, str]:
    """The day in ?ngay=, today without one; and what to say when it could not be read."""
    said = request.values.get("ngay", "").strip()
    if not said:
        return clock.today(), ""
    try:
        return vietnamese.parse_day(said), ""
    except ValueError:
        return clock.today(), _("Ngày “%(said)s” chưa đúng dạng ngày/tháng/năm, nên đang hiện hôm nay.", said=said[:20])


def wanted() -> tuple[Wanted, str]:
    """Whom the address asks for; and what to say when its day could not be read."""
    day, complaint = day_asked()
    presence = request.values.get("trang_thai", "")
    return (
        Wanted(
            day=day,
            unit_id=request.values.get("don_vi", type=row_id),
            category=request.values.get("loai", "")[:24],
            position=request.values.get("nhom", "")[:40],
            presence=Presence(presence) if presence in set(Presence) else Presence.POSTED,
            words=vietnamese.nfc(request.values.get("tim", ""))[:80],
        ),
        complaint,
    )


def carried() -> dict[str, str]:
    """The filters that the address sets, to be set again by another address."""
    return {name: request.values[name] for name in FIELDS if request.values.get(name)}


def address() -> str:
    """The list of people with the same filters."""
    filters: dict[str, Any] = carried()
    return url_for("organisation.people", **filters)
