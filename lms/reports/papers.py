"""The báo cáo as a document: who issues it, what its sentences say, and the PDF (Nghị định 30/2020/NĐ-CP)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import current_app, render_template

from lms.platform import vietnamese
from lms.platform.documents import pdf
from lms.reports import charts, labels, rules
from lms.reports.queries import Compliance, PlanFacts, RequirementFacts
from lms.reports.rules import ADMINISTRATIVE, Figures, Part, Place, Point, Row, Tree

ROWS_IN_A_TABLE = 500
"""Longer tables are laid out in parts: memory grows with the rows of one table."""

_POSTS = {
    "so": ("GIÁM ĐỐC",),
    "ban": ("TRƯỞNG BAN",),
    "van_phong": ("CHÁNH VĂN PHÒNG",),
    "thanh_tra": ("CHÁNH THANH TRA",),
    "don_vi_su_nghiep": ("THỦ TRƯỞNG ĐƠN VỊ",),
}
_COMMITTEE = ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")
_UNDER_THE_COMMITTEE = frozenset({"so", "ban", "van_phong", "thanh_tra", "to_chuc_hanh_chinh", "don_vi_su_nghiep"})


@dataclass(frozen=True)
class Issuer:
    """Who signs, as the opening and the closing of the paper say it."""

    superior: str
    """The body above, for the first line; empty for people's committees."""
    name: str
    symbol: str
    """BC-SNV; BC-… where the abbreviation is not known: the office fills it in."""
    place: str
    addressee: str
    posts: tuple[str, ...]


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _committee(place: Place) -> str:
    return f"Ủy ban nhân dân {_lower_first(place.name)}"


def issuer_of(place: Place | None, tree: Tree, city_name: str) -> Issuer:
    """The body that reports on a unit: a people's committee for an administrative unit, else the unit itself."""
    city = tree.city
    committee = _committee(city) if city and city.kind == "thanh_pho" else f"Ủy ban nhân dân {_lower_first(city_name)}"
    capital = city.short_name if city and city.kind == "thanh_pho" else city_name
    if place is None or place.kind in ("thanh_pho", "ubnd"):
        return Issuer("", committee, "BC-UBND", capital, "", _COMMITTEE)
    if place.kind in ADMINISTRATIVE:
        # A commune's committee names its commune as the place, a district's its district.
        return Issuer("", _committee(place), "BC-UBND", place.short_name, committee, _COMMITTEE)
    above = next((p for p in tree.above(place.unit_id) if p.unit_id != place.unit_id), None)
    superior = ""
    if place.kind in _UNDER_THE_COMMITTEE:
        direct = above is not None and above.kind not in ("thanh_pho", "ubnd")
        superior = above.name if direct and above else committee.replace("Ủy ban nhân dân", "UBND", 1)
    return Issuer(
        superior=superior,
        name=place.name,
        symbol=f"BC-{place.abbreviation or '…'}",
        place=capital,
        addressee=committee,
        posts=_POSTS.get(place.kind, ("THỦ TRƯỞNG CƠ QUAN",)),
    )


def subject_of(plan: PlanFacts) -> str:
    """What a plan is about, for the words after "về": its title without the word for its kind."""
    title = plan.title.strip()
    for kind in ("Kế hoạch ", "Về ", "về "):
        title = title.removeprefix(kind)
    return _lower_first(title)


def number_of(plan: PlanFacts) -> str:
    """The number as it stands after "Kế hoạch số"."""
    number = plan.number.strip()
    for lead in ("Kế hoạch số ", "Kế hoạch ", "số ", "Số "):
        number = number.removeprefix(lead)
    return number


@dataclass(frozen=True)
class Block:
    """Units of one kind added up."""

    title: str
    units: int
    rows: tuple[Row, ...]
    figures: Figures


def blocks_of(rows: Iterable[Row]) -> list[Block]:
    """The rows by kind of unit, in the order of reports; what is no unit stands by itself, first or last."""
    kinds: dict[str, list[Row]] = {}
    before: list[Block] = []
    after: list[Block] = []
    for row in rows:
        if row.part is Part.UNIT and row.place is not None:
            kinds.setdefault(rules.block_of(row.place.kind), []).append(row)
        else:
            (after if kinds else before).append(Block(labels.row_name(row), 0, (row,), row.figures))
    found = [
        Block(labels.BLOCKS[name], len(kinds[name]), tuple(kinds[name]), _sum(kinds[name]))
        for name in rules.BLOCK_ORDER
        if name in kinds
    ]
    return before + found + after


