"""Rosters that wait in a folder: each is received once, proposed or applied, and moved aside with a note.

A file is moved only after what became of it is kept. Who is killed in between finds it kept and only moves it.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from lms.organisation import kinds, labels, queries, service
from lms.organisation.models import RosterImport, Unit
from lms.organisation.roster.policy import Policy
from lms.organisation.roster.reading import UnclearColumns
from lms.organisation.roster.sheets import MOST_BYTES, UnreadableRoster
from lms.platform import files
from lms.platform.db import lock, transaction
from lms.platform.events import SYSTEM
from lms.platform.forms import Refused

DONE, FAILED = "done", "failed"
SETTLED = 30
"""Seconds after its last change from which a file is taken to be whole."""
ENDINGS = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt"})


class State(StrEnum):
    """What became of a file."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    FAILED = "failed"


@dataclass(frozen=True)
class Fetched:
    """A file that was fetched."""

    file: str
    state: State
    said: str
    import_id: int | None = None


def fetch(folder: Path, *, apply: bool, now: Callable[[], datetime], today: date) -> list[Fetched]:
    """Receive every file of the folder that is whole; `apply` also applies what the policy does not stop."""
    found = []
    for path in waiting(folder, time.time()):
        with suppress(FileNotFoundError), force_locale("vi"):
            found.append(_fetch(folder, path, apply, now, today))
    return found


def waiting(folder: Path, moment: float) -> Iterator[Path]:
    """Files that stand in the folder, or in one named for a unit, and have not changed for a while."""
    if not folder.is_dir():
        return
    for path in sorted((*folder.glob("*"), *folder.glob("*/*"))):
        if path.parent.name in (DONE, FAILED) and path.parent.parent == folder:
            continue
        whole = path.is_file() and not path.is_symlink() and path.suffix.lower() in ENDINGS
        if whole and not path.name.startswith((".", "~$")) and moment - path.stat().st_mtime >= SETTLED:
            yield path


def code_in(folder: Path, path: Path) -> str:
    """The code of the unit: the folder's name, or what the file's name begins with."""
    if path.parent != folder:
        return path.parent.name
    return path.stem.split("_")[0].split(" ")[0]


def _fetch(folder: Path, path: Path, apply: bool, now: Callable[[], datetime], today: date) -> Fetched:
    put = _put_at(path)
    name = str(path.relative_to(folder))
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableRoster(_("Tệp nặng quá 20 MB. Hãy bỏ ảnh, trang tính thừa, hoặc chia theo đơn vị."))
        content = path.read_bytes()
        unit = _unit(code_in(folder, path), today)
        with transaction():
            # Two that fetch at once take turns; the second finds what the first has kept.
            lock("fetching")
            arrived = _earlier(unit, content, put) or _receive(unit, path, content, apply, now(), today)
            fetched = _told(name, arrived)
    except UnreadableRoster as error:
        fetched = Fetched(name, State.FAILED, str(error))
    except Refused as error:
        fetched = Fetched(name, State.FAILED, str(labels.REFUSALS[error.reason]))
    _move_aside(folder, path, fetched, now())
    return fetched


def _put_at(path: Path) -> datetime:
    """When the file came to stand there, whatever its own date says."""
    return datetime.fromtimestamp(path.stat().st_ctime, UTC)


def _unit(code: str, today: date) -> Unit:
    unit = queries.unit_on(code, today) or queries.unit_of(code)
    if unit is None:
        raise UnreadableRoster(
            _("Không có đơn vị nào mang mã “%(code)s”. Hãy đặt tên tệp hoặc thư mục bằng mã đơn vị.", code=code)
        )
    return unit


def _earlier(unit: Unit, content: bytes, put: datetime) -> RosterImport | None:
    """The import of this very file: the same content, received after the file was put there."""
    return queries.import_of_file(unit.id, files.digest(content), put)


def _receive(unit: Unit, path: Path, content: bytes, apply: bool, now: datetime, today: date) -> RosterImport:
    on = service.day_for(unit, None, today)
    policy = Policy(most_leaving=current_app.config["LMS"].most_leaving_percent)
    if apply:
        # Stopped, or not to be understood without somebody: it waits.
        with suppress(Refused, UnclearColumns):
            return kinds.import_noted(
                content, file_name=path.name, unit=unit, on=on, policy=policy, by=SYSTEM, now=now, today=today
            ).arrived
    return service.receive(content, file_name=path.name, unit=unit, on=on, policy=policy, by=SYSTEM, now=now)


def _told(name: str, arrived: RosterImport) -> Fetched:
    counts = arrived.summary
    if not counts:
        said = _("Đã nhận (lần nhập số %(id)s); cần người chọn cột trước khi so sánh.", id=arrived.id)
        return Fetched(name, State.PROPOSED, said, arrived.id)
    words = {key: counts.get(key, 0) for key in ("joined", "left", "moved", "corrected", "undecided", "left_out")}
    told = _(
        "thêm %(joined)s, rời %(left)s, chuyển %(moved)s, sửa %(corrected)s người; "
        "%(undecided)s người cần xác nhận, %(left_out)s dòng chưa dùng được",
        **words,
    )
    if arrived.applied_at is not None:
        said = _("Đã áp dụng (lần nhập số %(id)s): %(told)s.", id=arrived.id, told=told)
        return Fetched(name, State.APPLIED, said, arrived.id)
    said = _("Đã nhận, chờ người xem và áp dụng (lần nhập số %(id)s): %(told)s.", id=arrived.id, told=told)
    return Fetched(name, State.PROPOSED, said, arrived.id)


def _move_aside(folder: Path, path: Path, fetched: Fetched, now: datetime) -> None:
    """Move a file to where it rests, beside a note of what became of it; the note comes first."""
    rest = folder / (FAILED if fetched.state is State.FAILED else DONE)
    rest.mkdir(exist_ok=True)
    stamp = now.strftime("%Y%m%dT%H%M%S")
    target = rest / f"{stamp}_{fetched.file.replace(os.sep, '_')}"
    target.with_name(target.name + ".ghi-chu.txt").write_text(fetched.said + "\n", encoding="utf-8")
    path.replace(target)
