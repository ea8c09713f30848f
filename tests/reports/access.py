"""The reports' rows of the permission table."""

from typing import Any

from tests.access import Row
from tests.factories import Cast
from tests.plan import closing
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


def closed(**values: Any) -> Any:
    """A closed period of the whole city that differs from what is known now."""

    def make(cast: Cast) -> dict[str, Any]:
        return {"period_id": closing.closed_and_changed(cast).id, **values}

    return make


def corrected(**values: Any) -> Any:
    """A closed period with one erratum."""

    def make(cast: Cast) -> dict[str, Any]:
        return {"period_id": closing.corrected(cast).id, **values}

    return make


def at_binhs(**values: Any) -> Any:
    """The same, asked for from the unit that Bình manages and Chi does not."""

    def make(cast: Cast) -> dict[str, Any]:
        return {"period_id": closing.closed_and_changed(cast).id, "don_vi": cast.district.id, **values}

    return make


ONLY_CITY = {"binh": 404, "chi": 404, "giang": 303}

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
    Row(endpoint="periods.periods", **READERS),
    Row(endpoint="periods.periods", **READERS, values=lambda cast: closing.closed_and_changed(cast) and {}),
    Row(endpoint="periods.close", binh=200, chi=200, giang=200),
    Row(endpoint="periods.close", binh=422, chi=422, giang=422, values=lambda cast: closing.prepare(cast) and {},
        data=lambda cast: {},
        note="nothing was filled in"),
    Row(endpoint="periods.show", **READERS, values=closed()),
    Row(endpoint="periods.show", **{**READERS, "chi": 404}, values=at_binhs()),
    Row(endpoint="periods.show", **dict.fromkeys(READERS, 404), values=lambda cast: {"period_id": 999}),
    Row(endpoint="periods.export", **READERS, values=closed(kind="csv")),
    Row(endpoint="periods.export", **{**READERS, "chi": 404}, values=at_binhs(kind="json")),
    Row(endpoint="periods.people", **READERS, values=closed()),
    Row(endpoint="periods.people", **{**READERS, "chi": 404}, values=at_binhs()),
    Row(endpoint="periods.people_export", **{**READERS, "chi": 404}, values=at_binhs(kind="csv")),
    Row(endpoint="periods.differences", **READERS, values=closed()),
    Row(endpoint="periods.differences", **{**READERS, "chi": 404}, values=at_binhs()),
    Row(endpoint="periods.compare", **ONLY_CITY, values=closed(), data=lambda cast: {}),
    Row(endpoint="periods.verify", **ONLY_CITY, values=closed(), data=lambda cast: {}),
    Row(endpoint="periods.correct", **{**ONLY_CITY, "giang": 422}, values=closed(), data=lambda cast: {}),
    Row(endpoint="periods.correct", **ONLY_CITY, values=closed(), data=lambda cast: {"ly_do": "Sót", "tat_ca": "1"}),
    Row(endpoint="periods.erratum", **READERS, values=corrected(number=1)),
    Row(endpoint="periods.erratum", **dict.fromkeys(READERS, 404), values=closed(number=1)),
    Row(endpoint="periods.erratum_export", **READERS, values=corrected(number=1, kind="csv")),
]  # fmt: skip
