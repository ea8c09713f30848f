"""Former units by plain loops: where each person stood on the eve of a reform, as somebody would look it up."""

import sqlalchemy as sa

from lms.organisation.models import Posting, Reform, Succession, Unit
from lms.platform.db import db


def plain_former_units() -> list[tuple[int, int, int]]:
    """(reform, person, unit) for every reform that counts people by where they were before it."""
    ends = {row.id: row.valid_to for row in db.session.execute(sa.select(Unit.id, Unit.valid_to))}
    moved_staff = set(db.session.scalars(sa.select(Succession.reform_id).where(Succession.share == "staff")))
    columns = (Posting.id, Posting.person_id, Posting.unit_id, Posting.from_on)
    wanted = sa.select(*columns).where(Posting.is_primary, Posting.superseded_at.is_(None))
    postings = db.session.execute(wanted).all()
    found = []
    for reform in db.session.execute(sa.select(Reform.id, Reform.effective_on, Reform.applied_at)):
        if reform.applied_at is None and reform.id not in moved_staff:
            continue
        last: dict[int, tuple[object, int, int]] = {}
        for posting in postings:
            if posting.from_on < reform.effective_on <= ends[posting.unit_id]:
                his = (posting.from_on, posting.id, posting.unit_id)
                last[posting.person_id] = max(his, last.get(posting.person_id, his))
        found += [(reform.id, person_id, unit_id) for person_id, (_, _, unit_id) in last.items()]
    return sorted(found)
