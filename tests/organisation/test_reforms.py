"""Reforms: units begin and end, people follow, nobody is lost, twice changes nothing."""

from collections import Counter
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from lms.identity.models import Grant, Role
from lms.organisation import queries, service
from lms.organisation.models import FOREVER, FormerUnit, Posting, Reform, Unit, UnitClosure
from lms.organisation.reform.draft import UnreadableReform
from lms.organisation.reform.reading import read_choices
from lms.plan.models import Segment
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests.factories import add, make_account, make_person, make_posting, make_unit
from tests.plan import plans

DAY = date(2026, 7, 1)
EVE = DAY - timedelta(days=1)

FILE = """\
code: thu-2026
title: "Sắp xếp thử"
decision: 1/NQ-THU
units:
  - {code: "moi", name: "Phường Mới", kind: phuong, parent: tp}
  - {code: "b", name: "Xã Bê", kind: xa, parent: tp}
successions:
  - {old: "a", new: "moi"}
  - {old: "b", new: "b", share: partial}
  - {old: "b", new: "moi", share: remainder}
  - {old: "c"}
  - {old: "d", new: "e"}
renames:
  - {unit: "f", name: "Phường Ép Mới"}
moves:
  - {unit: "tram", parent: "e"}
"""


class City:
    """Wards a to f under a city; a school under a, a station under f; one person in each and two in b."""

    def __init__(self):
        self.city = make_unit(code="tp", name="Thành phố Hà Nội", kind="thanh_pho")
        for code in "abcdef":
            setattr(self, code, make_unit(code=code, name=f"Phường {code.upper()}", parent=self.city))
        self.school = make_unit(code="truong", name="Trường", kind="don_vi_su_nghiep", parent=self.a)
        self.station = make_unit(code="tram", name="Trạm", kind="don_vi_su_nghiep", parent=self.f)
        self.people = {
            name: make_person(name=f"Nguyễn Văn {name}", unit=getattr(self, unit))
            for name, unit in (
                ("An", "a"), ("Binh", "b"), ("Bach", "b"), ("Chi", "c"), ("Dung", "d"), ("Em", "e"), ("Phuc", "f"),
                ("Giao", "school"), ("Tram", "station"),
            )
        }  # fmt: skip


@pytest.fixture
def city(session):
    return City()


def apply(text=FILE, choices=(), on=DAY, name="thu.yaml"):
    return service.reorganise(
        text.encode(), file_name=name, on=on, choices=choices, choices_name="ds.csv", by=SYSTEM, now=clock.now()
    )


def rehearse(text=FILE, on=DAY, name="thu.yaml"):
    return service.rehearse(text.encode(), file_name=name, on=on)


def at(person, day):
    """Codes of the units in which a person is posted on a day."""
    rows = db.session.scalars(
        sa.select(Unit.code)
        .join(Posting, Posting.unit_id == Unit.id)
        .where(
            Posting.person_id == person.id,
            Posting.superseded_at.is_(None),
            Posting.from_on <= day,
            Posting.to_on > day,
        )
    )
    return sorted(rows)


def chosen(*rows):
    lines = ["Số định danh;Mã đơn vị mới", *(f"{person.personal_id};{code}" for person, code in rows)]
    return read_choices("\n".join(lines).encode(), "ds.csv")


def test_everybody_follows_the_unit_and_nobody_is_lost(city):
    outcome = apply()
    where = {name: at(person, DAY) for name, person in city.people.items()}
    assert where == {
        "An": ["moi"], "Binh": ["moi"], "Bach": ["moi"], "Chi": ["tp"], "Dung": ["e"], "Em": ["e"], "Phuc": ["f"],
        "Giao": ["truong"], "Tram": ["tram"],
    }  # fmt: skip
    assert {name: at(person, EVE)[0] for name, person in city.people.items()}["An"] == "a"
    assert sorted(row.full_name for row in outcome.undecided) == [
        "Nguyễn Văn Bach", "Nguyễn Văn Binh", "Nguyễn Văn Chi",
    ]  # fmt: skip
    assert outcome.people == 5
    assert queries.count_waiting(outcome.reform_id) == 3


