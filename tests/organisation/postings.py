"""Writing postings down for a test, and reading what is believed of them."""

import sqlalchemy as sa

from lms.organisation.models import (
    Posting,
    StaffCategory,
)
from lms.organisation.service import Post
from lms.platform.db import db


def post(unit, **more):
    return Post(unit_id=unit.id, department="Văn phòng", category=StaffCategory.CIVIL_SERVANT, **more)


def believed(person):
    rows = db.session.scalars(
        sa.select(Posting)
        .where(Posting.person_id == person.id, Posting.superseded_at.is_(None))
        .order_by(Posting.from_on)
    )
    return [(p.unit_id, p.department, p.from_on, p.to_on) for p in rows]


def posting_of(person, unit):
    return db.session.scalars(
        sa.select(Posting).where(
            Posting.person_id == person.id, Posting.unit_id == unit.id, Posting.superseded_at.is_(None)
        )
    ).one()


def all_rows(person):
    return db.session.scalar(sa.select(sa.func.count()).where(Posting.person_id == person.id))
