"""The reforms that the product brings with it, over people who were imported before them."""

from datetime import date

import pytest
import sqlalchemy as sa

from lms.organisation import queries, service
from lms.organisation.models import Posting, ReformChoice, Unit
from lms.organisation.reform.draft import UnreadableReform
from lms.organisation.reform.reading import read_choices
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.factories import make_person, make_posting, make_unit
from tests.organisation.rosters import CLEAN
from tests.organisation.test_reforms import EVE, apply, at


@pytest.fixture
def ba_dinh(session):
    """The 394 people of the district's sample roster, imported before the districts ended."""
    service.load_atlas(by=SYSTEM)
    unit = queries.unit_of("001")
    service.import_at_once(
        CLEAN.read_bytes(), file_name="ba-dinh.xlsx", unit=unit, on=date(2025, 6, 30), by=SYSTEM, now=clock.now()
    )
    return unit


def posted(day):
    return db.session.scalar(
        sa.select(sa.func.count(Posting.person_id.distinct())).where(
            Posting.superseded_at.is_(None), Posting.from_on <= day, Posting.to_on > day
        )
    )


def test_the_july_reform_runs_over_people_imported_before_it(ba_dinh):
    reform = queries.reform_of("2025-07-01")
    july = date(2025, 7, 1)
    assert (posted(date(2025, 6, 30)), posted(july)) == (394, 0)
    seen = service.rehearse_on_record(reform, now=clock.now())
    assert (seen.people, len(seen.undecided)) == (394, 394)
    assert posted(july) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ReformChoice)) == 0
    done = service.carry_out(reform, by=SYSTEM, now=clock.now())
    assert done.people == 394
    assert posted(july) == posted(date(2026, 11, 24)) == 394
    again = service.carry_out(reform, by=SYSTEM, now=clock.now())
    assert (again.already, again.people, len(again.undecided)) == (True, 0, 394)
    row = db.session.scalars(sa.select(ReformChoice).where(ReformChoice.reform_id == reform.id)).first()
    options = [unit.code for unit in queries.successors(ba_dinh.id, july)]
    now = db.session.get(Unit, row.new_id).code
    other = next(code for code in options if code != now)
    picked = read_choices(f"Mã hồ sơ;Mã đơn vị mới\n{row.person_id};{other}".encode(), "ds.csv")
    assert service.choose(reform, picked, file_name="ds.csv", by=SYSTEM, now=clock.now()) == 1
    assert queries.count_waiting(reform.id) == 393
    assert posted(july) == 394


def test_looking_at_a_reform_on_record_takes_the_list_of_choices_with_it(ba_dinh):
    reform = queries.reform_of("2025-07-01")
    person = db.session.scalars(sa.select(Posting).where(Posting.unit_id == ba_dinh.id)).first().person_id
    option = queries.successors(ba_dinh.id, date(2025, 7, 1))[0].code
    picked = read_choices(f"Mã hồ sơ;Mã đơn vị mới\n{person};{option}".encode(), "ds.csv")
    seen = service.rehearse_on_record(reform, choices=picked, choices_name="ds.csv", now=clock.now())
    assert (seen.chosen, len(seen.undecided)) == (1, 393)
    assert person not in [row.person_id for row in seen.undecided]
    assert posted(date(2025, 7, 1)) == 0
    wrong = read_choices(f"Mã hồ sơ;Mã đơn vị mới\n{person};khong-co".encode(), "ds.csv")
    with pytest.raises(UnreadableReform, match=r"ds\.csv:2"):
        service.rehearse_on_record(reform, choices=wrong, choices_name="ds.csv", now=clock.now())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ReformChoice)) == 0


def test_people_who_left_before_or_moved_on_are_left_alone(ba_dinh):
    person = make_person(name="Lê Văn Sớm", unit=ba_dinh, from_on=date(2024, 1, 1), to_on=date(2025, 5, 1))
    moved = make_person(name="Lê Văn Chuyển", unit=ba_dinh, from_on=date(2024, 1, 1), to_on=date(2025, 7, 1))
    make_posting(person=moved, unit=queries.unit_on("so-noi-vu-2025", date(2026, 1, 1)) or queries.root_on(EVE),
                 from_on=date(2025, 7, 1))  # fmt: skip
    service.carry_out(queries.reform_of("2025-07-01"), by=SYSTEM, now=clock.now())
    assert at(person, date(2025, 7, 1)) == []
    assert len(at(moved, date(2025, 7, 1))) == 1


def test_a_school_under_a_dissolved_district_hangs_under_the_city(ba_dinh):
    school = make_unit(
        code="thcs-1", name="Trường THCS", kind="don_vi_su_nghiep", parent=ba_dinh, valid_from=date(2020, 1, 1)
    )
    teacher = make_person(name="Lê Thị Giáo", unit=school)
    service.rebuild_closure()
    service.carry_out(queries.reform_of("2025-07-01"), by=SYSTEM, now=clock.now())
    assert [row.code for row in queries.ancestors(school.id, date(2025, 7, 1))] == ["tp-ha-noi"]
    assert [row.code for row in queries.ancestors(school.id, date(2025, 6, 30))] == ["tp-ha-noi", "001"]
    assert at(teacher, date(2025, 7, 1)) == ["thcs-1"]


def test_loading_the_files_again_leaves_a_later_reform_alone(ba_dinh):
    text = (
        'code: sau\nsuccessions:\n  - {old: "00004", new: "00008"}\nrenames:\n  - {unit: "00025", name: "Phường X"}\n'
    )
    on = date(2026, 9, 1)
    apply(text, on=on, name="sau.yaml")
    assert service.load_atlas(by=SYSTEM).is_nothing
    assert queries.unit_on("00004", on) is None
    assert queries.name_on(queries.unit_on("00025", on).id, on) == "Phường X"
