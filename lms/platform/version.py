"""Which version of the program this is."""

import subprocess
from functools import lru_cache

from lms.platform.config import ROOT


@lru_cache(maxsize=1)
def version() -> str:
    """The file VERSION of a packaged program, else the commit of a checkout with its day, else nothing."""
    packaged = ROOT / "VERSION"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8").strip()[:64]
    try:
        asked = subprocess.run(
            ["git", "-C", str(ROOT), "log", "-1", "--format=%h %cd", "--date=format:%d/%m/%Y"],
            capture_output=True, text=True, check=True, timeout=5,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout.strip()[:64]
