"""What the first page costs a browser that has nothing in its cache."""

import shutil
from typing import Any

from playwright.sync_api import sync_playwright

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync")  # fmt: skip


def cold_home(address: str, cookie: str) -> dict[str, Any]:
    """Requests and kilobytes over the wire until the learner's first page stands still."""
    name, _, value = cookie.partition("=")
    sizes: dict[str, float] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=list(ARGUMENTS)
        )
        context = browser.new_context()
        context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda done: sizes.update({done["requestId"]: done["encodedDataLength"]}))
        page.goto(f"{address}/", wait_until="networkidle")
        browser.close()
    return {"requests": len(sizes), "kilobytes": round(sum(sizes.values()) / 1000, 1)}
