"""What the commands are told, and how they refuse."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from lms.organisation.roster.sheets import MOST_BYTES, UnreadableRoster
from lms.platform.options import Day

DAY = Day()


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
