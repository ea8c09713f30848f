"""Take the pictures of the guides from a demonstration city that is being served, each as its reader sees it.

    python -m scripts.help_pictures http://127.0.0.1:8000 FOLDER < <(flask --app wsgi demo accounts)

The product shows a picture where its folder (instance/huong-dan) has it, and words alone where it has not.
"""

import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from lms.home.help.queries import Shot, shots

QUIET = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
SHARP = 2
"""Points of the picture to a point of a phone's page; a wider page is read in full size anyway."""
PHONE = 480


def take(browser: Browser, base_url: str, accounts: Mapping[str, tuple[str, str]], folder: Path) -> list[str]:
    """Take all pictures into the folder; the names of those that came out."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    for role in dict.fromkeys(shot.role for shot in shots().values()):
        of_role = [(name, shot) for name, shot in shots().items() if shot.role == role]
        for is_phone in (True, False):
            ours = [(name, shot) for name, shot in of_role if (shot.width < PHONE) is is_phone]
            if ours:
                context = browser.new_context(
                    base_url=base_url,
                    locale="vi-VN",
                    color_scheme="light",
                    device_scale_factor=SHARP if is_phone else 1,
                )
                page = context.new_page()
                if role:
                    _sign_in(page, *accounts[role])
                taken += [name for name, shot in ours if _taken(page, shot, folder / name)]
                context.close()
    return taken


def _sign_in(page: Page, login: str, password: str) -> None:
    page.goto("/dang-nhap")
    page.locator("main input[type=text], main input[type=email]").first.fill(login)
    page.locator("main input[type=password]").first.fill(password)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_load_state()


def _taken(page: Page, shot: Shot, path: Path) -> bool:
    page.set_viewport_size({"width": shot.width, "height": shot.height})
    page.goto(shot.path)
    for words in shot.press:
        page.locator(words).first.click() if words.startswith("main ") else page.get_by_role(
            "link", name=re.compile(re.escape(words))
        ).first.click()
        page.wait_for_load_state()
    page.evaluate("document.fonts.ready")
    page.screenshot(path=str(path))
    return path.is_file()


def accounts_in(printed: str) -> dict[str, tuple[str, str]]:
    """Role → (login, password) from what `flask demo accounts` prints."""
    rows = [re.split(r"\s{2,}", line.strip()) for line in printed.splitlines()]
    return {row[0]: (row[1], row[2]) for row in rows if len(row) == 4 and "@" in row[1]}


def main() -> None:
    """Take them with the Chromium of this machine."""
    base_url, folder = sys.argv[1], Path(sys.argv[2])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET.split())
        taken = take(browser, base_url, accounts_in(sys.stdin.read()), folder)
        browser.close()
    print(f"{len(taken)} hình vào {folder}")


if __name__ == "__main__":
    main()
