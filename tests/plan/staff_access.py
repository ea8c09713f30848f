"""Rows of the permission table for changes of people within their units."""

from typing import Any

from tests.access import Row
from tests.factories import Cast, make_posting


def _posting(cast: Cast) -> dict[str, Any]:
    """A posting in Bình's district."""
    return {"posting_id": make_posting(person=cast.person("an"), unit=cast.district, is_primary=False).id}


def _an(cast: Cast) -> dict[str, Any]:
    return {"person_id": cast.an.person_id}


OWN = {"binh": 200, "chi": 404, "giang": 200}
SENDS = {**OWN, "binh": 422, "giang": 422}

ROWS = [
    Row(endpoint="staff.posting", values=_posting, **OWN),
    Row(endpoint="staff.posting", values=_posting, data=lambda cast: {}, **SENDS),
    Row(endpoint="staff.person", values=_an, **OWN),
    Row(endpoint="staff.person", values=_an, data=lambda cast: {}, **SENDS),
    Row(endpoint="merging.merge", values=_an, **OWN),
    Row(endpoint="merging.merge", values=_an, data=lambda cast: {}, note="nobody is chosen", **SENDS),
    Row(endpoint="staff.many", values=lambda cast: {"nguoi": cast.an.person_id}, **OWN),
    Row(
        endpoint="staff.many",
        data=lambda cast: {"nguoi": str(cast.an.person_id)},
        note="nothing is filled in",
        **SENDS,
    ),
]
