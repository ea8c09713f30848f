"""What the page of the system tells: each thing that was checked, its verdict, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext as _

from lms.notifications import queries as notifications
from lms.notifications.queries import Outbox
from lms.plan import queries as plan
from lms.plan.periods import queries as periods
from lms.plan.periods.queries import Verified
from lms.plan.queries import Proof
from lms.platform.config import Config
from lms.platform.jobs import labels as job_labels
from lms.platform.jobs import queries as jobs
from lms.platform.jobs.models import Worker
from lms.platform.jobs.queries import Counts
from lms.platform.jobs.registry import KINDS
from lms.platform.jobs.views import Shown
from lms.platform.version import version
from lms.platform.vietnamese import number, percent, short_moment
from lms.reports.queries import health as reading
from lms.reports.queries.health import Space

STALE = timedelta(hours=36)
"""The nightly check has been missed when the last clean one is older."""
SLOW = timedelta(minutes=10)
"""The queue is too long when a job has waited for so long."""
TIGHT, FULL = 0.10, 0.03
"""Shares of the disk that are still free when somebody must think of it, and when it is urgent."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Check:
    """One thing that was checked. Looks are those of the state macro."""

    anchor: str
    name: str
    look: str
    word: str
    detail: str
    remedy: str = ""
    """What to do, if something is to be done."""

    @property
    def is_trouble(self) -> bool:
        """Whether somebody has to look after it."""
        return self.look in ("late", "soon")


@dataclass(frozen=True)
class Periodic:
    """A kind of job that comes up by the clock."""

    name: str
    schedule: str
    last: Shown | None
    next_at: datetime


@dataclass(frozen=True)
class Health:
    """Everything on the page."""

    now: datetime
    version: str
    checks: list[Check]
    counts: Counts
    oldest: str
    """How long the oldest job has waited, in words."""
    proof: Proof
    running: list[Shown]
    troubled: list[Shown]
    lately: list[Shown]
    periodic: list[Periodic]

    @property
    def troubles(self) -> list[Check]:
        """What somebody has to look after, the worst first."""
        return sorted((check for check in self.checks if check.is_trouble), key=lambda check: check.look != "late")


def look(now: datetime) -> Health:
    """Check everything once."""
    config: Config = current_app.config["LMS"]
    counts, proof = jobs.counts(now), plan.proof()
    checks = [
        workers_check(jobs.workers_seen(now - jobs.QUIET), now),
        queue_check(counts, now),
        proof_check(proof, now),
        periods_check(periods.verification(), now),
        mail_check(config, notifications.outbox(now - DAY), now),
        Check(
            "co-so-du-lieu", _("Cơ sở dữ liệu"), "done", _("Tốt"),
            f"{'SQLite' if config.on_sqlite else 'PostgreSQL'}, {size_words(reading.database_bytes())}",
        ),
        disk_check(reading.space(config.instance)),
    ]  # fmt: skip
    last = jobs.last_of_each(KINDS)
    return Health(
        now=now,
        version=version(),
        checks=checks,
        counts=counts,
        oldest=job_labels.span_words(now - counts.oldest) if counts.oldest else "",
        proof=proof,
        running=[Shown(job, now) for job in jobs.at_work()],
        troubled=[Shown(job, now) for job in jobs.in_trouble(now)],
        lately=[Shown(job, now) for job in jobs.lately_done(now - DAY)],
        periodic=[
            Periodic(
                str(kind.label),
                job_labels.schedule_words(kind.schedule),
                Shown(last[kind.name], now) if kind.name in last else None,
                kind.schedule.next(now),
            )
            for kind in sorted(KINDS.values(), key=lambda kind: kind.name)
            if kind.schedule is not None
        ],
    )


def workers_check(workers: Sequence[Worker], now: datetime) -> Check:
    """Whether anybody works on the queue, and with the program that this page runs."""
    name, anchor = _("Tiến trình nền"), "tien-trinh"
    if not workers:
        return Check(
            anchor, name, "late", _("Không chạy"),
            _("Không có tiến trình nào báo tin trong %(span)s qua; việc nền và thư đang chờ.",
              span=job_labels.span_words(jobs.QUIET)),
            _("Trên máy chủ, chạy: flask --app wsgi worker"),
        )  # fmt: skip
    seen = max(worker.seen_at for worker in workers)
    detail = _("%(n)s tiến trình, tin gần nhất %(since)s", n=len(workers), since=job_labels.since_words(seen, now))
    others = sorted({worker.version for worker in workers} - {version()})
    if others:
        return Check(
            anchor, name, "soon", _("Khác phiên bản"), f"{detail}; {', '.join(others)}",
            _("Khởi động lại các tiến trình nền để chúng dùng phiên bản đang phục vụ."),
        )  # fmt: skip
    return Check(anchor, name, "done", _("Tốt"), detail)


def queue_check(counts: Counts, now: datetime) -> Check:
    """Whether jobs get their turn and end well."""
    name, anchor = _("Hàng đợi việc nền"), "hang-doi"
    parts = [_("%(n)s việc chờ", n=number(counts.waiting, 0)), _("%(n)s việc đang chạy", n=number(counts.running, 0))]
    if counts.later:
        parts.append(_("%(n)s việc hẹn giờ", n=number(counts.later, 0)))
    if counts.retrying:
        parts.append(_("%(n)s việc chờ thử lại", n=number(counts.retrying, 0)))
    if counts.lost:
        parts.append(_("%(n)s việc mất liên lạc", n=number(counts.lost, 0)))
    if counts.dead:
        parts.append(_("%(n)s việc không làm được", n=number(counts.dead, 0)))
    detail = ", ".join(parts)
    if counts.dead:
        remedy = _("Xem các việc không làm được bên dưới: chạy lại hoặc bỏ.")
        return Check(anchor, name, "late", _("Có lỗi"), detail, remedy)
    if counts.oldest is not None and now - counts.oldest > SLOW:
        remedy = _("Chạy thêm tiến trình nền, hoặc đợi việc dài đang chạy xong.")
        return Check(anchor, name, "soon", _("Chậm"), detail, remedy)
    return Check(anchor, name, "done", _("Tốt"), detail)


