"""`flask demo …`: a city to try the product on."""

import contextlib
import io
import tempfile
import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lms.demo import queries, service
from lms.demo.rules import peer
from lms.platform import clock
from lms.platform.db import transaction

demo = AppGroup("demo", help="Thành phố trình diễn: dữ liệu và tài khoản để dùng thử.")
groups = (demo,)

START_PEOPLE, START_SEED = 3_000, 1
PLAN = Path("plans") / "kh-239-2023.yaml"
ORGANISER = "so-khoa-hoc-cong-nghe-2025"
NOT_EMPTY = (
    "Cơ sở dữ liệu đã có nhân sự, dữ liệu trình diễn không được trộn vào. "
    "Hãy dùng một cơ sở dữ liệu trống (đặt DATABASE_URL hoặc LMS_INSTANCE khác)."
)


class Phases:
    """Prints each step with the seconds it took."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()

    def __call__(self, name: str) -> None:
        """Say that a step is done."""
        now = time.perf_counter()
        click.echo(f"  {now - self._last:7.1f} giây  {name}")
        self._last = now

    def end(self) -> None:
        """Say how long everything took."""
        click.echo(f"  {time.perf_counter() - self._began:7.1f} giây  tất cả")


@demo.command("load")
@click.option("--people", type=click.IntRange(1, 1_000_000), help="Số người (mặc định 3.000; hình peer 20.000).")
@click.option("--seed", type=int, default=1, show_default=True, help="Cùng số này thì ra cùng một thành phố.")
@click.option("--shape", type=click.Choice(["city", "peer"]), default="city", show_default=True)
def load(people: int | None, seed: int, shape: str) -> None:
    """Fill an empty database with a made-up city (or with the workload of the comparison with a peer)."""
    if queries.has_people():
        raise click.ClickException(NOT_EMPTY)
    phases = Phases()
    if shape == "peer":
        _prepare_peer(phases)
    else:
        _prepare_city(phases)
    if shape == "peer":
        with transaction():
            service.load_peer(people or 20_000, seed=seed, today=clock.today(), now=clock.now(), phase=phases)
        _keep_figures(phases)
        phases.end()
        return
    _load_city(people or START_PEOPLE, seed, phases)


def _load_city(people: int, seed: int, phases: Phases) -> None:
    with transaction():
        text = service.load_city(people, seed=seed, today=clock.today(), now=clock.now(), phase=phases)
        # Before the commit: accounts whose passwords nobody knows would be of no use.
        if text:
            service.keep_list(current_app.config["LMS"].instance, text)
    _keep_figures(phases)
    phases.end()
    if text:
        _show(text)


def _keep_figures(phases: Phases) -> None:
    """Make the figures that reports read, as the nightly work does."""
    _run("figures", "mark")
    phases("số liệu tính sẵn cho báo cáo")


@demo.command("start")
def start() -> None:
    """Load everything for a first look: units, courses, plan, a city of 3,000 and accounts to sign in with."""
    if queries.has_people():
        click.echo(f"{NOT_EMPTY}\nĐể có tài khoản quản trị đầu tiên: flask --app wsgi accounts create-admin --help")
        return
    phases = Phases()
    _prepare_city(phases)
    _load_city(START_PEOPLE, START_SEED, phases)


@demo.command("accounts")
def accounts() -> None:
    """Print the demonstration accounts again."""
    text = service.kept_list(current_app.config["LMS"].instance)
    if text is None:
        click.echo("Không có tài khoản trình diễn trong cài đặt này.")
        return
    _show(text)


def _show(text: str) -> None:
    click.echo(f"\nTài khoản trình diễn:\n\n{text}")


def _prepare_city(phases: Phases) -> None:
    """Bring units, courses and the plan, each through its own command, where they are missing."""
    _units(phases)
    folder: Path = current_app.config["LMS"].courses
    if not queries.has_courses():
        _run("courses", "import", str(folder))
        phases("khóa học")
    if not queries.has_plans():
        _run("plan", "import", str(folder / PLAN))
        phases("kế hoạch")


def _prepare_peer(phases: Phases) -> None:
    _units(phases)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for number in range(1, peer.COURSES + 1):
            for name, content in peer.package(number, ORGANISER).items():
                path = folder / "courses" / peer.slug(number) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        _run("courses", "import", str(folder / "courses"))
        plan = folder / "plan.yaml"
        plan.write_text(peer.plan_text(), encoding="utf-8")
        _run("plan", "import", str(plan))
    phases("khóa học và kế hoạch đối chứng")


def _units(phases: Phases) -> None:
    if not queries.has_units():
        _run("org", "load")
        phases("cơ cấu tổ chức")


def _run(group: str, command: str, *arguments: str) -> None:
    """Run another command of ours as if it had been typed; what it says is only shown when it fails."""
    found = current_app.cli.commands[group]
    assert isinstance(found, click.Group)
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            found.commands[command].main(list(arguments), standalone_mode=False, prog_name=f"{group} {command}")
    except BaseException:
        click.echo(said.getvalue(), err=True)
        raise
