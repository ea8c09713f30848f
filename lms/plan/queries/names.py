"""What the names in a plan file stand for."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from lms.catalogue.models import Course, CourseVersion
from lms.organisation.models import Position, Posting, Unit, UnitName
from lms.platform.db import db


def course_ids_by_slug(slugs: Iterable[str]) -> dict[str, int]:
    """Slug → course id, for those that exist."""
    wanted = sorted(set(slugs))
    return {
        row.slug: row.id for row in db.session.execute(sa.select(Course.slug, Course.id).where(Course.slug.in_(wanted)))
    }


def units_by_code() -> dict[str, tuple[tuple[int, date, date], ...]]:
    """Code → every unit that ever bore it: (id, valid_from, valid_to)."""
    units: dict[str, tuple[tuple[int, date, date], ...]] = defaultdict(tuple)
    for row in db.session.execute(
        sa.select(Unit.code, Unit.id, Unit.valid_from, Unit.valid_to).order_by(Unit.code, Unit.valid_from)
    ):
        units[row.code] += ((row.id, row.valid_from, row.valid_to),)
    return units


def known_positions() -> frozenset[str]:
    """Codes of the position groups."""
    return frozenset(db.session.scalars(sa.select(Position.code)))


def known_kinds() -> frozenset[str]:
    """Kinds that units have or had."""
    return frozenset(db.session.scalars(sa.select(UnitName.kind).distinct()))


def anybody_is_posted() -> bool:
    """Whether there is any posting at all."""
    return bool(db.session.scalar(sa.select(sa.exists(sa.select(Posting.id)))))


def posted_people(day: date) -> int:
    """How many people hold a posting on the day."""
    held = (Posting.superseded_at.is_(None), Posting.is_primary, Posting.from_on <= day, Posting.to_on > day)
    return db.session.scalar(sa.select(sa.func.count()).select_from(Posting).where(*held)) or 0


def position_labels() -> dict[str, str]:
    """Code → label of every position group, by label."""
    rows = db.session.execute(sa.select(Position.code, Position.label).order_by(Position.label, Position.code))
    return {row.code: row.label for row in rows}


def course_choices(slugs: Iterable[str]) -> list[tuple[str, str]]:
    """Slug and title of the courses in use, and of those named, by title."""
    rows = db.session.execute(
        sa.select(Course.slug, sa.func.coalesce(CourseVersion.title, Course.slug).label("title"))
        .outerjoin(CourseVersion, CourseVersion.id == Course.current_version_id)
        .where(
            sa.or_(
                Course.slug.in_(sorted(set(slugs))),
                sa.and_(Course.retired_at.is_(None), Course.current_version_id.is_not(None)),
            )
        )
        .order_by(CourseVersion.sort_title, Course.slug)
    )
    return [(row.slug, row.title) for row in rows]
