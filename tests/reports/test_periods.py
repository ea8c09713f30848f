"""Pages and files of closed periods."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.organisation.models import Person, UnitName
from lms.plan.models import Requirement
from lms.plan.periods import jobs, service
from lms.plan.periods.models import ClosedDuty, ClosedPeriod, PeriodErratum
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.jobs.models import Job
from lms.reports.periods import files
from lms.reports.periods.closed import Shown, side_by_side
from tests.plan.closing import closed_and_changed, complete, corrected, later, prepare, waive

FORM = {"ke_hoach": "KH-THU", "ngay": "30/09/2026", "ten": "Quý III/2026"}


@pytest.fixture
def city(cast):
    prepare(cast)
    complete(cast.binh.person_id, date(2026, 9, 1))
    return cast


def test_a_period_is_closed_from_its_page_and_shown(browse, city):
    giang = browse.as_(city.giang)
    page = giang.post("periods.close", 302, data={**FORM, "don_vi": str(city.city.id)})
    [period] = db.session.scalars(sa.select(ClosedPeriod))
    assert page.location.endswith(f"/chot-so-lieu/{period.id}")
    assert (period.closer, period.is_whole) == ("Vũ Trường Giang", True)
    shown = giang.get("periods.show", period_id=period.id)
    assert shown.heading == "Quý III/2026"
    assert "Đã chốt Quý III/2026: 6 lượt của 6 người." in shown.text
    assert period.digest in shown.text
    again = browse.as_(city.giang).post("periods.close", 422, data={**FORM, "don_vi": str(city.city.id)})
    assert again.errors == ["Kế hoạch này đã chốt số liệu của ngày và đơn vị này rồi."]


def test_an_hr_office_closes_its_own_unit_and_no_other(browse, city):
    done = browse.as_(city.binh).post("periods.close", 302, data={**FORM, "don_vi": str(city.district.id)})
    assert done.status in (302, 303)
    refused = browse.as_(city.binh).post("periods.close", 422, data={**FORM, "don_vi": str(city.city.id)})
    assert refused.errors == ["Hãy chọn một đơn vị mà anh/chị được chốt số liệu."]
    assert db.session.scalars(sa.select(ClosedPeriod.code)).all() == ["KH-THU.2026-09-30.c1"]


def test_many_duties_are_closed_by_a_worker(browse, city, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_AT_ONCE", 2)
    page = browse.as_(city.giang).post("periods.close", 302, data={**FORM, "don_vi": str(city.city.id)})
    [job] = db.session.scalars(sa.select(Job).where(Job.kind == jobs.CLOSE))
    assert page.location.endswith(f"/viec/{job.id}")
    assert job.payload == {
        "plan": "KH-THU", "as_of": "2026-09-30", "name": "Quý III/2026", "unit_id": city.city.id,
    }  # fmt: skip
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ClosedPeriod)) == 0


def test_an_erratum_of_many_lines_is_issued_by_a_worker(browse, cast, monkeypatch):
    period = closed_and_changed(cast)
    monkeypatch.setattr(jobs, "MOST_LINES_AT_ONCE", 0)
    sent = {"tat_ca": "y", "ly_do": "Ghi nhận muộn"}
    page = browse.as_(cast.giang).post("periods.correct", period_id=period.id, data=sent)
    [job] = db.session.scalars(sa.select(Job).where(Job.kind == jobs.CORRECT))
    assert page.location.endswith(f"/viec/{job.id}")
    assert job.payload["compared_at"] == jobs.comparison_of(period)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PeriodErratum)) == 0


def test_published_and_known_now_stand_side_by_side(browse, cast):
    period = closed_and_changed(cast)
    page = browse.as_(cast.dung).get("periods.show", period_id=period.id)
    rows = {row[0]: row[1:] for row in page.table()}
    assert rows["Phường Ba Đình"] == ["2", "1", "50,00", "2", "2", "100,00"]
    assert rows["Xã Sóc Sơn"] == ["1", "0", "0,00", "1", "0", "0,00"]
    assert "1 lượt nay khác với số liệu đã chốt" in page.text
    service.issue(period, reason="Sót", by=SYSTEM, now=clock.now())
    after = Shown(period)
    lines = side_by_side([after.report(stage) for stage in (0, 1, -1)])
    assert all(line.figures[1] == line.figures[2] for line in lines), "every difference was put right"


def test_a_unit_sees_its_own_part_only(browse, cast):
    period = closed_and_changed(cast)
    page = browse.as_(cast.chi).get("periods.show", period_id=period.id)
    assert "Phường Ba Đình" not in page.text
    assert [row[0] for row in page.table()] == ["Cơ quan xã Sóc Sơn"]
    listed = browse.as_(cast.chi).get("periods.differences", period_id=period.id)
    assert "Đặng Thị An" not in listed.text
    people = browse.as_(cast.chi).get("periods.people", period_id=period.id)
    assert [row[0].split(" Chuyên")[0] for row in people.table()] == ["Lê Thị Chi"]
    own = browse.as_(cast.binh).get("periods.differences", period_id=period.id)
    assert own.table()[0][0].startswith("Đặng Thị An")


def test_differences_are_told_person_by_person_and_put_right(browse, cast, audited):
    period = closed_and_changed(cast)
    page = browse.as_(cast.giang).get("periods.differences", period_id=period.id)
    [row] = page.table()
    assert row[1].startswith("Đặng Thị An 001")
    assert row[3:] == [
        "Chưa bắt đầu, hạn 31/12/2026", "Hoàn thành 15/09/2026",
        "Kết quả ghi nhận muộn: “Khóa thử nghiệm” hoàn thành ngày 15/09/2026, ghi nhận ngày 24/11/2026.",
    ]  # fmt: skip
    without = browse.as_(cast.giang).post("periods.correct", 422, data={}, period_id=period.id)
    assert without.errors == ["Hãy ghi lý do đính chính."]
    none = browse.as_(cast.giang).post("periods.correct", 422, data={"ly_do": "Sót"}, period_id=period.id)
    assert none.errors == ["Chưa chọn chỗ khác nhau nào để đính chính."]
    done = browse.as_(cast.giang).post(
        "periods.correct", 303, data={"ly_do": "Sót", "van_ban": "12/TB-SNV", "chon": ["1"]}, period_id=period.id
    )
    assert done.location.endswith(f"/chot-so-lieu/{period.id}/dinh-chinh/1")
    erratum = browse.as_(cast.dung).get("periods.erratum", period_id=period.id, number=1)
    assert erratum.heading == "Đính chính số 1: Quý III/2026"
    assert "12/TB-SNV" in erratum.text
    assert audited()[-1] == "plan:period:corrected"


def test_a_broken_seal_is_told_on_the_page(browse, cast):
    period = closed_and_changed(cast)
    db.session.execute(sa.update(ClosedDuty).where(ClosedDuty.number == 2).values(kind=2))
    browse.as_(cast.giang).post("periods.verify", 303, data={}, period_id=period.id)
    page = browse.as_(cast.dung).get("periods.show", period_id=period.id)
    assert "không còn nguyên vẹn: Danh sách nghĩa vụ học: dòng số 2 bị sửa" in page.text
    listed = browse.as_(cast.dung).get("periods.periods")
    assert "Không nguyên vẹn" in listed.text
    system = browse.as_(cast.giang).get("reports.system")
    assert "1 trong 1 kỳ không nguyên vẹn, có KH-THU.2026-09-30" in system.text


def test_comparing_from_the_page_says_what_was_found(browse, cast):
    period = closed_and_changed(cast)
    for _ in range(2):
        browse.as_(cast.giang).post("periods.compare", 303, data={}, period_id=period.id)
    page = browse.as_(cast.giang).get("periods.show", period_id=period.id)
    assert "Kết quả ghi nhận muộn: 1" in page.text


# Files ----------------------------------------------------------------------------------------------------------------


def written(period, stage=0):
    return {kind: files.WRITERS[kind](Shown(period), stage) for kind in files.KINDS}


def test_files_stay_the_same_whatever_happens_afterwards(cast, at_eight_in_the_morning, app: Flask):
    period = closed_and_changed(cast)
    with app.test_request_context():
        before = written(period)
        later(at_eight_in_the_morning, days=40)
        complete(cast.huy.person_id, date(2026, 9, 2))
        waive(cast.chi.person_id)
        db.session.execute(sa.update(UnitName).values(name="Tên khác"))
        db.session.execute(sa.update(Person).values(full_name="Người khác"))
        db.session.execute(sa.update(Requirement).values(title="Khác", short_title="Khác", target_percent=1))
        db.session.expire_all()
        assert written(db.session.get(ClosedPeriod, period.id)) == before


def test_figures_after_an_erratum_are_a_stage_of_their_own(cast, app):
    period = corrected(cast)
    with app.test_request_context():
        published, after = (json.loads(files.json_text(Shown(period), stage)) for stage in (0, 1))
    assert (published["total"]["completed"], after["total"]["completed"]) == (1, 2)
    assert published["sha256"] == after["sha256"] == period.digest
    assert (published["errata"], after["errata"][0]["reason"]) == ([], "Kết quả của An nộp muộn")


def test_the_files_are_what_their_names_say(browse, cast):
    period = corrected(cast)
    for kind, begins in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", "\ufeffTT;".encode()), ("json", b"{")):
        page = browse.as_(cast.dung).get("periods.export", period_id=period.id, kind=kind, dinh_chinh=1)
        assert page.response.data.startswith(begins)
        assert f"dinh-chinh-1.{kind}" in page.response.headers["Content-Disposition"]
    browse.as_(cast.dung).get("periods.export", 404, period_id=period.id, kind="csv", dinh_chinh=2)
    lines = browse.as_(cast.dung).get("periods.erratum_export", period_id=period.id, number=1, kind="csv")
    assert "Đặng Thị An;001•••" in lines.response.get_data(as_text=True)
    people = browse.as_(cast.dung).get("periods.people_export", period_id=period.id, kind="csv", so_lieu="hoan-thanh")
    assert "Trần Văn Bình" in people.response.get_data(as_text=True)


CLOSE = ("periods", "close", "--plan", "KH-THU", "--as-of", "2026-09-30", "--name", "Quý III/2026")
EXPORT = """
import sys, time
from datetime import UTC, datetime
from lms.app import create_app
from lms.platform import clock
moment = datetime.fromisoformat(sys.argv[1])
clock.set_source(lambda: moment)
app = create_app()
if sys.argv[2] == "warm":
    from lms.platform.documents import pdf
    with app.app_context():
        pdf.render("<html lang=vi><head><title>x</title></head><body><p>Khác <b>đi</b></p></body></html>")
