"""Kinds of values on the command line."""

from datetime import date
from typing import Any

import click

from lms.platform import vietnamese


class Day(click.ParamType[date]):
    """A day, yyyy-mm-dd or dd/mm/yyyy."""

    name = "ngày"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day or say how to write it."""
        if isinstance(value, date):
            return value
        try:
            return vietnamese.parse_day(value)
        except ValueError:
            self.fail(f"Ngày “{value}” chưa đúng. Hãy ghi 2025-06-30 hoặc 30/06/2025.", param, ctx)
