"""The page of a job in each of its states, and its buttons."""

from datetime import timedelta

import pytest

from lms.platform.jobs import rules
from lms.platform.jobs.models import Job
from tests.conftest import NOW
from tests.factories import add


@pytest.fixture
def make(cast):
    """A job that Bình asked for, in whatever state its moments say."""

    def made(**more) -> Job:
        values = {
            "kind": "platform:clean", "title": "Sắp xếp đợt 01/07/2025", "payload": {}, "asked_by": cast.binh.id,
            "asked_name": "Trần Văn Bình", "asked_at": NOW, "run_after": NOW, "back": "/bao-cao",
        }  # fmt: skip
        return add(Job(**(values | more)))

    return made


RUNNING = {"lease": "may:1#1", "leased_until": NOW + timedelta(minutes=1), "heard_at": NOW, "attempts": 1}


def test_a_running_job_shows_how_far_it_is_and_renews_itself(browse, cast, make):
    job = make(**RUNNING, started_at=NOW - timedelta(minutes=10), done=1866, total=3010, word="Đang cấp giấy")
    shown = browse.as_(cast.binh).get("jobs.show", job_id=job.id)
    assert shown.heading == "Sắp xếp đợt 01/07/2025"
    assert "Đang chạy Đang cấp giấy" in shown.text
    assert "1.866 trên 3.010, còn khoảng 6 phút 61%" in shown.text
    assert shown.soup.select_one("progress")["value"] == "61"
    assert shown.soup.select_one("noscript meta[http-equiv=refresh]")
    assert shown.soup.select_one("[hx-trigger]")["hx-get"] == f"/viec/{job.id}/tien-do"
    assert "may:1" not in shown.text
    assert "may:1" in browse.as_(cast.giang).get("jobs.show", job_id=job.id).text


def test_nobody_knows_how_much_there_is(browse, cast, make):
    shown = browse.as_(cast.binh).get("jobs.show", job_id=make(**RUNNING, started_at=NOW, done=40).id)
    assert "Đã làm 40" in shown.text
    assert not shown.soup.select_one("progress").has_attr("value")


def test_a_job_that_is_done_stops_renewing_and_leads_to_its_result(browse, cast, make):
    job = make(done_at=NOW, started_at=NOW, done=7, total=7)
    shown = browse.as_(cast.binh).get("jobs.show", job_id=job.id)
    assert "Xong lúc 08:00 24/11/2026." in shown.text
    assert shown.links()["Xem kết quả"] == "/bao-cao"
    assert not shown.soup.select("[hx-trigger], meta[http-equiv=refresh]")
    assert "Chạy lại" not in shown.text
    assert not browse.as_(cast.binh).get("jobs.progress", job_id=job.id).soup.select("[hx-trigger]")


@pytest.mark.parametrize(
    ("moments", "said"),
    [
        ({}, "Việc đã được ghi vào hàng đợi"),
        ({"run_after": NOW + timedelta(hours=2)}, "Việc sẽ chạy lúc 10:00 24/11/2026."),
        (
            {"run_after": NOW + timedelta(minutes=4), "error": "OSError", "attempts": 3},
            "sẽ tự thử lại lúc 08:04 24/11/2026 (đã thử 3/5 lần)",
        ),
        (RUNNING | {"leased_until": NOW}, "Tiến trình khác sẽ làm tiếp từ phần đã lưu gần nhất"),
        ({"cancelled_at": NOW}, "Đã bỏ lúc 08:00 24/11/2026."),
        ({"dead_at": NOW, "error": "OSError"}, "Việc này không làm được nên đã dừng lúc 08:00 24/11/2026."),
    ],
    ids=["waiting", "later", "retrying", "lost", "cancelled", "dead"],
)
def test_every_state_says_what_goes_on_and_what_to_do(browse, cast, make, moments, said):
    for who in (cast.binh, cast.giang):
        assert said in browse.as_(who).get("jobs.show", job_id=make(**moments).id).text


def test_who_asked_runs_it_again_or_gives_it_up(browse, cast, make, audited):
    job = make(dead_at=NOW, error="OSError", attempts=5)
    page = browse.as_(cast.binh).get("jobs.show", job_id=job.id)
    assert "báo quản trị hệ thống kèm số việc" in page.text
    answer = browse.as_(cast.binh)
    shown = answer.follow(answer.post("jobs.retry", job_id=job.id))
    assert "Đã cho chạy lại: Sắp xếp đợt 01/07/2025." in shown.text
    shown = answer.follow(answer.post("jobs.retry", job_id=job.id))
    assert "Việc này đang chờ hoặc đang chạy, không cần chạy lại." in shown.text
    shown = answer.follow(answer.post("jobs.cancel", job_id=job.id))
    assert "Đã bỏ: Sắp xếp đợt 01/07/2025." in shown.text
    shown = answer.follow(answer.post("jobs.cancel", job_id=job.id))
    assert "Việc này đã được bỏ từ trước." in shown.text
    assert audited() == ["platform:job:retried", "platform:job:cancelled"]


def test_a_running_job_is_asked_to_stop(browse, cast, make):
    job = make(**RUNNING, started_at=NOW)
    answer = browse.as_(cast.giang)
    shown = answer.follow(answer.post("jobs.cancel", job_id=job.id))
    assert "Phần đang làm dở được làm nốt rồi mới dừng." in shown.text
    assert not shown.soup.select(f"#cancel-{job.id}")
    assert rules.state_of(job, NOW) is rules.State.RUNNING


def test_buttons_lead_back_to_where_they_were_pressed(browse, cast, make):
    job = make(dead_at=NOW)
    assert browse.as_(cast.giang).post("jobs.retry", data={"ve": "/he-thong"}, job_id=job.id).location == "/he-thong"
    job = make(dead_at=NOW)
    assert browse.as_(cast.giang).post("jobs.retry", data={"ve": "//example.com"}, job_id=job.id).location == (
        f"/viec/{job.id}"
    )
