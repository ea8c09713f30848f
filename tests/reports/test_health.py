"""The page of the system: every verdict, the queue, and the way to put things right."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lms.notifications.models import Letter
from lms.notifications.queries import Outbox
from lms.plan.periods.queries import Verified
from lms.platform.jobs.models import Job, Worker
from lms.platform.jobs.queries import Counts
from lms.platform.version import version
from lms.reports import health
from lms.reports.queries.health import Space
from tests.conftest import NOW
from tests.factories import add

CALM = Counts(waiting=0, later=0, retrying=0, running=0, lost=0, oldest=None)


def put(**more) -> Job:
    values = {"kind": "platform:clean", "payload": {}, "asked_name": "Hệ thống", "asked_at": NOW, "run_after": NOW}
    return add(Job(**(values | more)))


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        (CALM, ("done", "Tốt", "0 việc chờ, 0 việc đang chạy")),
        (replace(CALM, waiting=3, oldest=NOW - timedelta(minutes=9)), ("done", "Tốt", "3 việc chờ, 0 việc đang chạy")),
        (
            replace(CALM, waiting=1, oldest=NOW - timedelta(minutes=11)),
            ("soon", "Chậm", "1 việc chờ, 0 việc đang chạy"),
        ),
        (
            replace(CALM, later=1, retrying=2, lost=3, dead=4),
            (
                "late", "Có lỗi",
                "0 việc chờ, 0 việc đang chạy, 1 việc hẹn giờ, 2 việc chờ thử lại, 3 việc mất liên lạc, "
                "4 việc không làm được",
            ),
        ),
    ],
    ids=["calm", "busy", "slow", "dead"],
)  # fmt: skip
def test_the_queue_gets_its_verdict(session, counts, verdict):
    check = health.queue_check(counts, NOW)
    assert (check.look, check.word, check.detail) == verdict
    assert bool(check.remedy) is check.is_trouble


@pytest.mark.parametrize(
    ("host", "outbox", "verdict"),
    [
        ("", Outbox(0, None, 0, 0, ""), ("none", "Chưa cấu hình")),
        ("", Outbox(4, NOW, 0, 0, ""), ("soon", "Chưa cấu hình")),
        ("thu.example", Outbox(4, NOW, 0, 0, ""), ("done", "Tốt")),
        ("thu.example", Outbox(4, NOW, 1, 0, "refused"), ("soon", "Chưa gửi được")),
        ("thu.example", Outbox(4, NOW, 1, 38, "no such user"), ("late", "Có lỗi")),
    ],
    ids=["none", "waiting-in-vain", "well", "retrying", "given-up"],
)
def test_mail_gets_its_verdict(app, session, host, outbox, verdict):
    check = health.mail_check(replace(app.config["LMS"], mail_host=host), outbox, NOW)
    assert (check.look, check.word) == verdict


@pytest.mark.parametrize(("free", "word"), [(50, "Tốt"), (9, "Còn ít"), (2, "Sắp đầy")], ids=["room", "tight", "full"])
def test_the_disk_gets_its_verdict(session, free, word):
    assert health.disk_check(Space(100 * 2**30, free * 2**30)).word == word


def test_workers_get_their_verdict(session):
    assert health.workers_check([], NOW).word == "Không chạy"
    same = Worker(name="a:1:x", started_at=NOW, seen_at=NOW - timedelta(seconds=5), version=version())
    assert health.workers_check([same], NOW).detail == "1 tiến trình, tin gần nhất 5 giây trước"
    other = Worker(name="b:1:x", started_at=NOW, seen_at=NOW, version="0000000 01/01/2020")
    assert health.workers_check([same, other], NOW).word == "Khác phiên bản"


def test_sizes_are_read_like_a_directory():
    assert [health.size_words(size) for size in (0, 999, 1536, 90_408_000_000)] == ["0 B", "999 B", "1,5 KB", "84,2 GB"]


def test_an_empty_installation_says_what_is_missing(browse, cast):
    shown = browse.as_(cast.giang).get("reports.system")
    assert "Có 2 mục cần xử lý: Tiến trình nền (Không chạy), Đối chiếu độc lập (Quá lâu)." in shown.text
    assert "flask --app wsgi worker" in shown.text
    assert ["Gửi thư đang chờ", "mỗi 10 giây, khi cần", "Chưa chạy", "–", "08:00 24/11/2026"] in shown.table(1)
    assert ["Đối chiếu độc lập mọi số liệu", "02:15 hằng ngày", "Chưa chạy", "–", "02:15 25/11/2026"] in shown.table(1)


def test_the_page_shows_what_runs_what_failed_and_a_way_to_put_it_right(browse, cast):
    add(Worker(name="may:1:abc", started_at=NOW, seen_at=NOW, version=version()))
    put(
        title="Cấp giấy đợt tháng 11", started_at=NOW - timedelta(minutes=6), leased_until=NOW + timedelta(minutes=1),
        heard_at=NOW - timedelta(seconds=4), lease="may:1:abc#1", done=1866, total=3010,
    )  # fmt: skip
    dead = put(title="Sắp xếp đợt 01/07/2025", dead_at=NOW, error="OSError: No space left on device")
    put(run_after=NOW + timedelta(minutes=4), error="OperationalError", attempts=2)
    put(title="Xong rồi", done_at=NOW, asked_by=cast.binh.id, asked_name="Trần Văn Bình")
    put(run_after=NOW - timedelta(seconds=72))
    add(Letter(recipient="a@example.vn", subject="Thư", body="…", written_at=NOW, next_try_at=NOW))
    browser = browse.as_(cast.giang)
    shown = browser.get("reports.system")
    assert "lâu nhất 1 phút 12 giây" in shown.text
    assert "tin gần nhất 4 giây trước" in shown.text
    assert "1.866 trên 3.010, còn khoảng 3 phút 61%" in shown.text
    assert "Xong lúc 08:00 24/11/2026, Trần Văn Bình yêu cầu." in shown.text
    assert [row[:3] for row in shown.table(1)] == [
        ["Sắp xếp đợt 01/07/2025", "Không làm được", "OSError: No space left on device"],
        ["Dọn các việc nền đã xong từ lâu", "Chờ thử lại", "OperationalError"],
    ]
    assert "1 thư chờ gửi" in shown.text
    form = shown.soup.select_one(f"#retry-{dead.id}").find_parent("form")
    again = browser.post(form["action"], data={"ve": form.select_one("[name=ve]")["value"]})
    shown = browser.follow(again)
    assert shown.heading == "Tình trạng hệ thống"
    assert "Đã cho chạy lại: Sắp xếp đợt 01/07/2025." in shown.text
    assert len(shown.table(1)) == 1


@pytest.mark.parametrize(
    ("verified", "verdict"),
    [
        (Verified(0, 0, "", None), ("none", "Chưa có kỳ nào", "chưa chốt kỳ số liệu nào")),
        (Verified(2, 0, "", NOW), ("done", "Nguyên vẹn", "2 kỳ, kiểm tra lúc 08:00 24/11/2026")),
        (Verified(2, 0, "", NOW - timedelta(days=2)), ("soon", "Chưa kiểm tra", "2 kỳ")),
        (Verified(3, 1, "KH-1.2026", NOW), ("late", "Không nguyên vẹn", "1 trong 3 kỳ không nguyên vẹn, có KH-1.2026")),
    ],
)
def test_closed_periods_get_their_verdict(session, verified, verdict):
    check = health.periods_check(verified, NOW)
    assert (check.look, check.word, check.detail) == verdict
    assert bool(check.remedy) is check.is_trouble
