"""What a roster would change, what is wrong in it, and applying it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.organisation import kinds, labels, queries, service
from lms.organisation.blueprint import bp
from lms.organisation.forms import ApplyForm, PolicyForm
from lms.organisation.labels import WORDS
from lms.organisation.models import RosterImport
from lms.organisation.roster.choosing import choices_of
from lms.organisation.roster.difference import Difference
from lms.organisation.roster.policy import policy_of
from lms.organisation.roster.reading import UnclearColumns
from lms.organisation.roster.records import Roster
from lms.organisation.roster.sheets import UnreadableRoster
from lms.organisation.rosterpages import rows, study
from lms.organisation.rules import Refusal
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, requires
from lms.platform.pages import page

CHANGE = Permission.ORGANISATION_POSTING_CHANGE
IMPORT = Permission.ORGANISATION_ROSTER_IMPORT
MOST_SHOWN = 200
"""Rows of one kind that the page of a roster shows; all of them are applied."""


@bp.get("/nhan-su/nhap-danh-sach/<int:import_id>")
@requires(IMPORT)
def roster_show(import_id: int) -> Response:
    """What a roster would change, or did."""
    return roster_page(queries.import_for(current_user, IMPORT, import_id), ApplyForm())


@bp.post("/nhan-su/nhap-danh-sach/<int:import_id>")
@requires(IMPORT)
def roster_apply(import_id: int) -> Response:
    """Apply a roster as it was shown."""
    arrived = queries.import_for(current_user, IMPORT, import_id)
    form = ApplyForm()
    if form.validate_on_submit():
        with form.refusals(labels.REFUSALS), _unreadable(form):
            wished = kinds.of_roster(
                arrived, shown=form.shown.data or "", many_left=form.many_left.data, applier_id=current_user.person_id
            )
            with_whom: dict[str, Any] = {"by": current_user, "now": clock.now(), "today": clock.today()}
            people = kinds.people_of(arrived)
            if request.form.get("buoc") == "tung-nguoi" or kinds.is_seen_apart(kinds.ROSTER, people):
                change = kinds.submit(wished, people=people, **with_whom)
                return redirect(url_for("changes.show", change_id=change.id), 303)
            done: Difference = kinds.do(wished, **with_whom)
            flash(_("Đã áp dụng danh sách: %(n)s thay đổi.", n=done.changes))
            return redirect(url_for(".roster_show", import_id=import_id))
    return roster_page(arrived, form)


@contextmanager
def _unreadable(form: ApplyForm) -> Iterator[None]:
    """Say on the form that a kept file is of no use any more."""
    try:
        yield
    except UnreadableRoster as error:
        form.form_errors = [*form.form_errors, str(error)]


def roster_page(
    arrived: RosterImport,
    form: ApplyForm,
    *,
    typed: Mapping[str, str] | None = None,
    chosen: PolicyForm | None = None,
) -> Response:
    """The difference as it is now; what a roster did is told from the counts kept when it was applied.

    `typed` holds what stood in the inputs of wrong rows when it could not be kept, `chosen` a policy that was refused.
    """
    roster, difference = Roster((), (), frozenset(), frozenset(), 0), Difference()
    unreadable = ""
    if arrived.applied_at is None:
        try:
            _unit, roster, difference = service.revisit(arrived)
        except UnclearColumns:
            return redirect(url_for(".roster_columns", import_id=arrived.id))
        except UnreadableRoster as error:
            unreadable = str(error)
    form.shown.data = difference.digest()
    choices = choices_of(arrived.choices)
    wrong, doubtful = rows.rows_of(roster, choices, difference.unmatched)
    return page(
        "organisation/roster_show.html",
        form=form,
        arrived=arrived,
        unit=queries.unit_row(arrived.unit_id, arrived.on_day),
        roster=roster,
        difference=difference,
        counts=arrived.summary if arrived.applied_at else service.summary(roster, difference),
        corrections=_by_person(difference),
        leaves_self=labels.REFUSALS[Refusal.LEAVES_SELF] if difference.lets_leave(current_user.person_id) else None,
        must_confirm=service.stops(roster, difference, policy_of(arrived.policy)),
        unreadable=unreadable,
        is_apart=kinds.is_seen_apart(kinds.ROSTER, difference.changes),
        earlier=queries.import_with(arrived.reused_id) if arrived.reused_id and not arrived.applied_at else None,
        study=study.told(arrived, difference.digest()),
        wrong=wrong,
        doubtful=doubtful,
        bad=rows.counted(roster, difference.unmatched),
        mended=rows.mended(choices),
        version=rows.version_of(arrived),
        typed=typed or {},
        policy=chosen or PolicyForm(formdata=None, obj=policy_of(arrived.policy)),
        departments=queries.departments_of(arrived.unit_id, arrived.on_day) if roster.problems else [],
        several=len({record.sheet for record in roster.records}) > 1,
        notes=roster.notes,
        rows_said=rows_said,
        most=MOST_SHOWN,
        merges="merging.merge" in current_app.view_functions and bool(current_user.roots(CHANGE)),
        **WORDS,
    )


def _by_person(difference: Difference) -> list[list[Any]]:
    """Corrections, those of one person together."""
    found: dict[int, list[Any]] = {}
    for item in difference.corrected:
        found.setdefault(item.known.person_id, []).append(item)
    return list(found.values())


MOST_RUNS = 12
"""Runs of rows that a note names; the others are counted."""


def rows_said(numbers: Sequence[int]) -> str:
    """Row numbers in words: 3, 5–9 và 120 dòng khác."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    said = ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in runs[:MOST_RUNS])
    others = sum(b - a + 1 for a, b in runs[MOST_RUNS:])
    return _("%(rows)s và %(n)s dòng khác", rows=said, n=vietnamese.number(others, 0)) if others else said
