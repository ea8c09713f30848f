"""The canonical form and the chain, as pure rules."""

import hashlib
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from lms.audit.rules import NOTHING, Fault, Link, Walk, canonical, seal

DAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
ROW = {
    "id": 7, "at": AT, "key": "a:b:c", "account_id": None, "actor": "Đặng Thị Ánh", "address": "", "unit_id": 3,
    "person_id": None, "facts": {"b": 1.5, "a": ["ô", None, True]},
}  # fmt: skip


def test_the_canonical_form_is_written_down_here_for_whoever_checks_without_us():
    assert canonical(ROW) == (
        '{"account_id":null,"actor":"Đặng Thị Ánh","address":"","at":"2026-11-24T01:00:00.000000Z",'
        '"facts":{"a":["ô",null,true],"b":1.5},"id":7,"key":"a:b:c","person_id":null,"unit_id":3}'
    )
    assert seal(NOTHING, DAY, 1, "{}") == hashlib.sha256(f"{NOTHING}\n2026-11-24\n1\n{{}}".encode()).hexdigest()


def test_the_same_row_reads_the_same_whatever_the_zone_the_order_or_the_composition():
    hanoi = AT.astimezone(timezone(timedelta(hours=7)))
    turned = dict(reversed(ROW.items())) | {"at": hanoi, "actor": unicodedata.normalize("NFD", ROW["actor"])}
    assert canonical(turned) == canonical(ROW)


def chain_of(texts: list[str]) -> list[Link]:
    links, before = [], NOTHING
    for n, text in enumerate(texts):
        day, number = DAY + timedelta(days=n // 3), n % 3 + 1
        before = seal(before, day, number, text)
        links.append(Link(day, number, n + 1, before, text))
    return links


def faults(links: list[Link]) -> list[Fault]:
    walk = Walk()
    return [fault for link in links if (fault := walk.step(link))]


TEXTS = st.lists(st.text(), min_size=2, max_size=12, unique=True)


@given(TEXTS)
def test_an_untouched_chain_is_clean(texts):
    assert faults(chain_of(texts)) == []


@given(TEXTS, st.data())
def test_one_altered_row_is_told_and_those_behind_it_are_not(texts, data):
    links = chain_of(texts)
    n = data.draw(st.integers(0, len(links) - 1))
    bent = Link(links[n].day, links[n].number, links[n].event_id, links[n].hash, links[n].canonical + "x")
    assert faults([*links[:n], bent, *links[n + 1 :]]) == [Fault.ALTERED]


@given(TEXTS, st.data())
def test_a_row_resealed_after_it_was_altered_breaks_the_link_behind_it(texts, data):
    links = chain_of(texts)
    n = data.draw(st.integers(0, len(links) - 2))
    before = links[n - 1].hash if n else NOTHING
    text = links[n].canonical + "x"
    forged = Link(
        links[n].day, links[n].number, links[n].event_id, seal(before, links[n].day, links[n].number, text), text
    )
    assert faults([*links[:n], forged, *links[n + 1 :]]) == [Fault.ALTERED]


@given(TEXTS, st.data())
def test_a_missing_link_is_told(texts, data):
    links = chain_of(texts)
    n = data.draw(st.integers(0, len(links) - 2))
    assert len(faults([*links[:n], *links[n + 1 :]])) == 1


@given(TEXTS, st.data())
def test_two_rows_that_changed_places_are_told(texts, data):
    links = chain_of(texts)
    n, m = sorted(data.draw(st.lists(st.integers(0, len(links) - 1), min_size=2, max_size=2, unique=True)))
    a, b = links[n], links[m]
    links[n] = Link(a.day, a.number, b.event_id, a.hash, b.canonical)
    links[m] = Link(b.day, b.number, a.event_id, b.hash, a.canonical)
    assert faults(links) == [Fault.ALTERED, Fault.ALTERED]
