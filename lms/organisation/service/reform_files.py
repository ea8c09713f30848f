"""Reform files on their way from upload to application."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from lms.organisation import queries
from lms.organisation.models import Reform, ReformFile
from lms.organisation.queries.reforms import people_posted
from lms.organisation.reform.draft import Problem, UnreadableReform
from lms.organisation.reform.reading import Chosen, read_choices
from lms.organisation.service.outcome import Outcome, UnitAsked
from lms.organisation.service.reforms import reorganise
from lms.organisation.service.rehearsing import case_of, checked, looked_at, rehearse, told
from lms.organisation.service.structure import Case
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
    """Keep a list of choices with a reform file, beside those made before; where both name a person the new one holds.

    Raises UnreadableReform and keeps nothing if a line does not fit.
    """
    db.session.refresh(arrived, with_for_update=True)
    case = _case(arrived)
    made = _made(arrived, case) | _fitting(case, read_choices(content, file_name), file_name)
    _keep(arrived, made, file_name)
    return revisit_reform(arrived)


def pick(arrived: ReformFile, old_code: str, picks: Mapping[int, str]) -> int:
    """Keep choices made on the page with a reform file (person → code, "" takes one back); returns how many changed.

    Raises UnreadableReform if one does not fit; then nothing is kept.
    """
    db.session.refresh(arrived, with_for_update=True)
    case = _case(arrived)
    made = _made(arrived, case)
    wanted = [
        Chosen(line, f"#{person_id}", code, old_code)
        for line, (person_id, code) in enumerate(sorted(picks.items()), start=1)
        if code
    ]
    new = {key: code for key, code in made.items() if not (key[1] == old_code and key[0] in picks)}
    new |= _fitting(case, wanted, arrived.file_name)
    changed = {key for key in made.keys() | new.keys() if made.get(key) != new.get(key)}
    if changed:
        _keep(arrived, new, arrived.choices_name or "phan-cong-tren-trang.csv")
    return len(changed)


def _case(arrived: ReformFile) -> Case:
    found = case_of(_kept(arrived.sha256, arrived.file_name), arrived.file_name, arrived.on_day)
    if not isinstance(found, Case):
        raise UnreadableReform(arrived.file_name, [Problem(1, "Đợt sắp xếp này đã được áp dụng.")])
    return found


def _made(arrived: ReformFile, case: Case) -> dict[tuple[int, str], str]:
    """(person, old code) → chosen code, as kept so far."""
    return _fitting(case, _choices(arrived), arrived.choices_name)


def _fitting(case: Case, choices: list[Chosen], file_name: str) -> dict[tuple[int, str], str]:
    if not choices:
        return {}
    codes = {case.standing[code].id: code for code, fate in case.structure.fates.items() if fate.needs_choice}
    return checked(choices, people_posted(codes, case.on), codes, case, file_name)


def _keep(arrived: ReformFile, made: Mapping[tuple[int, str], str], file_name: str) -> None:
    """Write choices down as a list of our own, which is read again when the reform is applied."""
    lines = ["Mã hồ sơ;Mã đơn vị cũ;Mã đơn vị mới", *(f"{key[0]};{key[1]};{made[key]}" for key in sorted(made))]
    arrived.choices_name = f"{Path(file_name).stem[:190]}.csv" if made else ""
    arrived.choices_sha256 = files.keep("\n".join(lines).encode()) if made else ""
    db.session.flush()


def revisit_reform(arrived: ReformFile) -> Outcome:
    """Say what a kept reform file would do now; raises UnreadableReform if it no longer fits."""
    return look_at(arrived)[0]


def look_at(arrived: ReformFile) -> tuple[Outcome, tuple[UnitAsked, ...]]:
    """What a kept reform file would do now, and the units whose people must be assigned; raises UnreadableReform."""
    case = case_of(_kept(arrived.sha256, arrived.file_name), arrived.file_name, arrived.on_day)
    if isinstance(case, Reform):
        return told(case), ()
    return looked_at(case, _choices(arrived), arrived.choices_name)


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
