"""The house's rules that a machine can keep."""

import ast
import dataclasses
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from lms.audit.labels import SENTENCES
from lms.platform.db import db
from lms.platform.events import Event

ROOT = Path(__file__).resolve().parents[2]
LMS = ROOT / "lms"
MODULES = sorted(LMS.rglob("*.py"))
TEMPLATES = sorted(LMS.rglob("*.html"))
OURS = [
    path
    for folder in ("lms", "courses", "migrations", "tests", "docs", "bench")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".html", ".md", ".yaml", ".csv", ".css", ".js", ".po"} and "vendor" not in path.parts
]


def short(path: Path) -> str:
    """A path as a reader names it."""
    return str(path.relative_to(ROOT))


def test_the_staircase_holds():
    """Higher domains import lower ones, never the reverse (.importlinter)."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(lint), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_file_is_named_after_nothing():
    idle = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
    assert [short(path) for path in MODULES if path.stem in idle] == []


def test_files_stay_within_what_a_reader_can_hold():
    long = {short(path): n for path in MODULES if (n := len(path.read_text("utf-8").splitlines())) > 450}
    assert long == {}, "split these by what they hold"


def test_every_module_and_public_function_has_a_docstring():
    bare = []
    for path in MODULES:
        tree = ast.parse(path.read_text("utf-8"))
        if path.stat().st_size and ast.get_docstring(tree) is None:
            bare.append(short(path))
        bare += [
            f"{short(path)}:{node.lineno} {node.name}"
            for node in tree.body
            if isinstance(node, (ast.FunctionDef, ast.ClassDef))
            and not node.name.startswith("_")
            and ast.get_docstring(node) is None
        ]
    assert bare == []


def test_only_queries_services_and_their_like_touch_the_session():
    allowed = {"queries", "service", "listeners", "commands", "jobs", "derive", "platform", "roster", "package"}
    wrong = []
    for path in MODULES:
        parts = path.relative_to(LMS).with_suffix("").parts
        if "db.session" in path.read_text("utf-8") and not allowed & set(parts):
            wrong.append(short(path))
    assert wrong == []


def test_no_service_commits():
    wrong = [
        short(path)
        for path in MODULES
        if {"service", "queries", "rules", "listeners"} & set(path.relative_to(LMS).with_suffix("").parts)
        and "session.commit()" in path.read_text("utf-8")
        and "demo" not in path.parts
        and "notifications" not in path.parts
    ]
    assert wrong == [], "the request hook or transaction() commits"


def test_templates_hold_no_inline_style_script_or_foreign_address():
    wrong = []
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        if re.search(r"\sstyle=|<script>|\son[a-z]+=\"|(src|href)=\"https?://", text):
            wrong.append(short(path))
    assert wrong == []


def test_templates_never_name_a_role():
    wrong = [short(path) for path in TEMPLATES if re.search(r"is_admin|Role\.|\.roles\b", path.read_text("utf-8"))]
    assert wrong == [], "ask may(Permission.X)"


@pytest.mark.parametrize("path", OURS, ids=short)
def test_every_text_is_nfc(path):
    text = path.read_text("utf-8")
    assert unicodedata.is_normalized("NFC", text)


def test_every_event_has_a_vietnamese_sentence(app):
    def leaves(kind: type[Event]) -> set[type[Event]]:
        below = kind.__subclasses__()
        return {kind} if not below else set().union(*(leaves(sub) for sub in below))

    told = {kind for kind in leaves(Event) if kind.key and kind.__module__.startswith("lms.")}
    assert told
    missing = sorted(kind.key for kind in told if kind.key not in SENTENCES)
    assert missing == []
    for kind in told:
        names = set(re.findall(r"{(\w+)", SENTENCES[kind.key]))
        known = {field.name for field in dataclasses.fields(kind) if field.metadata.get("log", True)}
        assert names <= known, f"{kind.key}: {sorted(names - known)} are not logged"


def test_the_models_are_the_migrated_schema(session):
    context = MigrationContext.configure(session.connection(), opts={"compare_type": False})
    differences = [
        change
        for change in compare_metadata(context, db.metadata)
        # A JSON column's server kind and an index's WHERE are not told back the same by both databases.
        if not (
            isinstance(change, tuple) and change[0] in {"remove_index", "add_index"} and "where" in str(change).lower()
        )
    ]
    assert differences == []


def test_migrations_know_nothing_of_the_application():
    scripts = sorted((ROOT / "migrations/versions").glob("*.py"))
    assert scripts
    for number, path in enumerate(scripts, 1):
        assert path.name.startswith(f"{number:04d}_")
        text = path.read_text("utf-8")
        assert f'revision = "{path.stem}"' in text
        assert not re.search(r"^\s*(from|import) lms", text, re.MULTILINE)


def test_both_dark_blocks_say_the_same():
    css = (LMS / "platform/static/tokens.css").read_text("utf-8")
    chosen = re.search(r'\[data-bs-theme="dark"\] \{(.*?)\n  \}', css, re.DOTALL)
    system = re.search(r":root:not\(\[data-bs-theme\]\) \{(.*?)\n  \}", css, re.DOTALL)
    assert chosen
    assert system
    assert chosen[1].split() == system[1].split()


def test_every_icon_that_a_template_asks_for_exists():
    sprite = (LMS / "platform/static/icons.svg").read_text("utf-8")
    known = set(re.findall(r'<symbol id="i-([\w-]+)"', sprite))
    asked = {
        name
        for path in [*TEMPLATES, *MODULES]
        for name in re.findall(r"\bicon\(\s*['\"]([\w-]+)['\"]", path.read_text("utf-8"))
    }
    assert asked <= known, sorted(asked - known)
