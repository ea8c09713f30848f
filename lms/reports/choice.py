"""What a visitor chose to look at: plan, day, structure and unit, within the units of the account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import abort, url_for
from wtforms import SelectChoice

from lms.organisation.models import Reform
from lms.platform.access import Actor, Permission
from lms.platform.forms import row_id
from lms.reports import labels, queries, rules
from lms.reports.forms import ComplianceFilter
from lms.reports.queries import Compliance, PlanFacts, RequirementFacts, Scope, View
from lms.reports.rules import Part, Place, Row, Structure

_BEFORE = "truoc-"
_STRUCTURES = {address: structure for structure, address in labels.STRUCTURE_ADDRESSES.items()}
_FIGURES = {address: figure for figure, address in labels.FIGURE_ADDRESSES.items()}
_PARTS = {address: part for part, address in labels.PART_ADDRESSES.items()}


@dataclass(frozen=True)
class Choice:
    """A resolved choice; `place` is None when the account has no unit in the structure of the day."""

    plan: PlanFacts
    view: View
    place: Place | None
    options: tuple[tuple[str, str], ...]
    """Units to choose from: id, name."""
    gone: bool
    """The unit asked for does not stand on that day; the account's first one is shown."""
    is_newest: bool = False
    """The plan is the one that is shown where an address names none."""
    structure: str = labels.STRUCTURE_ADDRESSES[Structure.CURRENT]
    """What an address calls the structure asked for."""

    @property
    def query(self) -> dict[str, str]:
        """The address values that lead back to this choice."""
        found = {"ke_hoach": self.plan.code, "ngay": f"{self.view.day:%d/%m/%Y}", "co_cau": self.structure}
        return found if self.place is None else {**found, "don_vi": str(self.place.unit_id)}


def choose(form: ComplianceFilter, actor: Actor, today: date) -> Choice | None:
    """Resolve the filters; 404 for a unit outside the account's, None while there is no plan."""
    plans = queries.plans()
    if not plans:
        return None
    form.ke_hoach.choices = [SelectChoice(plan.code, f"{plan.number} – {plan.title}") for plan in plans]
    form.ke_hoach.data = form.ke_hoach.data or plans[0].code
    day = form.ngay.data or today
    reforms = _structures(form, day)
    form.validate()
    form.ngay.data = day
    plan = next((plan for plan in plans if plan.code == form.ke_hoach.data), plans[0])
    view = _view(reforms, form.co_cau.data or "", day)
    roots = view.tree.topmost(actor.roots(Permission.REPORTS_COMPLIANCE_READ))
    place, gone = _place(view, roots, form.don_vi.data or "")
    options = tuple(_options(view, roots, place))
    form.don_vi.choices = [SelectChoice(unit_id, name) for unit_id, name in options]
    form.don_vi.data = str(place.unit_id) if place else ""
    before = view.structure is Structure.FORMER and (form.co_cau.data or "").startswith(_BEFORE)
    structure = (form.co_cau.data or "") if before else labels.STRUCTURE_ADDRESSES[view.structure]
    return Choice(plan, view, place, options, gone, plan == plans[0], structure)


def _structures(form: ComplianceFilter, day: date) -> dict[str, Reform]:
    """Offer the structure of the day and those before each reform so far; address → reform, the newest first.

    The reform that people mean by “đơn vị cũ”, the last that ended districts, has the plain address.
    """
    current, former = (labels.STRUCTURE_ADDRESSES[structure] for structure in (Structure.CURRENT, Structure.FORMER))
    reforms: dict[str, Reform] = {}
    found = queries.reforms_to_bridge(day)
    usual = queries.reform_before(day)[1] if found else None
    for reform in found:
        address = former if reform.effective_on == usual else f"{_BEFORE}{reform.effective_on:%Y-%m-%d}"
        reforms.setdefault(address, reform)
    if len(reforms) > 1:
        words = {current: labels.STRUCTURES[Structure.CURRENT]}
        if former not in reforms:
            words[former] = labels.STRUCTURES[Structure.FORMER]
        words |= {address: labels.former_words(reform.effective_on) for address, reform in reforms.items()}
        form.co_cau.choices = [SelectChoice(address, word) for address, word in words.items()]
    if (form.co_cau.data or "").startswith(_BEFORE) and form.co_cau.data not in reforms:
        # The day was changed to one before that reform.
        form.co_cau.data = current
    return reforms


