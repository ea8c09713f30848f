"""Minimal valid objects. Keywords only; what a test does not name is some sensible value."""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from lms.identity.models import Account, Grant, Role
from lms.organisation.models import FOREVER, Person, Posting, StaffCategory, Unit, UnitClosure, UnitName, UnitPlace
from lms.platform import clock, vietnamese
from lms.platform.db import db

_counter = itertools.count(1)
LONG_AGO = date(1900, 1, 1)


def fresh_database(server_url: str, worker: str) -> str:
    """Create this worker's own empty database on a PostgreSQL server and return its URL; "" gives "" (SQLite)."""
    if not server_url:
        return ""
    url = sa.make_url(server_url)
    name = f"{url.database}_{worker}"
    engine = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def add(row: Any) -> Any:
    """Write a row and give it back with its id."""
    db.session.add(row)
    db.session.flush()
    return row


def make_unit(
    *,
    code: str | None = None,
    name: str = "",
    kind: str = "phuong",
    parent: Unit | None = None,
    valid_from: date = LONG_AGO,
    valid_to: date = FOREVER,
    abbreviation: str = "",
) -> Unit:
    """A unit with its name, place and closure rows (the parent must exist for all of the child's time)."""
    n = next(_counter)
    unit = add(Unit(code=code or f"u{n}", valid_from=valid_from, valid_to=valid_to))
    name = name or f"Phường Số {n}"
    add(
        UnitName(
            unit_id=unit.id, name=name, short_name=name, abbreviation=abbreviation, kind=kind, plan_role="core",
            sort_name=vietnamese.sort_key(name), search_key=vietnamese.fold(name), from_on=valid_from, to_on=valid_to,
        )
    )  # fmt: skip
    add(UnitPlace(unit_id=unit.id, parent_id=parent.id if parent else None, from_on=valid_from, to_on=valid_to))
    add(UnitClosure(unit_id=unit.id, ancestor_id=unit.id, depth=0, from_on=valid_from, to_on=valid_to))
    if parent is not None:
        for above in db.session.scalars(sa.select(UnitClosure).where(UnitClosure.unit_id == parent.id)).all():
            add(
                UnitClosure(
                    unit_id=unit.id, ancestor_id=above.ancestor_id, depth=above.depth + 1,
                    from_on=max(above.from_on, valid_from), to_on=min(above.to_on, valid_to),
                )
            )  # fmt: skip
    return unit


def make_person(*, name: str = "", unit: Unit | None = None, personal_id: str | None = None, **posting: Any) -> Person:
    """A person, with a primary posting in `unit` if one is given."""
    n = next(_counter)
    name = name or f"Nguyễn Văn Số {n}"
    person = add(
        Person(
            personal_id=personal_id or f"0010920{n:05d}", full_name=name, sort_name=vietnamese.name_sort_key(name),
            search_key=vietnamese.fold(name), birth_date=date(1992, 3, 9), sex="nam", email=f"p{n}@example.gov.vn",
            recorded_at=clock.now(),
        )
    )  # fmt: skip
    if unit is not None:
        make_posting(person=person, unit=unit, **posting)
    return person


def make_posting(
    *,
    person: Person,
    unit: Unit,
    category: str = StaffCategory.CIVIL_SERVANT,
    position: str = "",
    title: str = "Chuyên viên",
    department: str = "Văn phòng",
    from_on: date = date(2024, 1, 1),
    to_on: date = FOREVER,
    is_primary: bool = True,
) -> Posting:
    """A posting that is believed."""
    return add(
        Posting(
            person_id=person.id, unit_id=unit.id, department=department, position=position, title=title,
            category=category, from_on=from_on, to_on=to_on, is_primary=is_primary, recorded_at=clock.now(),
        )
    )  # fmt: skip


def make_account(*, person: Person, role: Role | None = None, at: Unit | None = None) -> Account:
    """An account that has passed its first sign-in, with at most one grant."""
    account = add(
        Account(
            person_id=person.id, login=person.email, email=person.email, notice_seen_at=clock.now(),
            created_at=clock.now() - timedelta(days=30),
        )
    )  # fmt: skip
    if role is not None and at is not None:
        add(Grant(account_id=account.id, role=role, unit_id=at.id, from_on=LONG_AGO, recorded_at=clock.now()))
    return account


@dataclass(frozen=True)
class Cast:
    """The fixed cast. city > district > ward (An, Bình's) and city > other (Chi's)."""

    city: Unit
    district: Unit
    ward: Unit
    other: Unit
    an: Account
    binh: Account
    chi: Account
    dung: Account
    giang: Account
    huy: Account

    def person(self, who: str) -> Person:
        """The person behind a cast member's name."""
        return db.session.get_one(Person, getattr(self, who).person_id)


def make_cast() -> Cast:
    """Build the cast in a small tree of today."""
    city = make_unit(code="tp-ha-noi", name="Thành phố Hà Nội", kind="thanh_pho")
    district = make_unit(code="c1", name="Phường Ba Đình", kind="phuong", parent=city)
    ward = make_unit(code="c1a", name="Trường Tiểu học Hoa Sen", kind="don_vi_su_nghiep", parent=district)
    other = make_unit(code="c2", name="Xã Sóc Sơn", kind="xa", parent=city)

    def account(name: str, unit: Unit, role: Role | None = None, at: Unit | None = None) -> Account:
        return make_account(person=make_person(name=name, unit=unit), role=role, at=at)

    return Cast(
        city=city, district=district, ward=ward, other=other,
        an=account("Đặng Thị An", ward),
        binh=account("Trần Văn Bình", district, Role.HR, district),
        chi=account("Lê Thị Chi", other, Role.HR, other),
        dung=account("Phạm Thùy Dung", city, Role.LEADER, city),
        giang=account("Vũ Trường Giang", city, Role.ADMINISTRATOR, city),
        huy=account("Hoàng Quang Huy", city, Role.TRAINER, city),
    )  # fmt: skip
