"""Vietnamese words of jobs: one for each state, a sentence for each refusal and event, schedules as people say them."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from lms.platform.jobs.models import Job
from lms.platform.jobs.registry import KINDS
from lms.platform.jobs.rules import Refusal, Schedule, State


def _(sentence: str, **values: Any) -> str:
    return str(gettext(sentence, **values))


EVENTS: dict[str, str] = {
    "platform:job:retried": "Cho chạy lại việc nền số {job}: {title}.",
    "platform:job:cancelled": "Bỏ việc nền số {job}: {title}.",
    "platform:job:died": "Việc nền số {job} không làm được sau nhiều lần thử: {title}. Lỗi: {error}.",
}
"""Event key → sentence with the event's facts as {names}."""

STATES: dict[State, Any] = {
    State.WAITING: _l("Đang chờ"),
    State.LATER: _l("Chờ đến giờ"),
    State.RETRYING: _l("Chờ thử lại"),
    State.RUNNING: _l("Đang chạy"),
    State.LOST: _l("Mất liên lạc, sẽ được làm tiếp"),
    State.DONE: _l("Đã xong"),
    State.CANCELLED: _l("Đã bỏ"),
    State.DEAD: _l("Không làm được"),
}
STATE_LOOKS = {
    State.WAITING: "none",
    State.LATER: "none",
    State.RETRYING: "soon",
    State.RUNNING: "doing",
    State.LOST: "soon",
    State.DONE: "done",
    State.CANCELLED: "ended",
    State.DEAD: "late",
}

REFUSALS: dict[Refusal, Any] = {
    Refusal.IS_DONE: _l("Việc này đã xong nên không chạy lại hay bỏ được nữa."),
    Refusal.IS_CANCELLED: _l("Việc này đã được bỏ từ trước."),
    Refusal.IS_AT_WORK: _l("Việc này đang chờ hoặc đang chạy, không cần chạy lại."),
    Refusal.HAS_SUCCESSOR: _l("Một việc khác cùng loại đang chờ hoặc đang chạy; hãy đợi việc ấy xong."),
}

WEEKDAYS = (_l("thứ Hai"), _l("thứ Ba"), _l("thứ Tư"), _l("thứ Năm"), _l("thứ Sáu"), _l("thứ Bảy"), _l("Chủ nhật"))


def title_of(job: Job) -> str:
    """What a job is called: by whoever asked, else by its kind."""
    return job.title or kind_name(job.kind)


def kind_name(name: str) -> str:
    """The Vietnamese name of a kind; a newer program's kind keeps its own."""
    return str(KINDS[name].label) if name in KINDS else name


def schedule_words(schedule: Schedule) -> str:
    """When a periodic job comes up."""
    hours, minutes = divmod(int(schedule.offset.total_seconds()) // 60, 60)
    days, hours = divmod(hours, 24)
    at = f"{hours:02d}:{minutes:02d}"
    if schedule.period >= timedelta(days=7):
        return _("%(at)s %(weekday)s hằng tuần", at=at, weekday=WEEKDAYS[days])
    if schedule.period >= timedelta(days=1):
        return _("%(at)s hằng ngày", at=at)
    if schedule.period >= timedelta(hours=1):
        return _("phút %(minute)s mỗi giờ", minute=f"{minutes:02d}")
    return _("mỗi %(time)s, khi cần", time=span_words(schedule.period))


def span_words(span: timedelta) -> str:
    """A length of time in at most two units: “1 phút 12 giây”, “3 giờ 5 phút”, “2 ngày”."""
    seconds = max(0, round(span.total_seconds()))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days:
        return _("%(n)s ngày %(h)s giờ", n=days, h=hours) if hours else _("%(n)s ngày", n=days)
    if hours:
        return _("%(n)s giờ %(m)s phút", n=hours, m=minutes) if minutes else _("%(n)s giờ", n=hours)
    if minutes:
        return _("%(n)s phút %(s)s giây", n=minutes, s=seconds) if seconds else _("%(n)s phút", n=minutes)
    return _("%(n)s giây", n=seconds)


def since_words(moment: datetime, now: datetime) -> str:
    """How long ago."""
    if now - moment < timedelta(seconds=1):
        return _("vừa xong")
    return _("%(span)s trước", span=span_words(now - moment))
