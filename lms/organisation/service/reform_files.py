"""Reform files on their way from upload to application."""

from datetime import date, datetime

from lms.organisation import queries
from lms.organisation.models import ReformFile
from lms.organisation.reform.draft import Problem, UnreadableReform
from lms.organisation.reform.reading import Chosen, read_choices
from lms.organisation.service.reforms import Outcome, rehearse, reorganise
from lms.platform import files
from lms.platform.db import db, lock
from lms.platform.events import By


def receive_reform(content: bytes, *, file_name: str, on: date, by: By, now: datetime) -> ReformFile:
    """Keep a reform file that can be carried out; raises UnreadableReform for any other."""
    rehearse(content, file_name=file_name, on=on)
    arrived = ReformFile(
        file_name=file_name[:200],
        sha256=files.keep(content),
        on_day=on,
        choices_name="",
        choices_sha256="",
        account_id=by.account_id,
        received_at=now,
    )
    db.session.add(arrived)
    db.session.flush()
    return arrived


def attach_choices(arrived: ReformFile, content: bytes, *, file_name: str) -> Outcome:
    """Keep a list of choices with a reform file; raises UnreadableReform and keeps nothing if a line does not fit."""
    outcome = rehearse(
        _kept(arrived.sha256, arrived.file_name),
        file_name=arrived.file_name,
        on=arrived.on_day,
        choices=read_choices(content, file_name),
        choices_name=file_name,
    )
    arrived.choices_name, arrived.choices_sha256 = file_name[:200], files.keep(content)
    db.session.flush()
    return outcome


def revisit_reform(arrived: ReformFile) -> Outcome:
    """Say what a kept reform file would do now; raises UnreadableReform if it no longer fits."""
    return rehearse(
        _kept(arrived.sha256, arrived.file_name),
        file_name=arrived.file_name,
        on=arrived.on_day,
        choices=_choices(arrived),
        choices_name=arrived.choices_name,
    )


def apply_reform(arrived: ReformFile, *, by: By, now: datetime) -> Outcome:
    """Carry out a kept reform file; raises UnreadableReform if it no longer fits."""
    lock("organisation")
    outcome = reorganise(
        _kept(arrived.sha256, arrived.file_name),
        file_name=arrived.file_name,
        on=arrived.on_day,
        choices=_choices(arrived),
        choices_name=arrived.choices_name,
        by=by,
        now=now,
    )
    reform = queries.reform_of(outcome.code)
    arrived.reform_id = reform.id if reform else None
    db.session.flush()
    return outcome


def _choices(arrived: ReformFile) -> list[Chosen]:
    if not arrived.choices_sha256:
        return []
    return read_choices(_kept(arrived.choices_sha256, arrived.choices_name), arrived.choices_name)


def _kept(sha256: str, file_name: str) -> bytes:
    try:
        return files.kept(sha256)
    except FileNotFoundError as error:
        told = Problem(1, "Tệp gốc không còn trên máy chủ. Hãy gửi lại tệp.")
        raise UnreadableReform(file_name, [told]) from error
