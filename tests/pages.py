"""Every page opened in a test is checked: status, valid HTML, one h1, unique ids, labelled fields, queries."""

from typing import Any

import html5lib
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask, url_for

from lms.identity.models import Account
from lms.platform import clock
from lms.platform.db import db

QUERY_BUDGET = 12


class Page:
    """An opened page."""

    def __init__(self, response: Any, queries: list[str]) -> None:
        """Keep the response and what was asked of the database for it."""
        self.response = response
        self.status: int = response.status_code
        self.queries = queries
        self.is_html = response.mimetype == "text/html" and response.status_code != 204 and bool(response.data)
        self.soup = BeautifulSoup(response.get_data(as_text=True) if self.is_html else "", "html.parser")

    @property
    def text(self) -> str:
        """What a reader sees, white space folded."""
        return " ".join(self.soup.get_text(" ").split())

    @property
    def heading(self) -> str:
        """The h1."""
        return " ".join(self.soup.h1.get_text(" ").split()) if self.soup.h1 else ""

    @property
    def errors(self) -> list[str]:
        """The sentences of the error summary."""
        return [" ".join(item.get_text(" ").split()) for item in self.soup.select(".lms-errsum li")]

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return self.response.headers.get("Location", "")

    def table(self, number: int = 0) -> list[list[str]]:
        """The cells of a table's body."""
        rows = self.soup.select("table")[number].select("tbody tr")
        return [[" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")] for row in rows]

    def links(self) -> dict[str, str]:
        """Words → address of every link in the main part."""
        main = self.soup.main or self.soup
        return {" ".join(a.get_text(" ").split()): a["href"] for a in main.select("a[href]")}


class Browse:
    """A client for one cast member at a time; a fresh app context around every request."""

    def __init__(self, app: Flask) -> None:
        """Begin as a visitor."""
        self.app = app
        self.client = app.test_client()
        self.budget = QUERY_BUDGET

    def as_(self, account: Account | None) -> "Browse":
        """The same pages, seen by this account (None: a visitor)."""
        other = Browse(self.app)
        if account is not None:
            db.session.flush()
            with other.client.session_transaction() as cookie:
                cookie["_user_id"] = f"{account.id}.{account.session_stamp}"
                cookie["_fresh"] = True
                cookie["seen"] = int(clock.now().timestamp())
        return other

    def with_budget(self, queries: int) -> "Browse":
        """Allow another number of statements for the next pages."""
        self.budget = queries
        return self

    def get(self, endpoint: str, status: int = 200, /, **values: Any) -> Page:
        """Open an endpoint (by name, or an address beginning with /)."""
        return self._open("GET", endpoint, status, values, None)

    def post(self, endpoint: str, status: int = 303, /, data: dict[str, Any] | None = None, **values: Any) -> Page:
        """Send a form; a redirect (302 or 303) is followed by its page only if the test does so."""
        return self._open("POST", endpoint, status, values, data or {})

    def follow(self, page: Page, status: int = 200) -> Page:
        """Go where a redirect leads."""
        return self.get(page.location, status)

    def _open(
        self, method: str, endpoint: str, status: int, values: dict[str, Any], data: dict[str, Any] | None
    ) -> Page:
        if endpoint.startswith("/"):
            path = endpoint
        else:
            with self.app.test_request_context():
                path = url_for(endpoint, **values)
        db.session.flush()
        with self.app.app_context(), _counting() as queries:
            response = self.client.open(path, method=method, data=data, headers={"Accept": "text/html"})
            response.get_data()
        page = Page(response, queries)
        expected = {302, 303} if status in (302, 303) else {status}
        assert page.status in expected, f"{method} {path}: {page.status}, expected {status}\n{page.text[:1500]}"
        if page.is_html and page.status not in (302, 303) and page.soup.body:
            check(page, path)
        if page.status == 200 and method == "GET":
            assert len(queries) <= self.budget, f"{path}: {len(queries)} statements\n" + "\n".join(queries)
        return page


class _counting:  # noqa: N801
    """Collect the statements sent while inside."""

    def __enter__(self) -> list[str]:
        self.seen: list[str] = []
        sa.event.listen(sa.Engine, "before_cursor_execute", self._see)
        return self.seen

    def __exit__(self, *_: object) -> None:
        sa.event.remove(sa.Engine, "before_cursor_execute", self._see)

    def _see(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "PRAGMA")):
            self.seen.append(statement)


HARMLESS = {"unexpected-self-closing-tag", "non-void-element-with-trailing-solidus"}


def check(page: Page, path: str) -> None:
    """What holds for every page; a fragment (htmx) is known by its missing doctype."""
    source = page.response.get_data(as_text=True)
    soup = page.soup
    if not source.lstrip().lower().startswith("<!doctype"):
        return
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(source)
    faults = [(place, name, facts) for place, name, facts in parser.errors if name not in HARMLESS]
    assert not faults, f"{path}: invalid HTML {faults[:5]}"
    headings = soup.select("h1")
    assert len(headings) == 1, f"{path}: {len(headings)} h1"
    title = " ".join(soup.title.get_text().split())  # type: ignore[union-attr]
    assert title == f"{page.heading} – Bồi dưỡng số", f"{path}: title “{title}”, heading “{page.heading}”"
    ids = [tag["id"] for tag in soup.select("[id]")]
    assert len(ids) == len(set(ids)), f"{path}: ids twice {sorted({i for i in ids if ids.count(i) > 1})}"
    assert soup.select_one("html[lang=vi], html[lang=en]"), f"{path}: no language"
    for field in soup.select("input:not([type=hidden]):not([type=submit]), select, textarea"):
        labelled = (
            field.get("aria-label") or field.get("aria-labelledby") or soup.select(f'label[for="{field.get("id")}"]')
        )
        assert labelled or field.find_parent("label"), f"{path}: field without label {field}"
    for tag in soup.select("[style], script:not([src])"):
        raise AssertionError(f"{path}: inline style or script {str(tag)[:120]}")
    visible = page.text
    for wrong in (" None ", "Traceback", "{{", "{%", " nan "):
        assert wrong not in f" {visible} ", f"{path}: shows {wrong.strip()}"
