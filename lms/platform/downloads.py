"""Tables as files that the browser saves."""

import io

from flask import Response, stream_with_context

from lms.platform.documents.table import Table, csv_lines, write_xlsx

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def table_file(table: Table, kind: str, name: str) -> Response:
    """The table as "xlsx" or "csv", under a name without anything personal."""
    if kind == "xlsx":
        target = io.BytesIO()
        write_xlsx(table, target)
        response = Response(target.getvalue(), content_type=TYPES[kind])
    else:
        response = Response(stream_with_context(csv_lines(table)), content_type=TYPES["csv"])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
