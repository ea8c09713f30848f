"""Files of a closed period: the same bytes whenever they are asked for, for nothing in them tells of another moment."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from lms.plan.periods import queries as reading
from lms.plan.periods import rules as stages
from lms.plan.periods.models import ErratumLine, PeriodDifference
from lms.platform import clock, vietnamese
from lms.platform.columns import FOREVER
from lms.platform.documents.table import Column, Format, Table, csv_lines, write_xlsx
from lms.reports import labels, papers, sheets
from lms.reports.commands import as_json
from lms.reports.periods.closed import Shown
from lms.reports.rules import State, state_on

KINDS = ("pdf", "xlsx", "csv", "json")


def sealed_words(shown: Shown, stage: int) -> str:
    """The sentence under the figures that says what they are and how they can be proven."""
    period = shown.period
    day = vietnamese.short_day(clock.day_of(period.closed_at))
    corrected = f", đã gồm đính chính đến số {stage}" if stage > 0 else ", như công bố"
    digest = shown.errata[stage - 1].digest if stage > 0 else period.digest
    return f"Số liệu chốt ngày {day} ({period.name}, mã {period.code}){corrected}. SHA-256: {digest}."


def pdf(shown: Shown, stage: int) -> bytes:
    """The báo cáo with its appendices."""
    day = clock.day_of(shown.period.closed_at)
    return papers.compliance_pdf(shown.report(stage), (), day, sealed_words(shown, stage))


def table(shown: Shown, stage: int) -> Table:
    """One line per unit, the total last."""
    made = sheets.compliance_table(shown.report(stage))
    period = shown.period
    notes = (*made.notes, sealed_words(shown, stage))
    return replace(made, title=f"{period.name}: {made.title}", notes=notes, made_at=period.closed_at)


def xlsx(shown: Shown, stage: int) -> bytes:
    """The table as a spreadsheet."""
    target = io.BytesIO()
    write_xlsx(table(shown, stage), target)
    return target.getvalue()


def csv_text(shown: Shown, stage: int) -> bytes:
    """The table as text."""
    return "".join(csv_lines(table(shown, stage))).encode()


def json_text(shown: Shown, stage: int) -> bytes:
    """The figures for machines, with everything by which they can be proven."""
    period = shown.period
    values = {
        "period": period.code,
        "name": period.name,
        "closed_at": stages.moment_text(period.closed_at),
        "closed_by": period.closer,
        "sha256": period.digest,
        "stage": "published" if stage == stages.BASIS else f"erratum-{stage}",
        "errata": [
            {"number": e.number, "reason": e.reason, "issued_at": stages.moment_text(e.issued_at), "lines": e.lines,
             "sha256": e.digest}
            for e in shown.errata if e.number <= stage
        ],
        **as_json(shown.report(stage)),
    }  # fmt: skip
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()


WRITERS = {"pdf": pdf, "xlsx": xlsx, "csv": csv_text, "json": json_text}


def people_table(shown: Shown, wanted: reading.Wanted, title: str) -> Table:
    """The people behind a published figure, numbers masked."""
    period = shown.period
    names = {r.id: r.short_title for r in shown.requirements}
    with force_locale("vi"):  # documents are always Vietnamese
        states = {state: str(word) for state, word in labels.STATES.items()}

    def lines() -> Iterator[dict[str, Any]]:
        for line in reading.people_stream(wanted):
            state = state_on(
                period.as_of, kind=line.kind, due_on=line.due_on, started_on=line.started_on,
                fulfilled_on=line.fulfilled_on,
            )  # fmt: skip
            yield {
                **vars(line), "unit": shown.name_of(line.unit_id), "requirement": names.get(line.requirement_id, ""),
                "state": states[state],
                "fulfilled_on": None if line.fulfilled_on == FOREVER else line.fulfilled_on,
            }  # fmt: skip

    return Table(
        title=title,
        columns=sheets.person_columns(),
        rows=lines(),
        notes=(sealed_words(shown, stages.BASIS),),
        made_at=period.closed_at,
    )


def side_words(shown: Shown, row: ErratumLine | PeriodDifference, prefix: str) -> str:
    """How a duty counted before ("was_") or counts after an erratum: state, unit, and what it hangs on."""
    unit_id = getattr(row, f"{prefix}unit_id")
    if unit_id is None:
        return _("Không phải học")
    kind, due, started, fulfilled = (getattr(row, prefix + n) for n in ("kind", "due_on", "started_on", "fulfilled_on"))
    state = state_on(shown.period.as_of, kind=kind, due_on=due, started_on=started, fulfilled_on=fulfilled)
    said = [str(labels.STATES[state])]
    if fulfilled < FOREVER:
        said[0] += f" {vietnamese.short_day(fulfilled)}"
    elif due < FOREVER and state is not State.WAIVED:
        said.append(_("hạn %(day)s", day=vietnamese.short_day(due)))
    if row.unit_id != row.was_unit_id:
        said.append(shown.name_of(unit_id))
    return ", ".join(said)


def erratum_table(shown: Shown, number: int) -> Table:
    """The lines of an erratum, numbers masked."""
    erratum = shown.errata[number - 1]
    with force_locale("vi"):  # documents are always Vietnamese
        rows = [
            {
                "number": row.number, "name": row.full_name, "masked": vietnamese.masked_id(row.personal_id),
                "requirement": row.requirement, "before": side_words(shown, row, "was_"),
                "after": side_words(shown, row, ""), "words": row.words,
            }
            for row in reading.erratum_lines(erratum.id, shown.unit_ids)
        ]  # fmt: skip
    return Table(
        title=f"Đính chính số {number}: {shown.period.name}",
        columns=(
            Column("number", "TT", Format.WHOLE, 6),
            Column("name", "Họ và tên", width=28),
            Column("masked", "Số định danh (che)", width=16),
            Column("requirement", "Yêu cầu đào tạo", width=26),
            Column("before", "Đã công bố", width=40),
            Column("after", "Đính chính thành", width=40),
            Column("words", "Nguyên nhân", width=60),
        ),
        rows=rows,
        notes=(f"Lý do: {erratum.reason}", sealed_words(shown, number)),
        made_at=erratum.issued_at,
    )


def file_name(shown: Shown, stage: int, kind: str) -> str:
    """A name without anything personal: code, unit, erratum."""
    unit = "" if shown.is_all or shown.place is None else f"-{shown.place.code}"
    erratum = f"-dinh-chinh-{stage}" if stage > 0 else ""
    return f"chot-{vietnamese.slug(shown.period.code)}{unit}{erratum}.{kind}"
