"""The structure of the city as the product's own files tell it."""

from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa

from lms.organisation import queries, service
from lms.organisation.models import FOREVER, Succession, Unit, UnitClosure
from lms.organisation.reference import BadReference, atlas
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests import factories

THEN, HALF, NOW = date(2023, 9, 27), date(2025, 3, 15), date(2026, 11, 24)


@pytest.fixture
def city(session):
    service.load_atlas(by=SYSTEM)
    return queries.root_on(THEN)


def kinds(day, root):
    return Counter(row.kind for row in queries.tree_on(day, [root.id]))


def test_the_tree_of_2023_has_its_districts_and_wards(city):
    found = kinds(THEN, city)
    assert found["quan"] + found["huyen"] + found["thi_xa"] == 30
    assert (found["phuong"], found["xa"], found["thi_tran"]) == (175, 383, 21)
    under = queries.children(queries.unit_on("ubnd-tp", THEN).id, THEN)
    assert sum(row.kind in ("so", "van_phong", "thanh_tra") or row.code == "ban-dan-toc" for row in under) == 21


def test_the_tree_of_today_has_126_wards_below_the_city_and_no_district(city):
    found = kinds(NOW, city)
    assert (found["phuong"], found["xa"]) == (51, 75)
    assert not found["quan"] + found["huyen"] + found["thi_xa"] + found["thi_tran"]
    assert all(row.parent_id == city.id for row in queries.tree_on(NOW, [city.id]) if row.kind in ("phuong", "xa"))


def test_the_half_year_between_has_526_wards_and_fifteen_departments(city):
    found = kinds(HALF, city)
    assert found["phuong"] + found["xa"] + found["thi_tran"] == 526
    assert found["so"] + found["van_phong"] + found["thanh_tra"] - 1 == 15  # one office is the council's


def test_a_code_used_again_is_another_unit(city):
    old, between, new = (queries.unit_on("00292", day) for day in (THEN, HALF, NOW))
    assert len({old.id, between.id, new.id}) == 3
    assert queries.name_on(old.id, THEN) == "Phường Quỳnh Lôi"
    assert queries.name_on(between.id, HALF) == queries.name_on(new.id, NOW) == "Phường Bạch Mai"
    assert queries.unit_of("00292").id == new.id


def test_an_enlarged_ward_stays_the_unit_it_was(city):
    assert queries.unit_on("00004", THEN).id == queries.unit_on("00004", HALF).id


def test_nothing_stands_beyond_its_time(city):
    assert queries.unit_on("001", date(2025, 6, 30)) is not None
    assert queries.unit_on("001", date(2025, 7, 1)) is None
    assert queries.unit_of("001").valid_to == date(2025, 7, 1)


def test_the_centre_under_a_dissolved_department_hangs_under_its_heir(city):
    centre = queries.unit_on("tt-cntt-tt", NOW)
    assert [row.code for row in queries.ancestors(centre.id, HALF)][-1] == "so-khoa-hoc-cong-nghe-2025"
    assert [row.code for row in queries.ancestors(centre.id, THEN)] == [
        "tp-ha-noi",
        "ubnd-tp",
        "so-thong-tin-truyen-thong",
    ]


def test_every_unit_that_stands_lies_under_the_city(city):
    for day in (THEN, HALF, NOW):
        standing = db.session.scalar(
            sa.select(sa.func.count()).select_from(Unit).where(Unit.valid_from <= day, Unit.valid_to > day)
        )
        assert len(queries.tree_on(day, [city.id])) == standing


def test_every_ended_ward_has_an_heir_and_a_split_one_several(city):
    ended = db.session.scalars(sa.select(Unit).where(Unit.valid_to == date(2025, 7, 1), sa.func.length(Unit.code) == 5))
    for unit in ended.all():
        shares = [row.share for row in queries.successors(unit.id, NOW)]
        assert shares, unit.code
        assert (len(shares) == 1) == (shares == ["full"]), unit.code


def test_every_district_hands_its_staff_to_wards(city):
    districts = db.session.scalars(
        sa.select(sa.func.count(sa.distinct(Succession.old_id))).where(Succession.share == "staff")
    ).one()
    assert districts == 30
    assert [reform.code for reform in queries.reforms_that_repost()] == ["2025-07-01"]


def test_coined_abbreviations_are_not_kept(city):
    assert queries.unit_row(queries.unit_on("tt-cntt-tt", NOW).id, NOW).abbreviation == ""
    assert queries.unit_row(queries.unit_on("so-thong-tin-truyen-thong", THEN).id, THEN).abbreviation == "STTTT"


def test_loading_again_changes_nothing(city, audited):
    before = audited()
    assert service.load_atlas(by=SYSTEM).is_nothing
    assert audited() == before == ["organisation:units:loaded"]


def test_loading_puts_right_what_differs_and_leaves_other_units_alone(city):
    ward = queries.unit_on("00004", NOW)
    school = factories.make_unit(code="truong-1", kind="don_vi_su_nghiep", parent=ward, valid_from=date(2025, 7, 1))
    district = queries.unit_of("001")
    district.valid_to = FOREVER
    db.session.flush()
    loaded = service.load_atlas(by=SYSTEM)
    assert (loaded.added, loaded.changed) == (0, 1)
    assert queries.unit_on("001", NOW) is None
    assert [row.code for row in queries.ancestors(school.id, NOW)] == ["tp-ha-noi", "00004"]


def test_the_closure_that_was_kept_is_the_one_that_follows(city):
    kept = set(
        db.session.execute(
            sa.select(
                UnitClosure.unit_id,
                UnitClosure.ancestor_id,
                UnitClosure.depth,
                UnitClosure.from_on,
                UnitClosure.to_on,
            )
        ).all()
    )
    assert service.rebuild_closure() == len(kept)


def test_files_that_contradict_themselves_are_refused_naming_the_place(tmp_path):
    for name in ("units", "moves", "reforms", "successions", "positions"):
        (tmp_path / f"{name}.csv").write_text(
            {
                "units": "code,name,short_name,abbreviation,kind,parent,plan_role,from,to\na,A,A,,so,b,core,,\n",
                "moves": "code,parent,from\n",
                "reforms": "code,title,decision,effective_on\n",
                "successions": "reform,old,new,share,clause\n",
                "positions": "code,label,levels,staff_types\n",
            }[name],
            encoding="utf-8",
        )
    with pytest.raises(BadReference, match=r"units\.csv, a"):
        atlas(tmp_path)
