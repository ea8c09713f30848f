"""Tables as files that the browser saves."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO

from flask import Response, stream_with_context

from lms.platform.documents.table import Table, csv_lines, write_xlsx

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


PART = 1 << 16
"""Bytes of a file that are sent at a time."""


def table_file(table: Table, kind: str, name: str) -> Response:
    """The table as "xlsx" or "csv", under a name without anything personal."""
    if kind == "xlsx":
        # On disk: a list of a whole city takes no more memory than one of an office.
        target = TemporaryFile()  # noqa: SIM115 - closed when it is sent
        write_xlsx(table, target)
        size = target.tell()
        target.seek(0)
        response = Response(_parts(target), content_type=TYPES[kind])
        response.content_length = size
        response.call_on_close(target.close)
    else:
        response = Response(stream_with_context(csv_lines(table)), content_type=TYPES["csv"])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(PART):
            yield part