def _view(reforms: Mapping[str, Reform], address: str, day: date) -> View:
    if address in reforms:
        return queries.view_before(day, reforms[address])
    return queries.view_on(day, _STRUCTURES.get(address, Structure.CURRENT))


def _place(view: View, roots: list[Place], wanted: str) -> tuple[Place | None, bool]:
    first = roots[0] if roots else None
    if not wanted:
        return first, False
    try:
        place = view.tree.places.get(row_id(wanted))
    except ValueError:
        abort(404)
    if place is None:
        return first, True
    allowed = {root.unit_id for root in roots}
    if not any(above.unit_id in allowed for above in view.tree.above(place.unit_id)):
        abort(404)
    return place, False


def _options(view: View, roots: list[Place], place: Place | None) -> list[tuple[str, str]]:
    """The account's units and the rows of each; the chosen one too, however deep it lies."""
    found: dict[int, str] = {}
    for root in roots:
        found[root.unit_id] = root.name
        for unit in rules.layout(view.tree, root.unit_id).units:
            found.setdefault(unit.unit_id, f"– {unit.name}")
    if place is not None:
        found.setdefault(place.unit_id, f"– – {place.name}")
    return [(str(unit_id), name) for unit_id, name in found.items()]


def figure_of(address: str) -> str:
    """The figure an address names; 404 if there is none."""
    if address not in _FIGURES:
        abort(404)
    return _FIGURES[address]


def part_of(choice: Choice, address: str) -> Part:
    """The part of the structure an address names; what lies outside every unit is only for who sees the whole."""
    part = _PARTS.get(address)
    whole = choice.place is not None and choice.view.tree.is_whole(choice.place.unit_id)
    if part is None or (part in (Part.NEVER, Part.ELSEWHERE) and not whole):
        abort(404)
    return part


def scope_of(choice: Choice, requirements: tuple[RequirementFacts, ...], part: Part = Part.UNIT) -> Scope:
    """The segments meant by the choice."""
    return queries.scope_of(choice.view, tuple(r.id for r in requirements), choice.place, part)


class Links:
    """Addresses of the people behind each figure of a report: thousands on a page, so built from parts made once."""

    def __init__(self, choice: Choice) -> None:
        """Prepare what all addresses share."""
        usual = {"co_cau": labels.STRUCTURE_ADDRESSES[Structure.CURRENT]}
        if choice.is_newest:
            usual["ke_hoach"] = choice.plan.code
        shared = {k: v for k, v in choice.query.items() if k != "don_vi" and usual.get(k) != v}
        shared["ngay"] = choice.view.day.isoformat()
        self._people = f"{url_for('reports.people')}?{urlencode(shared)}"
        self._report = f"{url_for('reports.compliance')}?{urlencode(shared)}"
        self._place = choice.place

    def people(self, figure: str, row: Row | None = None, requirement: RequirementFacts | None = None) -> str:
        """The people whom a figure of a row (None: of the total) counts."""
        address = self._people
        if figure != "required":
            address += f"&so_lieu={labels.FIGURE_ADDRESSES[figure]}"
        if row is not None and row.part is Part.UNIT and row.place is not None:
            address += f"&don_vi={row.place.unit_id}"
        elif self._place is not None:
            address += f"&don_vi={self._place.unit_id}"
        if row is not None and row.part is not Part.UNIT:
            address += f"&phan={labels.PART_ADDRESSES[row.part]}"
        if requirement is not None:
            address += "&" + urlencode({"yeu_cau": requirement.code})
        return address

    def report(self, row: Row) -> str | None:
        """The report of a row's own unit; None where it would show nothing more."""
        if row.part is not Part.UNIT or row.place is None:
            return None
        return f"{self._report}&don_vi={row.place.unit_id}"


@dataclass(frozen=True)
class Tile:
    """A district in the tile map."""

    row: Row
    column: int
    line: int
    words: tuple[str, ...]


def tiles(report: Compliance, grid: dict[str, tuple[int, int]]) -> list[Tile]:
    """The districts of a report with their places in the map; empty when it shows no districts."""
    found = []
    for row in report.rows:
        place = row.place
        if row.part is Part.UNIT and place is not None and place.kind in rules.DISTRICTS and place.code in grid:
            *first, last = place.short_name.split()
            found.append(Tile(row, *grid[place.code], (" ".join(first), last) if first else (last,)))
    return found
