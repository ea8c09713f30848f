"""Random reforms: nobody is lost, figures before are figures after to the person, both sides of the bridge agree."""

from collections import Counter
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.organisation import queries, service
from lms.organisation.models import Posting
from lms.organisation.reform.reading import read_choices
from lms.plan.models import Segment
from lms.plan.service import rebuild
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.reports import queries as reports
from lms.reports.rules import Structure
from tests.factories import make_account, make_person, make_posting, make_unit
from tests.plan import plans

DAY = date(2026, 7, 1)
EVE = DAY - timedelta(days=1)
WARDS = "abcdef"
NEW = "mn"


@pytest.fixture
def city(session):
    """Six wards of three people; one of each works in two departments, one ward has somebody from another."""
    top = make_unit(code="tp", name="Thành phố Hà Nội", kind="thanh_pho")
    wards = {code: make_unit(code=code, name=f"Phường {code.upper()}", parent=top) for code in WARDS}
    for code, ward in wards.items():
        people = [make_person(unit=ward) for _ in range(3)]
        make_posting(person=people[0], unit=ward, department="Phòng hai", is_primary=False)
        make_posting(person=people[1], unit=wards["a" if code != "a" else "b"], is_primary=False)
        make_account(person=people[2])
    plans.make_course(organiser=top)
    plans.apply(plans.SMALL.replace("tp-ha-noi", "tp"))
    return top


@st.composite
def reforms(draw):
    """A file in which some wards are merged into a new or a standing one, some are split, one may gain a name."""
    ending = draw(st.sets(st.sampled_from(WARDS[:4]), min_size=1, max_size=4))
    lines = ["code: ngau-nhien", "units:"]
    lines += [f'  - {{code: {code}, name: "Phường {code.upper()}", kind: phuong, parent: tp}}' for code in NEW]
    lines.append("successions:")
    for code in sorted(ending):
        heirs = draw(st.lists(st.sampled_from([*NEW, "e", "f"]), min_size=1, max_size=3, unique=True))
        if len(heirs) == 1:
            lines.append(f"  - {{old: {code}, new: {heirs[0]}}}")
        else:
            default = draw(st.sampled_from(heirs))
            stays = draw(st.booleans())
            for heir in [*([code] if stays else []), *heirs]:
                mark = ", default: true" if heir == default else ""
                lines.append(f"  - {{old: {code}, new: {heir}, share: partial{mark}}}")
    if draw(st.booleans()):
        lines += ["renames:", '  - {unit: e, name: "Phường Ê"}']
    return "\n".join(lines)


def obligations(day):
    """Requirement, state as the figures see it, due day → how many, and of whom: by nothing of the structure."""
    rows = db.session.execute(
        sa.select(Segment.person_id, Segment.requirement_id, Segment.kind, Segment.due_on, Segment.fulfilled_on).where(
            Segment.from_on <= day, Segment.to_on > day
        )
    )
    return Counter(map(tuple, rows))


def posted(day):
    """People with a believed posting, and with how many that count."""
    rows = db.session.execute(
        sa.select(Posting.person_id, sa.func.count().filter(Posting.is_primary))
        .where(Posting.superseded_at.is_(None), Posting.from_on <= day, Posting.to_on > day)
        .group_by(Posting.person_id)
    )
    return dict(map(tuple, rows))


def segments():
    rows = db.session.execute(
        sa.select(
            Segment.person_id, Segment.requirement_id, Segment.unit_id, Segment.kind, Segment.from_on, Segment.to_on,
            Segment.due_on, Segment.fulfilled_on,
        )
    )  # fmt: skip
    return Counter(map(tuple, rows))


def agrees_with_the_bridge(reform):
    """Both sides of the bridge add up to the report, whatever the structure."""
    plan = reports.plans()[0]
    view = reports.view_on(DAY, Structure.CURRENT)
    former = reports.view_before(DAY, reform)
    ids = tuple(requirement.id for requirement in reports.requirements_of(plan.id))
    bridge = reports.bridge_of(reports.scope_of(view, ids, None), view, former)
    total = reports.compliance(plan, view, None).total
    for rows in (bridge.old, bridge.new, bridge.pairs):
        assert sum(row.figures.required for row in rows) == bridge.total.required == total.required > 0
        assert sum(row.figures.completed for row in rows) == bridge.total.completed == total.completed
        assert sum(row.figures.persons for row in rows) == bridge.total.persons


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=reforms(), data=st.data())
def test_nobody_and_nothing_is_lost(city, text, data):
    savepoint = db.session.begin_nested()
    try:
        everybody, before, on_the_day = posted(DAY), obligations(EVE), obligations(DAY)
        seen = service.rehearse(text.encode(), file_name="nn.yaml", on=DAY)
        done = service.reorganise(text.encode(), file_name="nn.yaml", on=DAY, by=SYSTEM, now=clock.now())
        assert (seen.people, seen.waiting, seen.sides) == (done.people, done.waiting, done.sides)
        reform = queries.reform_of("ngau-nhien")
        assert queries.count_waiting(reform.id) == done.waiting
        assert (posted(DAY), obligations(DAY), obligations(EVE)) == (everybody, on_the_day, before)
        agrees_with_the_bridge(reform)
        waiting = queries.waiting_for_choice(reform)
        lines = ["Mã hồ sơ;Mã đơn vị cũ;Mã đơn vị mới"]
        for row in waiting:
            old, heirs = queries.options_of(reform)[row.old_id]
            if data.draw(st.booleans()):
                lines.append(f"{row.person_id};{old};{data.draw(st.sampled_from(heirs))}")
        choices = read_choices("\n".join(lines).encode(), "ds.csv")
        assert service.choose(reform, choices, file_name="ds.csv", by=SYSTEM, now=clock.now()) == len(choices)
        assert (posted(DAY), obligations(DAY), obligations(EVE)) == (everybody, on_the_day, before)
        agrees_with_the_bridge(reform)
        kept = segments()
        again = service.reorganise(text.encode(), file_name="nn.yaml", on=DAY, by=SYSTEM, now=clock.now())
        assert again.already
        assert service.choose(reform, choices, file_name="ds.csv", by=SYSTEM, now=clock.now()) == 0
        assert segments() == kept
        rebuild()
        assert segments() == kept
    finally:
        savepoint.rollback()
        db.session.expire_all()
