"""Rows of the permission table for moves of people and requests between offices."""

from datetime import date
from typing import Any

from lms.organisation.models import TransferProposal
from lms.platform import clock
from tests.access import Row
from tests.factories import Cast, add, make_posting


def _an(cast: Cast) -> dict[str, Any]:
    return {"person_id": cast.an.person_id}


def _second(cast: Cast) -> dict[str, Any]:
    """An works for Bình's district besides."""
    return {"posting_id": make_posting(person=cast.person("an"), unit=cast.district, is_primary=False).id}


def _request(cast: Cast) -> TransferProposal:
    """Bình asks Chi to take An."""
    request: TransferProposal = add(
        TransferProposal(
            person_id=cast.an.person_id, old_id=cast.ward.id, new_id=cast.other.id, on_day=date(2026, 12, 1),
            kind="chuyen", counts_there=False, proposed_by=cast.binh.id, proposed_at=clock.now(), state="cho",
            answer="",
        )
    )  # fmt: skip
    return request


def _to_chi(cast: Cast) -> dict[str, Any]:
    return {"proposal_id": _request(cast).id}


OWN = {"binh": 200, "chi": 404, "giang": 200}
SENDS = {**OWN, "binh": 422, "giang": 422}
LISTS = {"binh": 200, "chi": 200, "giang": 200}

ROWS = [
    Row(endpoint="moves.choose", values=_an, **OWN),
    Row(endpoint="moves.new", values=lambda cast: {**_an(cast), "way": "chuyen"}, **OWN),
    Row(endpoint="moves.new", values=lambda cast: {**_an(cast), "way": "biet-phai"}, data=lambda cast: {}, **SENDS),
    Row(
        endpoint="moves.new",
        values=lambda cast: {**_an(cast), "way": "bay"},
        note="there is no such way",
        binh=404,
        chi=404,
        giang=404,
    ),
    Row(endpoint="moves.leave", values=_an, **OWN),
    Row(endpoint="moves.leave", values=_an, data=lambda cast: {}, **SENDS),
    Row(endpoint="moves.end", values=_second, **OWN),
    Row(endpoint="moves.end", values=_second, data=lambda cast: {}, **SENDS),
    Row(endpoint="moves.count", values=_second, **OWN),
    Row(endpoint="moves.count", values=_second, data=lambda cast: {}, **SENDS),
    Row(endpoint="moves.ask", **LISTS),
    Row(endpoint="moves.ask", data=lambda cast: {}, binh=422, chi=422, giang=422),
    Row(endpoint="moves.proposals", **LISTS),
    Row(endpoint="moves.seconds", **LISTS),
    Row(endpoint="moves.proposal", values=_to_chi, **LISTS),
    Row(
        endpoint="moves.accept",
        values=_to_chi,
        data=lambda cast: {"buoc": "xem"},
        note="who asked does not answer himself",
        binh=404,
        chi=200,
        giang=200,
    ),
    Row(endpoint="moves.refuse", values=_to_chi, data=lambda cast: {}, binh=404, chi=422, giang=422),
    Row(endpoint="moves.withdraw", values=_to_chi, data=lambda cast: {}, binh=303, chi=404, giang=303),
]
