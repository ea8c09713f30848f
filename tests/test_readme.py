"""Every command in the README is tried, in the order in which it stands there."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    line.strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
FLASK = [command for command in COMMANDS if command.startswith(".venv/bin/flask")]
MAKE = [command for command in COMMANDS if command.startswith("make ")]


def environment(folder: Path) -> dict[str, str]:
    """An installation of its own, on SQLite in an empty folder."""
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "LMS_INSTANCE")}
    return {**env, "LMS_INSTANCE": str(folder / "instance")}


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a README line from the checkout; files it writes go to the scratch folder."""
    words = [str(folder / word) if word.startswith("bao-cao.") else word for word in shlex.split(command)]
    return subprocess.run(words, cwd=ROOT, env=environment(folder), capture_output=True, text=True, check=False)


def test_the_readme_has_no_command_of_another_kind():
    assert set(COMMANDS) == set(FLASK) | set(MAKE)
    assert FLASK


@pytest.mark.parametrize("command", MAKE)
def test_every_make_target_exists(command):
    """`make run` is walked by the journeys; `make test` is what runs this."""
    done = subprocess.run([*shlex.split(command), "-n"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_command_line_way_works_in_one_go_on_an_empty_database(tmp_path):
    outputs = {}
    for command in FLASK:
        if "demo accounts" in command:
            continue  # after `make run`; the journeys read it
        done = run(command, tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        outputs[command] = done.stdout
    report = json.loads(next(out for command, out in outputs.items() if "--format json" in command))
    assert report["persons"] == 394
    assert (tmp_path / "bao-cao.pdf").read_bytes().startswith(b"%PDF-")
    assert (tmp_path / "bao-cao.xlsx").read_bytes().startswith(b"PK")
    link = next(out for command, out in outputs.items() if "create-admin" in command)
    assert "/kich-hoat/" in link


def test_every_picture_in_the_readme_is_there():
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert [name for name in pictures if not (ROOT / name).is_file()] == []


def test_ten_lines_of_english_stand_on_top():
    top = README.split("\n---\n")[0].strip().splitlines()
    assert len(top) <= 11
    assert any("make run" in line for line in top)
    assert any("make test" in line for line in top)
