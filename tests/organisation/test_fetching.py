"""Rosters that wait in a folder."""

import os
import time
from datetime import date

import pytest
import sqlalchemy as sa

from lms.organisation import fetching, queries
from lms.organisation.fetching import State
from lms.organisation.models import RosterImport
from lms.platform import clock
from lms.platform.db import db
from tests.conftest import TODAY
from tests.factories import make_unit
from tests.organisation.rosters import as_csv, row


@pytest.fixture
def ward(session):
    return make_unit(code="00004", name="Phường Ba Đình")


@pytest.fixture
def put(tmp_path):
    """Put a file into the folder, long enough ago."""

    def put_(name, content, age=fetching.SETTLED + 1):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (time.time() - age,) * 2)
        return path

    return put_


@pytest.fixture
def fetch(tmp_path, monkeypatch):
    """Fetch; files are put before the tests' clock, which stands still."""
    monkeypatch.setattr(fetching, "_put_at", lambda path: clock.now())

    def fetch_(*, apply=False):
        return fetching.fetch(tmp_path, apply=apply, now=clock.now, today=TODAY)

    return fetch_


def imports():
    return db.session.scalar(sa.select(sa.func.count()).select_from(RosterImport))


@pytest.mark.parametrize("name", ["00004.csv", "00004_thang 11.csv", "00004/danh sach.csv"])
def test_a_file_named_for_its_unit_or_in_its_folder_is_proposed(ward, put, fetch, tmp_path, name):
    put(name, as_csv([row()]))
    (fetched,) = fetch()
    assert (fetched.state, fetched.file) == (State.PROPOSED, name)
    arrived = db.session.get(RosterImport, fetched.import_id)
    assert (arrived.unit_id, arrived.applied_at) == (ward.id, None)
    assert queries.staff_of(ward.id, TODAY) == []
    (note,) = (tmp_path / "done").glob("*.ghi-chu.txt")
    assert "chờ người xem và áp dụng" in note.read_text("utf-8")
    assert fetch() == []


def test_a_file_is_applied_where_the_office_wants_that_and_the_policy_does_not_stop_it(ward, put, fetch):
    put("00004.csv", as_csv([row(personal_id=f"0011920{n:05d}", full_name=f"Lê Văn A{n}") for n in range(20)]))
    assert [f.state for f in fetch(apply=True)] == [State.APPLIED]
    assert len(queries.staff_of(ward.id, TODAY)) == 20
    put("00004.csv", as_csv([row()]))
    assert [f.state for f in fetch(apply=True)] == [State.PROPOSED]
    assert len(queries.staff_of(ward.id, TODAY)) == 20


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("99999.csv", as_csv([row()]), "Không có đơn vị nào mang mã “99999”"),
        ("00004.csv", b"khong phai danh sach", "Không tìm thấy dòng tiêu đề"),
        ("00004.xlsx", b"PK khong phai", ""),
    ],
    ids=["unit", "content", "workbook"],
)
def test_what_cannot_be_read_is_put_with_the_failed_ones_beside_a_sentence(
    ward, put, fetch, tmp_path, name, content, says
):
    put(name, content)
    (fetched,) = fetch()
    assert fetched.state is State.FAILED
    assert says in fetched.said
    (note,) = (tmp_path / "failed").glob("*.ghi-chu.txt")
    assert note.read_text("utf-8").strip() == fetched.said
    assert imports() == 0


def test_who_was_killed_before_the_file_was_moved_does_not_do_it_twice(ward, put, fetch, monkeypatch):
    path = put("00004.csv", as_csv([row()]))

    class Killed(BaseException):
        pass

    def die(*_args):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(fetching, "_move_aside", die)
        with pytest.raises(Killed):
            fetch(apply=True)
    assert (path.exists(), imports()) == (True, 1)
    (fetched,) = fetch(apply=True)
    assert (fetched.state, imports(), path.exists()) == (State.APPLIED, 1, False)


def test_the_same_file_put_there_anew_is_looked_at_anew(ward, put, fetch, monkeypatch):
    put("00004.csv", as_csv([row()]))
    fetch()
    monkeypatch.setattr(fetching, "_put_at", lambda path: clock.now().replace(year=2027))
    put("00004.csv", as_csv([row()]))
    fetch()
    assert imports() == 2


def test_a_file_that_is_still_being_written_or_is_none_of_ours_is_left_alone(ward, put, fetch, tmp_path):
    put("00004.csv", as_csv([row()]), age=0)
    put("~$00004.xlsx", b"")
    put("ghi chu.docx", b"")
    assert fetch() == []
    assert fetching.fetch(tmp_path / "khong co", apply=False, now=clock.now, today=date(2026, 1, 1)) == []


def test_columns_that_nobody_understands_wait_for_somebody(ward, put, fetch):
    put("00004.csv", "Họ và tên;Phòng, ban;Mã lạ\nLê Văn A;Văn phòng;1\nLê Văn B;Văn phòng;2\n".encode())
    (fetched,) = fetch(apply=True)
    assert (fetched.state, "chọn cột" in fetched.said) == (State.PROPOSED, True)