def test_the_tree_of_the_day_is_the_one_the_file_tells(city):
    apply()
    assert [row.code for row in queries.ancestors(city.school.id, DAY)] == ["tp", "moi"]
    assert [row.code for row in queries.ancestors(city.school.id, EVE)] == ["tp", "a"]
    assert [row.code for row in queries.ancestors(city.station.id, DAY)] == ["tp", "e"]
    assert queries.name_on(city.f.id, DAY) == "Phường Ép Mới"
    assert queries.name_on(city.f.id, EVE) == "Phường F"
    assert queries.unit_on("c", DAY) is None
    assert queries.unit_on("b", DAY).id != city.b.id
    assert db.session.get(Unit, city.e.id).valid_to == FOREVER  # enlarged: it stays the unit it was


def test_looking_changes_nothing_and_says_what_applying_does(city):
    before = db.session.scalar(sa.select(sa.func.max(Posting.id)))
    seen = rehearse()
    assert db.session.scalar(sa.select(sa.func.max(Posting.id))) == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Reform)) == 0
    done = apply()
    assert (seen.people, seen.created, seen.renamed, seen.moved) == (5, done.created, done.renamed, done.moved)
    assert [row.person_id for row in seen.undecided] == [row.person_id for row in done.undecided]
    assert (seen.flows, seen.sides, seen.ended) == (done.flows, done.sides, done.ended)
    assert not seen.applied
    assert done.applied


def test_before_and_after_are_told_for_every_unit_and_group_of_people(city):
    seen = rehearse()
    assert {(row.old, row.new): (row.people, row.waiting) for row in seen.flows} == {
        ("Phường A", "Phường Mới"): (1, 0), ("Phường B", "Phường Mới"): (2, 2), ("Phường D", "Phường E"): (1, 0),
        ("Phường C", "Thành phố Hà Nội"): (1, 1),
    }  # fmt: skip
    assert {row.name: (row.before, row.after, row.fate) for row in seen.sides} == {
        "Phường A": (1, 0, "ends"), "Phường B": (2, 0, "ends"), "Phường C": (1, 0, "ends"),
        "Phường D": (1, 0, "ends"), "Phường E": (1, 2, "stays"), "Phường Mới": (0, 3, "begins"),
        "Xã Bê": (0, 0, "begins"), "Thành phố Hà Nội": (0, 1, "stays"),
    }  # fmt: skip
    apply()
    for row in seen.sides:
        if row.fate != "ends":
            unit = next(u for u in queries.tree_on(DAY, [city.city.id]) if u.name == row.name)
            assert posted_at(unit.id, DAY) == row.after, row.name


def posted_at(unit_id, day):
    return db.session.scalar(
        sa.select(sa.func.count(Posting.person_id.distinct())).where(
            Posting.unit_id == unit_id, Posting.superseded_at.is_(None), Posting.from_on <= day, Posting.to_on > day
        )
    )


def test_open_requests_to_move_somebody_go_to_the_heir(city):
    def ask(who, to, on):
        wish = service.Wish(kind=service.Kind.MOVE, new_id=to.id, on=on)
        return service.propose(city.people[who], wish, by=SYSTEM, now=clock.now())

    later, before = ask("Phuc", city.a, DAY + timedelta(days=30)), ask("Em", city.a, EVE)
    mine = ask("Dung", city.f, DAY)
    assert rehearse().proposals == 2
    apply()
    new = queries.unit_on("moi", DAY)
    assert (later.old_id, later.new_id) == (city.f.id, new.id)
    assert (mine.old_id, mine.new_id) == (city.e.id, city.f.id)
    assert before.new_id == city.a.id  # for a day on which the old unit still stood
    service.accept(later, by=SYSTEM, now=clock.now())
    assert at(city.people["Phuc"], DAY + timedelta(days=30)) == ["moi"]


