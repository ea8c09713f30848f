"""The register as a book: its columns, its notes, its workbook."""

import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from lms.certificates import labels, rules
from lms.certificates.queries import Row
from lms.certificates.rules import Status
from lms.platform import vietnamese
from lms.platform.documents.table import Column, Format, Table, write_xlsx

MOST_ROWS = 50_000
"""Rows of one workbook: more than any book of a year, few enough to open in an office."""

COLUMNS = (
    Column("number", "Vào sổ số", Format.WHOLE, 8),
    Column("full_number", "Số giấy chứng nhận", Format.TEXT, 22),
    Column("holder", "Họ và tên", Format.TEXT, 26),
    Column("born_on", "Ngày sinh", Format.DAY, 11),
    Column("workplace", "Đơn vị công tác", Format.TEXT, 34),
    Column("course", "Khóa bồi dưỡng", Format.TEXT, 40),
    Column("from_on", "Từ ngày", Format.DAY, 11),
    Column("to_on", "Đến ngày", Format.DAY, 11),
    Column("hours", "Số tiết", Format.DECIMAL, 8),
    Column("mark", "Kết quả (điểm/10)", Format.DECIMAL, 9),
    Column("issued_on", "Ngày cấp", Format.DAY, 11),
    Column("status", "Tình trạng", Format.TEXT, 14),
    Column("note", "Ghi chú", Format.TEXT, 40),
)


def note_of(row: Row) -> str:
    """What stands in the last column: re-issued, replaced, withdrawn, and why."""
    notes = []
    if row.older_number:
        notes.append(_("Thay số %(number)s", number=row.older_number))
    if row.newer_number:
        notes.append(
            _("Đã được thay bằng số %(number)s (%(reason)s)", number=row.newer_number, reason=row.replaced_reason)
        )
    if row.revoked_on:
        ground = labels.GROUNDS[rules.Ground(row.revoked_ground)]
        notes.append(_("Thu hồi ngày %(day)s (%(ground)s)", day=vietnamese.short_day(row.revoked_on), ground=ground))
    return "; ".join(notes)


def mark_of(row: Row) -> Decimal | None:
    """The result of 10."""
    score = row.content["score"]
    return None if score is None else rules.ten_point(Decimal(score))


def result_of(row: Row) -> str:
    """The result as the paper words it."""
    score = row.content["score"]
    return rules.result_text(None if score is None else Decimal(score))


def _lines(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            "number": row.number,
            "full_number": row.full_number,
            "holder": row.holder,
            "born_on": row.born_on,
            "workplace": row.workplace,
            "course": row.course,
            "from_on": row.from_on,
            "to_on": row.to_on,
            "hours": Decimal(row.content["hours"]),
            "mark": mark_of(row),
            "issued_on": row.issued_on,
            "status": str(labels.STATUSES[Status(row.status)]),
            "note": note_of(row),
        }


def workbook(rows: Iterable[Row], *, total: int, today: date) -> bytes:
    """The register as XLSX, in the order of the book."""
    target = io.BytesIO()
    table = Table(
        title=_("Sổ cấp giấy chứng nhận hoàn thành khóa bồi dưỡng"),
        columns=COLUMNS,
        rows=_lines(rows),
        notes=(
            _("Lập ngày %(day)s. Có %(total)s giấy theo bộ lọc đã chọn.",
              day=vietnamese.short_day(today), total=vietnamese.number(total, 0)),
            _("Số đã thu hồi hoặc đã được thay vẫn giữ trong sổ, không cấp lại cho người khác."),
        ),
    )  # fmt: skip
    write_xlsx(table, target, sheet=_("Sổ cấp"))
    return target.getvalue()


def readable(changes: Mapping[str, tuple[Any, Any]]) -> list[tuple[str, str, str]]:
    """(what, as printed, as it stands now) of what a re-issue would put right."""
    return [(str(labels.FIELDS[key]), _words(key, old), _words(key, new)) for key, (old, new) in changes.items()]


def _words(key: str, value: Any) -> str:
    if value is None or value == "":
        return _("(trống)")
    if key in ("born_on", "from", "to"):
        return vietnamese.short_day(date.fromisoformat(value))
    if key == "hours":
        return vietnamese.number(Decimal(value))
    return rules.result_text(Decimal(value)) if key == "score" else str(value)
