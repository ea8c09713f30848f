"""The desk of assignments: who goes to which unit, one by one, ticked, or everybody who is listed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _

from lms.organisation.forms import AssignForm
from lms.platform import vietnamese
from lms.platform.forms import row_id

MOST_AT_ONCE = 5_000
"""People whom one press of a button assigns; nobody waits longer in a browser."""
STATES = {"cho": False, "da": True, "het": None}
"""?loc= → whether a unit was chosen; None: either."""


@dataclass(frozen=True)
class Filter:
    """Whom the page lists."""

    words: str
    department: str
    state: str

    @property
    def confirmed(self) -> bool | None:
        """Whether those listed are assigned; None: both."""
        return STATES[self.state]

    def takes(self, name: str, departments: Sequence[str], settled: bool) -> bool:
        """Whether somebody is listed."""
        parts = vietnamese.fold(self.words).split()
        words = f" {vietnamese.fold(name)}"
        return (
            (self.confirmed is None or settled is self.confirmed)
            and (not self.department or self.department in departments)
            and all(f" {part}" in words for part in parts)
        )


def asked_filter() -> Filter:
    """The filter in the address."""
    state = request.args.get("loc", "cho")
    return Filter(
        words=vietnamese.nfc(request.args.get("tim", ""))[:80],
        department=vietnamese.nfc(request.args.get("bo_phan", ""))[:160],
        state=state if state in STATES else "cho",
    )


@dataclass(frozen=True)
class Line:
    """A person on the desk. `value` is the option chosen, "" while nobody has chosen."""

    person_id: int
    full_name: str
    personal_id: str
    department: str
    title: str
    value: str
    counted: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the page shows."""

    unit: str
    receiving: Sequence[str]
    """Names of the units among which its people are divided; none when it was dissolved."""
    day: Any
    waiting: int
    settled: int
    listed: int
    lines: Sequence[Line]
    options: tuple[tuple[str, str], ...]
    """For all at once; none: any unit, typed by name or code."""
    departments: Sequence[tuple[str, int]]
    filter: Filter
    hints: Sequence[str] = ()
    may_clear: bool = False
    """Whether a choice may be taken back: only before the reform is carried out."""


def picked(form: AssignForm, everybody: Callable[[], Iterable[int]], *, may_clear: bool) -> dict[int, str]:
    """Person → what was chosen on the page; empty with a sentence on the form when nothing was.

    `may_clear`: an empty selection takes a choice back; otherwise it leaves things as they are.
    """
    act = request.form.get("viec", "tung")
    target = vietnamese.nfc(request.form.get("den_chung", ""))[:240]
    found: dict[int, str] = {}
    complaint = ""
    if act == "tung":
        found = {person: chosen for person, chosen in _one_by_one().items() if chosen or may_clear}
        complaint = _("Chưa có lựa chọn nào thay đổi. Hãy chọn đơn vị mới ở dòng của từng người.")
    elif not target:
        complaint = _("Hãy chọn đơn vị nhận trước khi phân công nhiều người.")
    elif act == "loc":
        ids = list(everybody())
        if len(ids) > MOST_AT_ONCE:
            complaint = _(
                "Mỗi lần phân công nhiều nhất %(n)s người. Hãy lọc theo bộ phận, hoặc gửi danh sách.",
                n=vietnamese.number(MOST_AT_ONCE, 0),
            )
        else:
            found = dict.fromkeys(ids, target)
            complaint = _("Không có ai trong danh sách đang lọc.")
    else:
        found = dict.fromkeys(_ids(request.form.getlist("nguoi")), target)
        complaint = _("Hãy đánh dấu ít nhất một người.")
    if not found:
        form.form_errors = [*form.form_errors, complaint]
    return found


def _one_by_one() -> dict[int, str]:
    """The selections that were changed: what stood there before comes along, so that others' work is left alone."""
    found = {}
    for name, value in request.form.items():
        if name.startswith("den-"):
            for person_id in _ids([name.removeprefix("den-")]):
                chosen = vietnamese.nfc(value)[:240]
                if chosen != request.form.get(f"truoc-{person_id}", ""):
                    found[person_id] = chosen
    return found


def _ids(values: Iterable[str]) -> list[int]:
    found = []
    for value in values:
        try:
            found.append(row_id(value))
        except ValueError:
            continue
    return found


def understood(form: AssignForm, picks: Mapping[int, str], read: Callable[[str], str]) -> dict[int, str]:
    """The same with each text as `read` understands it ("": not at all, which is said on the form)."""
    known = {text: read(text) for text in set(picks.values()) if text}
    strange = sorted(text for text, meant in known.items() if not meant)
    if strange:
        told = _("Không rõ đơn vị “%(text)s”. Hãy ghi tên đầy đủ hoặc mã đơn vị.", text=strange[0][:60])
        form.form_errors = [*form.form_errors, told]
        return {}
    return {person_id: known.get(text, "") for person_id, text in picks.items()}
