"""Nonsense in an address or a form is answered with a page, never with an error of ours, on both databases."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask, Request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter

from tests.access import Row
from tests.conventions.test_access import ROWS
from tests.pages import Browse

NASTY = (
    "'\"><b>%s{0}\\%_",
    "nul\x00nul",
    "²",
    "-1",
    "99999999999",
    "9" * 30,
    "9" * 5000,
    "01/01/0001",
    "31/12/9999",
    "Đặng\u0301 \U0001f600 \u202e",
    "//example.com",
)
"""Values that somebody types by mistake, or means."""


class _Heard(MultiDict[str, str]):
    """Parameters that remember which names were asked for."""

    names: set[str]

    def __getitem__(self, key: str) -> str:
        self.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super().getlist(key, *args, **kwargs)


class _Listening(Request):
    """A request that tells which parameters its view looks at."""

    parameter_storage_class = _Heard  # type: ignore[assignment]


@pytest.fixture
def heard(app: Flask, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the parameters that views have asked for."""
    names: set[str] = set()
    monkeypatch.setattr(_Heard, "names", names, raising=False)
    monkeypatch.setattr(app, "request_class", _Listening)
    return names


def _answers(browse: Browse, address: str, data: dict[str, Any] | None = None) -> str:
    """Nothing, or what went wrong at an address; an exception would have been an error page of ours."""
    try:
        with browse.app.app_context():
            response = browse.client.open(address, method="GET" if data is None else "POST", data=data)
            response.get_data()
    except Exception as error:
        return f"{address[:200]} {str(data)[:100]}: {type(error).__name__} {str(error)[:200]}"
    return f"{address[:200]} {str(data)[:100]}: {response.status_code}" if response.status_code >= 500 else ""


def _asked(app: Flask, row: Row, values: dict[str, Any]) -> str:
    with app.test_request_context():
        return url_for(row.endpoint, **values)


def _who(row: Row) -> str:
    """Somebody for whom the page opens."""
    return next((who for who in ("giang", "huy", "an", "visitor") if getattr(row, who) < 400), "giang")


def _once() -> list[Row]:
    """One row for each endpoint and method: nonsense need not be repeated for every note of the table."""
    return list({(row.endpoint, row.data is None): row for row in reversed(ROWS) if _opens(row)}.values())


def _opens(row: Row) -> bool:
    """Whether somebody gets past the door."""
    return min(getattr(row, who) for who in ("giang", "huy", "an", "visitor")) < 400


@pytest.mark.parametrize("row", _once(), ids=lambda row: f"{row.endpoint}-{'get' if row.data is None else 'post'}")
def test_nonsense_in_parameters_is_answered(row, browse, cast, app, heard):
    values = row.values(cast)
    who = _who(row)
    visitor = browse.as_(None if who == "visitor" else getattr(cast, who))
    address = _asked(app, row, values)
    data = row.data(cast) if row.data else None
    assert not _answers(visitor, address, data)
    troubles = []
    for name in sorted(heard - {"csrf_token"}):
        for nasty in NASTY:
            if data is None:
                joint = "&" if "?" in address else "?"
                troubles.append(_answers(visitor, address + joint + urlencode({name: nasty})))
            else:
                troubles.append(_answers(visitor, address, {**row.data(cast), name: nasty}))
    assert not [trouble for trouble in troubles if trouble], "\n".join(filter(None, troubles))


def _strange(app: Flask) -> Iterator[str]:
    """Every address with a nonsense value in one of its places."""
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.arguments:
            continue
        for name in sorted(rule.arguments):
            whole = isinstance(rule._converters[name], IntegerConverter)
            for nasty in ("0", "99999999999", "9" * 30) if whole else NASTY:
                parts = dict.fromkeys(rule.arguments, "1") | {name: nasty}
                address = rule.rule
                for key, part in parts.items():
                    for kind in ("", "int:", "path:", "any(pdf, xlsx, csv):", "any(xlsx, csv):"):
                        address = address.replace(f"<{kind}{key}>", quote(part, safe=""))
                yield address


def test_nonsense_in_addresses_is_answered(browse, cast, app):
    troubles = [_answers(browse.as_(who), address) for address in _strange(app) for who in (cast.giang, cast.an)]
    assert not [trouble for trouble in troubles if trouble], "\n".join(filter(None, troubles))
