"""The rows of the permission table of amendments."""

from typing import Any

from tests.access import Row
from tests.factories import Cast
from tests.plan.plans import apply, make_course


def a_plan(cast: Cast) -> dict[str, Any]:
    """A plan that obliges everybody of the cast."""
    make_course(organiser=cast.city)
    apply()
    return {"code": "KH-THU"}


def a_requirement(cast: Cast) -> dict[str, Any]:
    """Its only requirement."""
    return {**a_plan(cast), "requirement": "R1"}


ROWS = [
    Row(endpoint="amending.file", values=a_plan, giang=200),
    Row(endpoint="amending.new", values=a_plan, giang=200),
    Row(endpoint="amending.new", values=a_plan, data=lambda cast: {}, giang=422),
    Row(endpoint="amending.edit", values=a_requirement, giang=200),
    Row(endpoint="amending.edit", values=a_requirement, data=lambda cast: {}, giang=422),
    Row(endpoint="amending.end", values=a_requirement, giang=200),
    Row(endpoint="amending.end", values=a_requirement, data=lambda cast: {}, giang=422),
]
