"""The skill taxonomy, read once from data/digital-skills.yaml."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "data" / "digital-skills.yaml"


@lru_cache(maxsize=1)
def _taxonomy() -> dict[str, Any]:
    return dict(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def competences() -> dict[str, str]:
    """Competence code → Vietnamese name, in order."""
    return dict(_taxonomy()["competences"])


def levels() -> dict[str, str]:
    """Level code → Vietnamese name, from the lowest."""
    return dict(_taxonomy()["levels"])