def test_twice_changes_nothing(city, audited):
    apply()
    rows = db.session.scalar(sa.select(sa.func.count()).select_from(Posting))
    told = audited()
    again = apply()
    assert again.already
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Posting)) == rows
    assert audited() == told
    assert told.count("organisation:units:reorganised") == 1


def test_a_list_of_choices_places_people_of_a_split_unit(city):
    outcome = apply(choices=chosen((city.people["Binh"], "b"), (city.people["Chi"], "f")))
    assert at(city.people["Binh"], DAY) == ["b"]
    assert at(city.people["Chi"], DAY) == ["f"]
    assert at(city.people["Bach"], DAY) == ["moi"]
    assert [row.full_name for row in outcome.undecided] == ["Nguyễn Văn Bach"]
    assert outcome.chosen == 2


def test_choices_made_afterwards_move_people_from_the_day_of_the_reform(city):
    apply()
    reform = queries.reform_of("thu-2026")
    done = service.choose(
        reform,
        chosen((city.people["Binh"], "b"), (city.people["Bach"], "moi"), (city.people["Chi"], "e")),
        file_name="ds.csv", by=SYSTEM, now=clock.now(),
    )  # fmt: skip
    assert done == 3
    assert at(city.people["Binh"], DAY) == ["b"]
    assert at(city.people["Bach"], DAY) == ["moi"]
    assert at(city.people["Chi"], DAY) == ["e"]
    assert at(city.people["Chi"], EVE) == ["c"]
    assert queries.count_waiting(reform.id) == 0
    assert service.choose(reform, chosen((city.people["Binh"], "b")), file_name="", by=SYSTEM, now=clock.now()) == 0


def test_wrong_choices_name_their_line_and_change_nothing(city):
    apply()
    wrong = chosen((city.people["Binh"], "b"), (city.people["Bach"], "e"), (city.people["An"], "moi"))
    with pytest.raises(UnreadableReform) as told:
        service.choose(queries.reform_of("thu-2026"), wrong, file_name="ds.csv", by=SYSTEM, now=clock.now())
    assert [line.split(":")[1] for line in told.value.lines] == ["3", "4"]
    assert "không phải đơn vị kế thừa" in told.value.lines[0]
    assert at(city.people["Binh"], DAY) == ["moi"]


def test_a_unit_that_goes_on_keeps_its_people_unless_they_chose_another(city):
    text = """\
code: chia
successions:
  - {old: "a", new: "a", share: remainder}
  - {old: "a", new: "d", share: partial}
"""
    other = make_person(name="Trần Thị Ai", unit=city.a)
    outcome = apply(text, choices=chosen((other, "d")))
    assert (at(city.people["An"], DAY), at(other, DAY), at(other, EVE)) == (["a"], ["d"], ["a"])
    assert [row.full_name for row in outcome.undecided] == ["Nguyễn Văn An"]
    service.choose(
        queries.reform_of("chia"), chosen((city.people["An"], "d")), file_name="", by=SYSTEM, now=clock.now()
    )
    assert (at(city.people["An"], DAY), at(city.people["An"], EVE)) == (["d"], ["a"])


def test_land_alone_moves_nobody(city):
    text = 'code: dat\nsuccessions:\n  - {old: "a", new: "d", share: area_only}\n'
    assert apply(text).people == 0
    assert at(city.people["An"], DAY) == ["a"]
    assert queries.unit_on("a", DAY).id == city.a.id


