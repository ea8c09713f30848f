"""The tables of spreadsheets and CSV files: the same columns, titles and notes as on the screen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lms.platform.documents.table import Column, Format, Table
from lms.reports import labels
from lms.reports.bridging import Bridge
from lms.reports.queries import Compliance, PersonLine, PlanFacts, RequirementFacts, View
from lms.reports.rules import Figures, Place

_FIGURE_COLUMNS = (
    Column("persons", "Số người", Format.WHOLE, 10),
    Column("required", "Phải học (lượt)", Format.WHOLE, 11),
    Column("completed", "Hoàn thành (lượt)", Format.WHOLE, 12),
    Column("on_time", "Đúng hạn (lượt)", Format.WHOLE, 11),
    Column("late", "Trễ hạn (lượt)", Format.WHOLE, 11),
    Column("in_progress", "Đang học (lượt)", Format.WHOLE, 11),
    Column("not_started", "Chưa bắt đầu (lượt)", Format.WHOLE, 12),
    Column("overdue", "Quá hạn (lượt)", Format.WHOLE, 11),
    Column("paused", "Tạm dừng (lượt)", Format.WHOLE, 11),
    Column("waived", "Được miễn (lượt)", Format.WHOLE, 11),
    Column("rate", "Tỷ lệ hoàn thành (%)", Format.PERCENT, 12),
)


@dataclass(frozen=True)
class _Line:
    number: int | None
    code: str | None
    name: str
    kind: str
    figures: Figures

    def __getattr__(self, name: str) -> int | Decimal | None:
        if name.startswith("_"):
            raise AttributeError(name)
        value: int | Decimal | None = getattr(self.figures, name)
        return value


def compliance_table(report: Compliance) -> Table:
    """One line per unit, the total last."""
    lines = [
        _Line(number, labels.row_code(row), labels.row_name(row), labels.row_kind(row), row.figures)
        for number, row in enumerate(report.rows, 1)
    ]
    return Table(
        title=f"Kết quả thực hiện yêu cầu đào tạo theo Kế hoạch số {report.plan.number}",
        columns=(
            Column("number", "TT", Format.WHOLE, 6),
            Column("code", "Mã đơn vị", Format.TEXT, 22),
            Column("name", "Đơn vị", Format.TEXT, 46),
            Column("kind", "Loại", Format.TEXT, 16),
            *_FIGURE_COLUMNS,
        ),
        rows=lines,
        notes=(
            labels.as_of_words(report),
            f"Phạm vi: {report.place.name if report.place else 'toàn bộ đơn vị'}.",
            "Một người có thể phải học nhiều nội dung: “người” đếm mỗi người một lần, “lượt” đếm từng nội dung.",
        ),
        total=_Line(None, None, "Tổng cộng", "", report.total),
    )


def person_columns(*, former: bool = False) -> tuple[Column, ...]:
    """The columns of a list of people behind a figure, live or closed; `former`: with the unit before a reform."""
    units = [Column("unit", "Đơn vị", Format.TEXT, 38)]
    if former:
        units.insert(0, Column("former_unit", "Đơn vị cũ", Format.TEXT, 38))
    return (
        Column("name", "Họ và tên", Format.TEXT, 28),
        Column("masked_id", "Số định danh (che)", Format.TEXT, 16),
        Column("title", "Chức danh", Format.TEXT, 28),
        Column("department", "Phòng, bộ phận", Format.TEXT, 28),
        *units,
        Column("requirement", "Yêu cầu đào tạo", Format.TEXT, 26),
        Column("state", "Trạng thái", Format.TEXT, 18),
        Column("due_on", "Hạn", Format.DAY, 12),
        Column("fulfilled_on", "Ngày hoàn thành", Format.DAY, 14),
    )


def people_table(
    lines: Iterable[PersonLine],
    *,
    title: str,
    day: date,
    structure: str,
    requirement: RequirementFacts | None,
    former: bool,
) -> Table:
    """The people behind a figure, numbers masked."""
    return Table(
        title=title,
        columns=person_columns(former=former),
        rows=({**vars(line), "state": str(labels.STATES[line.state])} for line in lines),
        notes=(
            f"Số liệu tính đến ngày {day:%d/%m/%Y}, {structure}.",
            *((f"Yêu cầu: {requirement.clause}. {requirement.title}.",) if requirement else ()),
        ),
    )


def bridge_table(bridge: Bridge, former: View, view: View, plan: PlanFacts, place: Place | None) -> Table:
    """One line per pair of old and new unit, the total last."""
    lines = [
        {
            "old": labels.row_name(pair.old),
            "new": labels.row_name(pair.new),
            "persons": pair.figures.persons,
            "required": pair.figures.required,
            "completed": pair.figures.completed,
            "rate": pair.figures.rate,
        }
        for pair in bridge.pairs
    ]
    total = bridge.total
    return Table(
        title=f"Bảng nối đơn vị cũ và đơn vị hiện nay, Kế hoạch số {plan.number}",
        columns=(
            Column("old", "Đơn vị cũ", Format.TEXT, 40),
            Column("new", "Đơn vị hiện nay", Format.TEXT, 40),
            Column("persons", "Số người", Format.WHOLE, 10),
            Column("required", "Phải học (lượt)", Format.WHOLE, 12),
            Column("completed", "Hoàn thành (lượt)", Format.WHOLE, 12),
            Column("rate", "Tỷ lệ hoàn thành (%)", Format.PERCENT, 12),
        ),
        rows=lines,
        notes=(
            f"Số liệu tính đến ngày {view.day:%d/%m/%Y}.",
            f"Đơn vị cũ theo cơ cấu đến hết ngày {former.tree_day:%d/%m/%Y}.",
            f"Phạm vi: {place.name if place else 'toàn bộ đơn vị'}.",
        ),
        total={
            "old": "Tổng cộng",
            "new": "",
            "persons": total.persons,
            "required": total.required,
            "completed": total.completed,
            "rate": total.rate,
        },
    )
