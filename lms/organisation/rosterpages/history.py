"""Every roster that came in: which file, who sent it, how it was understood, what became of it."""

from dataclasses import dataclass

from flask import request
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.changes.models import ChangeSet
from lms.organisation import kinds, queries
from lms.organisation.blueprint import bp
from lms.organisation.models import RosterImport
from lms.platform import clock
from lms.platform.access import Permission, requires
from lms.platform.forms import row_id
from lms.platform.pages import page, paging

IMPORT = Permission.ORGANISATION_ROSTER_IMPORT


@dataclass(frozen=True)
class Line:
    """An import in the history."""

    arrived: RosterImport
    unit: str
    change: ChangeSet | None
    """What applied it, or is to be looked at."""

    @property
    def state(self) -> str:
        """undone, applied, asked (its columns are not clear), waiting."""
        if self.change is not None and self.change.undone_at is not None and self.arrived.applied_at is None:
            return "undone"
        if self.arrived.applied_at is not None:
            return "applied"
        return "waiting" if self.arrived.summary else "asked"

    @property
    def understood(self) -> str:
        """How its columns were understood: again (as in an earlier file), hand or name."""
        if self.arrived.reused_id is not None:
            return "again"
        said = self.arrived.choices
        return "hand" if any(said.get(name) for name in ("columns", "department", "staff_category")) else "name"


@bp.get("/nhan-su/nhap-danh-sach/lich-su")
@requires(IMPORT)
def roster_history() -> Response:
    """The rosters of the visitor's units, or of one of them, the latest first."""
    unit_id = request.args.get("don_vi", type=row_id)
    where = paging(queries.count_imports(current_user, IMPORT, unit_id))
    arrivals = queries.imports_within(current_user, IMPORT, where.size, unit_id=unit_id, offset=where.offset)
    changes = kinds.of_imports([arrived for arrived, _unit in arrivals])
    return page(
        "organisation/roster_history.html",
        lines=[Line(arrived, unit, changes.get(arrived.id)) for arrived, unit in arrivals],
        paging=where,
        unit_id=unit_id,
        units=queries.units_for_choice(current_user, IMPORT, clock.today(), unit_id),
    )
