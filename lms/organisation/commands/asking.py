"""What the commands are told, and how they refuse."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click

from lms.organisation.roster.sheets import MOST_BYTES, UnreadableRoster
from lms.platform import vietnamese


class _Day(click.ParamType):
    """A day as yyyy-mm-dd or dd/mm/yyyy."""

    name = "ngày"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day or say how to write it."""
        if isinstance(value, date):
            return value
        try:
            return vietnamese.parse_day(value)
        except ValueError:
            self.fail(f"Ngày “{value}” chưa đúng. Hãy ghi 2025-06-30 hoặc 30/06/2025.", param, ctx)


DAY = _Day()


def fail(sentence: str, as_json: bool, **more: Any) -> NoReturn:
    """End with a sentence, and as JSON with what else may help."""
    click.echo(sentence, err=True)
    if as_json:
        click.echo(json.dumps({"error": sentence, **more}, ensure_ascii=False))
    sys.exit(1)


def content_of(file: Path) -> bytes:
    """The content of a file; UnreadableRoster if it is too large or cannot be opened."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise UnreadableRoster(
                f"Tệp {file.name} nặng quá 20 MB. Hãy bỏ ảnh, trang tính thừa, hoặc chia theo đơn vị."
            )
        return file.read_bytes()
    except OSError as error:
        raise UnreadableRoster(f"Không mở được tệp {file}: {error.strerror}. Hãy kiểm tra đường dẫn.") from error