def _sum(rows: Iterable[Row]) -> Figures:
    return sum((row.figures for row in rows), Figures())


@dataclass(frozen=True)
class Ranking:
    """Rows with a rate, the best and the worst of them, and how many reach the target."""

    rated: int
    reached: int
    best: tuple[Row, ...]
    worst: tuple[Row, ...]
    most_overdue: tuple[Row, ...]


def rank(rows: Sequence[Row], target: Decimal | None) -> Ranking:
    """Order units by rate; three at each end, or fewer so that none is named twice."""
    rated = [(row.figures.rate, row) for row in rows if row.part is Part.UNIT and row.figures.rate is not None]
    rated.sort(key=lambda pair: pair[0], reverse=True)
    ends = min(3, len(rated) // 2)
    overdue = sorted((row for _, row in rated if row.figures.overdue), key=lambda row: -row.figures.overdue)
    return Ranking(
        rated=len(rated),
        reached=sum(1 for rate, _ in rated if target is not None and rate >= target),
        best=tuple(row for _, row in rated[:ends]),
        worst=tuple(row for _, row in rated[::-1][:ends]),
        most_overdue=tuple(overdue[:3]),
    )


@dataclass(frozen=True)
class RequirementLine:
    """A requirement with its figures."""

    requirement: RequirementFacts
    figures: Figures

    @property
    def reaches(self) -> bool:
        """Whether it is at its target."""
        rate, target = self.figures.rate, self.requirement.target
        return rate is not None and target is not None and rate >= target


@dataclass(frozen=True)
class Line:
    """A line of the appendix: the head of a block or a unit."""

    number: str
    name: str
    figures: Figures
    is_head: bool


def appendix_lines(blocks: Sequence[Block]) -> list[Line]:
    """Blocks with their sums and units, numbered through; without heads where there is only one block."""
    headed = sum(1 for block in blocks if block.units) > 1
    lines: list[Line] = []
    number = place = 0
    for block in blocks:
        if not block.units:
            lines.append(Line("", block.title, block.figures, is_head=headed))
            continue
        if headed:
            title = f"{block.title} ({counted(block.units)} đơn vị)"
            lines.append(Line(ROMAN[place], title, block.figures, is_head=True))
            place += 1
        for row in block.rows:
            number += 1
            lines.append(Line(str(number), labels.row_name(row), row.figures, is_head=False))
    return lines


ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII")


def counted(number: int) -> str:
    """A count in an official sentence: below ten with a leading zero."""
    return f"0{number}" if 0 < number < 10 else vietnamese.number(number, 0)


def compliance_html(report: Compliance, points: Sequence[Point], today: date, proof: str = "") -> str:
    """The whole paper as HTML for the PDF engine; `proof` says when the figures were last proven."""
    city_name = current_app.config["LMS"].city_name
    place = report.place
    blocks = blocks_of(report.rows)
    requirements = [RequirementLine(r, report.by_requirement.get(r.id, Figures())) for r in report.shown_requirements]
    rated = sorted((r for r in requirements if r.figures.required), key=lambda r: r.figures.rate or 0, reverse=True)
    lines = appendix_lines(blocks)
    bars = charts.bars(points[-12:])
    return render_template(
        "reports/paper.html",
        report=report,
        total=report.total,
        target=report.target,
        issuer=issuer_of(place, report.view.tree, city_name),
        whole="Toàn Thành phố" if place is None or place.kind == "thanh_pho" else place.name,
        plan_number=number_of(report.plan),
        subject=subject_of(report.plan),
        structure=labels.structure_words(report.view),
        proof=proof,
        blocks=blocks,
        units=sum(block.units for block in blocks),
        ranking=rank(report.rows, report.target),
        requirements=requirements,
        rated=rated,
        bars=bars,
        first=next((point for point in points if point.rate is not None), None),
        goal_y=None if report.target is None else charts.paper_height(report.target),
        parts=[lines[n : n + ROWS_IN_A_TABLE] for n in range(0, len(lines), ROWS_IN_A_TABLE)],
        row_name=labels.row_name,
        counted=counted,
        today=today,
        month=f"{today.month:02d}" if today.month < 3 else str(today.month),
    )


def compliance_pdf(report: Compliance, points: Sequence[Point], today: date, proof: str = "") -> bytes:
    """The báo cáo as a tagged PDF: number, day and signature are left for the office."""
    return pdf.render(compliance_html(report, points, today, proof))
