"""Rows of the permission table for enrolling many people."""

from tests.access import Row
from tests.plan.staff_access import OWN, SENDS

ROWS = [
    Row(endpoint="enrolling.new", values=lambda cast: {"nguoi": cast.an.person_id}, **OWN, huy=200),
    Row(
        endpoint="enrolling.new",
        data=lambda cast: {"nguoi": str(cast.an.person_id)},
        note="no course is chosen",
        **SENDS,
        huy=422,
    ),
    Row(endpoint="enrolling.listed", binh=200, chi=200, giang=200, huy=200),
    Row(endpoint="enrolling.listed", data=lambda cast: {}, binh=422, chi=422, giang=422, huy=422, note="no file"),
]
