"""Rows of the permission table for head counts."""

from typing import Any

from tests.access import Row
from tests.factories import Cast


def _district(cast: Cast) -> dict[str, Any]:
    return {"unit_id": cast.district.id}


ROWS = [
    Row(endpoint="headcounts.show", values=_district, binh=200, chi=404, dung=200, giang=200),
    Row(
        endpoint="headcounts.confirm",
        values=_district,
        data=lambda cast: {"on": "24/11/2026", "shown": "{}"},
        note="what was shown is nothing; a leader of the unit may sign as well",
        binh=422,
        chi=404,
        dung=422,
        giang=422,
    ),
]
