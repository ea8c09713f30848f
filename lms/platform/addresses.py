"""Addresses that come back to us from a browser."""

import re


def safe_next(target: str | None) -> str | None:
    """The target if it is a page of this site; anything that could lead elsewhere is dropped."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    return None if re.search(r"[\x00-\x20\x7f\\]", target) else target