def test_second_postings_and_later_ones_follow_too(city):
    late = make_person(name="Trần Văn Muộn", unit=city.d, from_on=date(2026, 9, 1))
    both = make_person(name="Trần Văn Kiêm", unit=city.f)
    make_posting(person=both, unit=city.d, is_primary=False)
    gone = make_person(name="Trần Văn Nghỉ", unit=city.d, to_on=date(2026, 3, 1))
    short = make_person(name="Trần Văn Ngắn", unit=city.d, to_on=date(2026, 8, 1))
    apply()
    assert (at(late, DAY), at(late, date(2026, 9, 1))) == ([], ["e"])
    assert (at(both, DAY), at(both, EVE)) == (["e", "f"], ["d", "f"])
    assert at(gone, DAY) == []
    assert (at(short, date(2026, 7, 31)), at(short, date(2026, 8, 1))) == (["e"], [])


def test_roles_follow_full_successions_end_with_dissolved_units_and_are_listed_for_splits(city):
    holder = {
        code: make_account(person=make_person(name=f"Lê Thị {code}", unit=city.f), role=Role.HR, at=getattr(city, code))
        for code in "abcf"
    }
    db.session.flush()
    seen = {(row.old, row.kind, row.new) for row in rehearse().grants}
    expected = {("Phường A", "moves", "Phường Mới"), ("Phường B", "asked", ""), ("Phường C", "ends", "")}
    assert seen == expected
    apply()
    new = queries.unit_on("moi", DAY)
    held = {
        (row.account_id, row.unit_id)
        for row in db.session.scalars(
            sa.select(Grant).where(Grant.from_on <= DAY, Grant.to_on > DAY, Grant.ended_at.is_(None))
        )
    }
    assert held == {
        (holder["a"].id, new.id), (holder["b"].id, city.b.id), (holder["f"].id, city.f.id),
    }  # fmt: skip


def test_the_former_unit_is_kept_for_every_reform_that_moved_people(city):
    outcome = apply()
    rows = db.session.execute(
        sa.select(FormerUnit.person_id, FormerUnit.unit_id).where(FormerUnit.reform_id == outcome.reform_id)
    ).all()
    assert dict(map(tuple, rows))[city.people["Chi"].id] == city.c.id
    assert len(rows) == len(city.people)


def test_the_closure_is_the_one_that_follows(city):
    apply()
    kept = db.session.scalar(sa.select(sa.func.count()).select_from(UnitClosure))
    assert service.rebuild_closure() == kept


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('successions:\n  - {old: "khong", new: "a"}\n', 2, "Không có đơn vị mã “khong”"),
        ('successions:\n  - {old: "a", new: "khong"}\n', 2, "Đơn vị mới “khong” không hoạt động"),
        ('successions:\n  - {old: "a"}\n', 2, "Hãy ghi ở phần moves đơn vị này về đâu"),
        ('successions:\n  - {old: "b", new: "d"}\n  - {old: "b"}\n', 2, "vừa giải thể vừa có"),
        ('units:\n  - {code: "a", name: "A", kind: xa, parent: tp}\n', 2, "đang thuộc một đơn vị vẫn hoạt động"),
        ('units:\n  - {code: "z", name: "Z", kind: xa, parent: khong}\n', 2, "Cấp trên “khong” không hoạt động"),
        ('moves:\n  - {unit: "a", parent: "truong"}\n', 2, "không thể trực thuộc chính nó"),
        ('successions:\n  - {old: "b", new: "d", share: nua}\n', 2, "Phần “nua” không dùng được"),
        ('sai: 1\nmoves:\n  - {unit: "a", parent: "tp"}\n', 1, "Không có mục tên “sai”"),
        ("code: x\n", 1, "Tệp không có việc sắp xếp nào"),
        ("- [\n", 2, "Không đọc được YAML"),
        ('renames:\n  - {unit: "b"}\n', 2, "Thiếu mục “name”"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_line(city, text, line, says):
    with pytest.raises(UnreadableReform) as told:
        apply(text)
    assert any(row.startswith(f"thu.yaml:{line}: ") and says in row for row in told.value.lines), told.value.lines
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Reform)) == 0


