"""Journeys walk the product that `make run` serves, in a real browser: the demonstration city, with its accounts."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.factories import fresh_database

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or "chromium"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, kept from calling home."""
    quiet = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync"
    )
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": quiet.split()}


@dataclass(frozen=True)
class Served:
    """A running installation."""

    url: str
    accounts: dict[str, tuple[str, str]]
    """role → (login, password)"""
    environment: dict[str, str]

    def flask(self, *words: str) -> str:
        """Run a command of the same installation; what it prints."""
        done = subprocess.run(
            [str(ROOT / ".venv/bin/flask"), "--app", "wsgi", *words],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`make run` on an empty folder (and an empty database of the server that the suite uses)."""
    folder = tmp_path_factory.mktemp("journeys")
    port = _free_port()
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "MAKEFLAGS", "MAKELEVEL")}
    env |= {"LMS_INSTANCE": str(folder / "instance"), "PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if url := fresh_database(os.environ.get("TEST_DATABASE_URL", ""), f"journeys_{worker}"):
        env["DATABASE_URL"] = url
    log = (folder / "run.log").open("w")
    process = subprocess.Popen(["make", "run"], cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_until_it_answers(f"http://127.0.0.1:{port}/khoe", process, folder / "run.log")
        text = (folder / "run.log").read_text("utf-8")
        yield Served(f"http://127.0.0.1:{port}", _accounts(text), env)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        log.close()


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.25)
    raise AssertionError("make run did not come up:\n" + log.read_text("utf-8")[-4000:])


def _accounts(printed: str) -> dict[str, tuple[str, str]]:
    """What `make run` printed: a table of role, login, password and name, set apart by spaces."""
    rows = [re.split(r"\s{2,}", line.strip()) for line in printed.splitlines()]
    begin = next((n for n, row in enumerate(rows) if row[:3] == ["Vai trò", "Tên đăng nhập", "Mật khẩu"]), None)
    assert begin is not None, printed[-2000:]
    return {row[0]: (row[1], row[2]) for row in rows[begin + 1 :] if len(row) == 4}


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(served: Served, browser: Browser) -> Iterator[SignIn]:
    """Open a browser of one's own and sign in: `sign_in("Người học", width=360)`."""
    contexts = []

    def enter(role: str, *, width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, base_url=served.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error on {page.url}: {error}"))
        login, password = next(pair for name, pair in served.accounts.items() if name.startswith(role))
        page.goto("/dang-nhap")
        page.get_by_label(re.compile("Thư điện tử|Tên đăng nhập", re.IGNORECASE)).fill(login)
        page.get_by_label("Mật khẩu", exact=True).fill(password)
        page.get_by_role("button", name="Đăng nhập", exact=True).click()
        page.wait_for_load_state()
        return page

    yield enter
    for context in contexts:
        context.close()


def axe_finds_nothing(page: Page) -> None:
    """No fault of WCAG 2.2 AA that axe can see, and nothing that scrolls sideways."""
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    faults = [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found.response["violations"]]
    assert faults == [], f"{page.url}"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.url} scrolls sideways"