def proof_check(proof: Proof, now: datetime) -> Check:
    """Whether the figures are proven."""
    name, anchor = _("Đối chiếu độc lập"), "doi-chieu"
    clean = proof.clean
    last = (
        _("Sạch lần cuối lúc %(at)s, %(n)s người", at=short_moment(clean.started_at), n=number(clean.people, 0))
        if clean
        else _("chưa có lần nào sạch")
    )
    if proof.dirty is not None:
        detail = _("%(n)s chỗ lệch; %(last)s", n=number(proof.dirty.differences, 0), last=last)
        return Check(anchor, name, "late", _("Có lệch"), detail, _("Tính lại từ dữ liệu gốc rồi đối chiếu lần nữa."))
    if clean is None or now - clean.started_at > STALE:
        remedy = _("Xem lần chạy gần nhất ở bảng “Việc theo lịch”.")
        return Check(anchor, name, "soon", _("Quá lâu"), last, remedy)
    return Check(anchor, name, "done", _("Sạch"), last)


def periods_check(verified: Verified, now: datetime) -> Check:
    """Whether what was closed is still what was sealed."""
    name, anchor = _("Số liệu đã chốt"), "so-lieu-da-chot"
    if not verified.periods:
        return Check(anchor, name, "none", _("Chưa có kỳ nào"), _("chưa chốt kỳ số liệu nào"))
    detail = _("%(n)s kỳ", n=number(verified.periods, 0))
    if verified.broken:
        detail = _("%(n)s trong %(all)s kỳ không nguyên vẹn, có %(code)s", n=number(verified.broken, 0),
                   all=number(verified.periods, 0), code=verified.first)  # fmt: skip
        remedy = _("Xem dòng bị sửa ở trang Chốt số liệu; khôi phục từ bản sao lưu trước lúc bị sửa.")
        return Check(anchor, name, "late", _("Không nguyên vẹn"), detail, remedy)
    if verified.oldest is None or now - verified.oldest > STALE:
        remedy = _("Xem lần chạy gần nhất ở bảng “Việc theo lịch”.")
        return Check(anchor, name, "soon", _("Chưa kiểm tra"), detail, remedy)
    return Check(anchor, name, "done", _("Nguyên vẹn"),
                 _("%(n)s, kiểm tra lúc %(at)s", n=detail, at=short_moment(verified.oldest)))  # fmt: skip


def mail_check(config: Config, outbox: Outbox, now: datetime) -> Check:
    """Whether letters leave."""
    name, anchor = _("Thư gửi đi"), "thu"
    waiting = _("%(n)s thư chờ gửi", n=number(outbox.waiting, 0))
    if not config.mail_host:
        remedy = _("Đặt MAIL_HOST để bật gửi thư.") if outbox.waiting else ""
        return Check(anchor, name, "soon" if outbox.waiting else "none", _("Chưa cấu hình"), waiting, remedy)
    if outbox.oldest is not None and outbox.waiting:
        waiting += _(", lâu nhất %(span)s", span=job_labels.span_words(now - outbox.oldest))
    if outbox.given_up:
        detail = _("%(n)s thư không gửi được trong 24 giờ; %(waiting)s", n=number(outbox.given_up, 0), waiting=waiting)
        remedy = _("Kiểm tra địa chỉ người nhận ở trang Tài khoản và máy chủ thư %(host)s.", host=config.mail_host)
        return Check(anchor, name, "late", _("Có lỗi"), detail, remedy)
    if outbox.retrying:
        detail = _("%(n)s thư gửi chưa được, đang thử lại; %(waiting)s", n=number(outbox.retrying, 0), waiting=waiting)
        remedy = _("Kiểm tra máy chủ thư %(host)s.", host=config.mail_host)
        return Check(anchor, name, "soon", _("Chưa gửi được"), detail, remedy)
    return Check(anchor, name, "done", _("Tốt"), waiting)


def disk_check(space: Space) -> Check:
    """Whether there is room for files and, on SQLite, the database."""
    name, anchor = _("Dung lượng đĩa"), "dia"
    share = space.free / space.total if space.total else 0.0
    detail = _(
        "còn trống %(free)s trên %(total)s (%(share)s)", free=size_words(space.free), total=size_words(space.total),
        share=percent(space.free, space.total),
    )  # fmt: skip
    remedy = _("Tăng dung lượng đĩa, hoặc chuyển bớt tệp khỏi thư mục dữ liệu.")
    if share < FULL:
        return Check(anchor, name, "late", _("Sắp đầy"), detail, remedy)
    if share < TIGHT:
        return Check(anchor, name, "soon", _("Còn ít"), detail, remedy)
    return Check(anchor, name, "done", _("Tốt"), detail)


def size_words(size: int) -> str:
    """Bytes as people read them: “84,2 GB”."""
    value, unit = float(size), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if value < 1024 or unit == "TB":
            break
        value /= 1024
    return f"{number(round(value, 1) if unit != 'B' else int(value))} {unit}"
