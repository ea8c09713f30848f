"""The reports' rows of the permission table."""

from typing import Any

from tests.access import Row
from tests.factories import Cast
from tests.reports.factories import make_plan

READERS: dict[str, Any] = {"binh": 200, "chi": 200, "dung": 200, "giang": 200}


def with_plan(**values: Any) -> Any:
    """Address values, once there is a plan to report on."""

    def make(cast: Cast) -> dict[str, Any]:
        make_plan()
        return values

    return make


def of_binhs_unit(**values: Any) -> Any:
    """The same for the district that Bình manages and Chi does not."""

    def make(cast: Cast) -> dict[str, Any]:
        make_plan()
        return {**values, "don_vi": cast.district.id}

    return make


ROWS = [
    Row(endpoint="reports.compliance", **READERS),
    Row(endpoint="reports.compliance", **{**READERS, "chi": 404}, values=of_binhs_unit()),
    Row(endpoint="reports.trend", **READERS, values=with_plan()),
    Row(endpoint="reports.trend", **{**READERS, "chi": 404}, values=of_binhs_unit()),
    Row(endpoint="reports.export", **{**READERS, "chi": 404}, values=of_binhs_unit(kind="csv")),
    Row(endpoint="reports.export", **READERS, values=with_plan(kind="xlsx")),
    Row(endpoint="reports.people", **READERS, values=with_plan()),
    Row(endpoint="reports.people", **{**READERS, "chi": 404}, values=of_binhs_unit()),
    Row(
        endpoint="reports.people", dung=200, giang=200, binh=404, chi=404, values=with_plan(phan="chua-tung"),
        note="people outside every unit are only for who sees the whole",
    ),
    Row(endpoint="reports.people_export", **{**READERS, "chi": 404}, values=of_binhs_unit(kind="xlsx")),
    Row(endpoint="reports.bridge", **READERS, values=with_plan()),
    Row(endpoint="reports.bridge", **{**READERS, "chi": 404}, values=of_binhs_unit()),
    Row(endpoint="reports.bridge_export", binh=404, chi=404, dung=404, giang=404, values=with_plan(kind="csv"),
        note="no reform, no bridge"),
    Row(endpoint="reports.audit", binh=200, chi=200, giang=200),
    Row(endpoint="reports.system", giang=200),
]  # fmt: skip