def test_a_unit_that_changes_later_cannot_be_reorganised_before_that(city):
    apply()
    with pytest.raises(UnreadableReform, match="đã có thay đổi ghi sau ngày này"):
        apply('code: truoc\nrenames:\n  - {unit: "f", name: "Khác"}\n', on=date(2026, 1, 1))


def test_another_file_under_the_same_code_is_refused(city):
    apply()
    with pytest.raises(UnreadableReform, match="đã dùng cho đợt ngày 01/07/2026"):
        apply(FILE.replace("Phường Mới", "Phường Khác"))


def test_the_same_reform_as_a_table(city):
    text = (
        "Việc;Mã;Đơn vị cũ;Đơn vị mới;Phần;Tên;Loại;Cấp trên\n"
        "lập;moi;;;;Phường Mới;phuong;tp\n"
        "kế thừa;;a;moi;;;;\n"
        "giải thể;c;;;;;;\n"
        "đổi tên;f;;;;Phường Ép;;\n"
        "chuyển;tram;;;;;;e\n"
    )
    outcome = apply(text, name="sap-xep.csv")
    assert (outcome.code, outcome.created) == ("sap-xep", ("Phường Mới",))
    assert at(city.people["An"], DAY) == ["moi"]
    assert at(city.people["Chi"], DAY) == ["tp"]
    assert queries.name_on(city.f.id, DAY) == "Phường Ép"


def figures(day):
    """Obligations per requirement, kind and whether fulfilled, on a day: what every report adds up."""
    rows = db.session.execute(
        sa.select(Segment.requirement_id, Segment.kind, Segment.fulfilled_on).where(
            Segment.from_on <= day, Segment.to_on > day
        )
    )
    return Counter((row[0], row[1], row[2] <= day) for row in rows)


def test_totals_before_are_totals_after_to_the_person(city):
    plans.make_course(organiser=city.city)
    plans.apply(plans.SMALL.replace("tp-ha-noi", "tp"))
    text = FILE.replace('  - {old: "c"}\n', "")
    assert len(figures(DAY)) == 1
    before_on_the_day, before = figures(DAY), figures(EVE)
    ended = sa.select(sa.func.count()).where(
        Segment.from_on <= DAY, Segment.to_on > DAY,
        Segment.unit_id.in_([city.a.id, city.b.id, city.d.id]),
    )  # fmt: skip
    assert rehearse(text).duties.obligations == db.session.scalar(ended) > 0
    apply(text)
    assert figures(DAY) == before_on_the_day == before == figures(EVE)
    new = queries.unit_on("moi", DAY).id
    on_the_day = sa.select(sa.func.count()).select_from(Segment).where(Segment.from_on <= DAY, Segment.to_on > DAY)
    assert db.session.scalar(on_the_day.where(Segment.unit_id == new)) == 3


# The product's own reforms --------------------------------------------------------------------------------------------


def test_reforms_follow_each_other(city):
    apply()
    second = 'code: hai\nsuccessions:\n  - {old: "moi", new: "f"}\n'
    apply(second, on=date(2026, 9, 1), name="hai.yaml")
    assert [at(city.people["An"], day)[0] for day in (EVE, DAY, date(2026, 9, 1))] == ["a", "moi", "f"]
    assert [row.code for row in queries.ancestors(city.school.id, date(2026, 9, 1))] == ["tp", "f"]


def test_a_grant_that_begins_later_goes_along(city):
    account = make_account(person=make_person(unit=city.f))
    add(
        Grant(account_id=account.id, role=Role.HR, unit_id=city.a.id, from_on=date(2026, 9, 1), recorded_at=clock.now())
    )
    apply()
    rows = db.session.scalars(sa.select(Grant).where(Grant.account_id == account.id).order_by(Grant.id)).all()
    assert rows[0].ended_at is not None
    assert (rows[1].unit_id, rows[1].from_on) == (queries.unit_on("moi", DAY).id, date(2026, 9, 1))
