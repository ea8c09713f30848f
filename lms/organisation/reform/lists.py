"""Lists of people to assign: one to fill in, and what is wrong in one that came back."""

from collections.abc import Iterable
from typing import Any

from flask import Response
from flask_babel import gettext as _

from lms.organisation.reform.draft import UnreadableReform
from lms.platform import vietnamese
from lms.platform.documents.table import Column, Table, csv_lines
from lms.platform.forms import Form

MOST = 200_000
"""Lines of one list."""

COLUMNS = (
    Column("person_id", "Mã hồ sơ"),
    Column("full_name", "Họ và tên"),
    Column("masked", "Số định danh (che)"),
    Column("department", "Phòng, bộ phận"),
    Column("old_code", "Mã đơn vị cũ"),
    Column("old", "Tên đơn vị cũ"),
    Column("new_code", "Mã đơn vị mới"),
    Column("options", "Chọn một trong các mã"),
)


def line(
    *,
    person_id: int,
    full_name: str,
    personal_id: str,
    department: str,
    old_code: str,
    old: str,
    options: Iterable[str],
) -> dict[str, Any]:
    """A person in a list to fill in: the record's number stands for him, his own is masked."""
    return {
        "person_id": str(person_id),
        "full_name": full_name,
        "masked": vietnamese.masked_id(personal_id),
        "department": department,
        "old_code": old_code,
        "old": old,
        "new_code": "",
        "options": ", ".join(options),
    }


def sent(lines: list[dict[str, Any]], name: str) -> Response:
    """A list to fill in as a file."""
    table = Table(title="", columns=COLUMNS, rows=lines)
    response = Response(csv_lines(table), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def complain(form: Form, error: UnreadableReform, field: str = "file") -> None:
    """Put the first lines of what is wrong beside the file."""
    for told in error.lines[:20]:
        form.refuse(field, told)
    if len(error.lines) > 20:
        form.refuse(field, _("… và %(n)s lỗi khác trong tệp.", n=len(error.lines) - 20))
