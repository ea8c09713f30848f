"""Tables as files that the browser saves."""

from tempfile import TemporaryFile

from flask import Response, request, stream_with_context
from werkzeug.wsgi import wrap_file

from lms.platform.documents.table import Table, csv_lines, write_xlsx

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def table_file(table: Table, kind: str, name: str) -> Response:
    """The table as "xlsx" or "csv", under a name without anything personal."""
    if kind == "xlsx":
        # On disk: a list of a whole city takes no more memory than one of an office.
        target = TemporaryFile()  # noqa: SIM115 - closed when it is sent
        write_xlsx(table, target)
        size = target.tell()
        target.seek(0)
        response = Response(wrap_file(request.environ, target), content_type=TYPES[kind], direct_passthrough=True)
        response.content_length = size
    else:
        response = Response(stream_with_context(csv_lines(table)), content_type=TYPES["csv"])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
