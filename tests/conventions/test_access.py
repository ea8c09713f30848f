"""Every endpoint stands in the permission table, and the table is true."""

from importlib import import_module

import pytest

from lms.app import DOMAINS
from lms.platform.access import endpoint_policies
from tests.access import Row

MEMBERS = ("visitor", "an", "binh", "chi", "dung", "giang", "huy")


def rows() -> list[Row]:
    """All rows of all domains."""
    found: list[Row] = []
    for domain in (*DOMAINS, "platform"):
        try:
            found += import_module(f"tests.{domain}.access").ROWS
        except ModuleNotFoundError as error:
            if error.name not in (f"tests.{domain}.access", f"tests.{domain}"):
                raise
    return found


ROWS = rows()


def test_every_endpoint_is_in_the_permission_table(app):
    listed = {row.endpoint for row in ROWS}
    missing = sorted(set(endpoint_policies(app)) - listed - {"static"})
    assert not missing, f"Add these to tests/<domain>/access.py: {missing}"


@pytest.mark.parametrize("row", ROWS, ids=[f"{n}-{row.endpoint}" for n, row in enumerate(ROWS)])
def test_the_table_is_true(row, browse, cast, app):
    values = row.values(cast)
    for member in MEMBERS:
        visitor = browse.as_(None if member == "visitor" else getattr(cast, member)).with_budget(10_000)
        expected = getattr(row, member)
        if row.data is None:
            page = visitor.get(row.endpoint, expected, **values)
        else:
            page = visitor.post(row.endpoint, expected, data=row.data(cast), **values)
        assert page.status == expected or {page.status, expected} <= {302, 303}, f"{row.endpoint} as {member}"
