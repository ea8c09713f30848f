"""The canonical form of a closed period, as SQL: what a line says of a row, and the mark beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lms.plan.periods import rules
from lms.plan.periods.models import ClosedDuty, ClosedPeriod, ClosedPerson, ClosedRequirement, ClosedUnit, PeriodErratum
from lms.platform.columns import FOREVER, Day, NfcText
from lms.platform.vietnamese import short_day


@dataclass(frozen=True)
class Part:
    """A kind of lines: the table, the word that begins each, and the columns behind the number."""

    name: str
    model: Any
    columns: Sequence[str]

    @property
    def table(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)


UNITS = Part("don-vi", ClosedUnit, ("unit_id", "parent_id", "code", "name", "short_name", "abbreviation", "kind"))
REQUIREMENTS = Part("yeu-cau", ClosedRequirement, ("requirement_id", "facts"))
PERSONS = Part(
    "nguoi", ClosedPerson,
    ("person_id", "personal_id", "full_name", "title", "department", "position", "category", "posting_id"),
)  # fmt: skip
DUTIES = Part(
    "nghia-vu", ClosedDuty,
    ("person_id", "requirement_id", "cycle", "unit_id", "kind", "due_on", "started_on", "fulfilled_on", "evidence"),
)  # fmt: skip
PARTS = (UNITS, REQUIREMENTS, PERSONS, DUTIES)
CHANGES = (
    "person_id", "requirement_id", "cycle", "personal_id", "full_name", "requirement",
    "was_unit_id", "was_kind", "was_due_on", "was_started_on", "was_fulfilled_on", "was_evidence",
    "unit_id", "kind", "due_on", "started_on", "fulfilled_on", "evidence", "cause", "words", "counts",
)  # fmt: skip
"""What a line of an erratum says behind its number."""


def line_sql(part: Part, alias: str, *, on_postgresql: bool) -> str:
    """SQL for the line of a row: word, number and columns with bars between them; an open end and nothing read ""."""
    fields = [f"'{part.name}'", f"{alias}.number"]
    for name in part.columns:
        column, kind = f"{alias}.{name}", part.model.__table__.c[name].type
        if isinstance(kind, Day):
            fields.append(_day_sql(column, on_postgresql))
        elif isinstance(kind, NfcText):
            fields.append(_text_sql(column, on_postgresql))
        else:
            fields.append(f"COALESCE(CAST({column} AS TEXT), '')" if part.model.__table__.c[name].nullable else column)
    # Where there are millions of rows, one call costs half of as many joinings; no field is ever NULL.
    return f"concat_ws('|', {', '.join(fields)})" if on_postgresql else " || '|' || ".join(fields)


def _day_sql(column: str, on_postgresql: bool) -> str:
    if on_postgresql:
        # Every connection of the program writes days as ISO 8601 does (lms.platform.db).
        return f"CASE WHEN {column} = DATE '{FOREVER}' THEN '' ELSE CAST({column} AS TEXT) END"
    forever = (FOREVER - date(1970, 1, 1)).days
    return f"CASE WHEN {column} = {forever} THEN '' ELSE date({column} * 86400, 'unixepoch') END"


def _text_sql(column: str, on_postgresql: bool) -> str:
    r"""Text in which a bar reads \|, a line break \n and a backslash \\."""
    line_break = "chr(10)" if on_postgresql else "char(10)"
    return rf"replace(replace(replace({column}, '\', '\\'), '|', '\|'), {line_break}, '\n')"


def mark_sql(line: str, *, on_postgresql: bool) -> str:
    """SQL for `rules.mark_of`."""
    if on_postgresql:
        return f"left(encode(sha256(convert_to({line}, 'UTF8')), 'hex'), 16)"
    return f"sha256_mark({line})"


def head_of(period: ClosedPeriod) -> str:
    """The first line of the canonical form."""
    values = {
        "dang": rules.FORMAT,
        "ma": period.code,
        "ten": period.name,
        "ngay": period.as_of.isoformat(),
        "ke_hoach": {
            "id": period.plan_id, "ma": period.plan_code, "so": period.plan_number, "ten": period.plan_title,
            "co_quan": period.plan_issuer, "ngay": period.plan_issued_on.isoformat(),
        },
        "don_vi": period.unit_id,
        "toan_bo": period.is_whole,
        "nguoi_chot": period.closer,
        "tai_khoan": period.closed_by,
        "luc": rules.moment_text(period.closed_at),
        "so_dong": {
            UNITS.name: period.units, REQUIREMENTS.name: period.requirements, PERSONS.name: period.persons,
            DUTIES.name: period.duties,
        },
    }  # fmt: skip
    return rules.canonical_json(values)


def erratum_head(erratum: PeriodErratum, code: str) -> str:
    """The first line of an erratum's canonical form; it holds on to what came before."""
    return rules.canonical_json(
        {
            "dang": rules.FORMAT, "ky": code, "dinh_chinh": erratum.number, "ly_do": erratum.reason,
            "van_ban": erratum.document, "nguoi": erratum.issuer, "tai_khoan": erratum.issued_by,
            "luc": rules.moment_text(erratum.issued_at), "so_dong": erratum.lines, "truoc": erratum.before,
        }
    )  # fmt: skip


def change_line(row: Any) -> str:
    """The line of a duty that an erratum puts right."""
    values = {name: _plain(getattr(row, name)) for name in CHANGES}
    return rules.canonical_json({"tt": row.number, **values})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def code_of(plan_code: str, as_of: date, unit_code: str | None) -> str:
    """How a period is called on the command line and in the names of files."""
    return f"{plan_code}.{as_of.isoformat()}" + (f".{unit_code}" if unit_code else "")


def described(period: ClosedPeriod) -> str:
    """A period in a sentence."""
    return f"{period.name}, Kế hoạch số {period.plan_number}, số liệu đến ngày {short_day(period.as_of)}"