runner = app.test_cli_runner()
for kind in ("pdf", "xlsx", "csv", "json", "basis"):
    asked = ["periods", "export", "KH-THU.2026-09-30", "--format", kind, "--out", f"{sys.argv[3]}.{kind}"]
    done = runner.invoke(args=asked)
    assert done.exit_code == 0, done.output
"""


def test_two_processes_at_different_times_write_the_same_bytes(tmp_path):
    """On an installation of its own, so that other processes see what was closed."""
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "LMS_INSTANCE")}
    env |= {"LMS_INSTANCE": str(tmp_path / "instance"), "SECRET_KEY": "test"}
    root = Path(__file__).parents[2]

    def python(*words: str) -> str:
        done = subprocess.run([sys.executable, *words], cwd=root, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    python("-m", "flask", "--app", "wsgi", "db", "upgrade")
    python("-c", SETTING)
    python("-m", "flask", "--app", "wsgi", *CLOSE)
    python("-c", EXPORT, "2026-12-01T08:00:00+00:00", "cold", str(tmp_path / "mot"))
    python("-c", EXPORT, "2031-05-17T21:30:00+00:00", "warm", str(tmp_path / "hai"))
    for kind in ("pdf", "xlsx", "csv", "json", "basis"):
        one, two = (tmp_path / f"{name}.{kind}" for name in ("mot", "hai"))
        assert one.read_bytes() == two.read_bytes(), kind
    told = python("-m", "flask", "--app", "wsgi", "periods", "list")
    assert hashlib.sha256((tmp_path / "mot.basis").read_bytes()).hexdigest() in told


SETTING = """
from datetime import date
from lms.app import create_app
from lms.platform.db import transaction
from tests.factories import make_cast
from tests.plan.closing import complete, prepare

with create_app().app_context(), transaction():
    cast = make_cast()
    prepare(cast)
    complete(cast.an.person_id, date(2026, 8, 1))
"""
