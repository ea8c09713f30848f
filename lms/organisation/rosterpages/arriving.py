"""Sending a roster."""

from datetime import date

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from lms.organisation import labels, queries, service
from lms.organisation.blueprint import bp
from lms.organisation.forms import RosterForm
from lms.organisation.models import RosterImport
from lms.organisation.roster.records import HEADINGS
from lms.organisation.roster.sheets import UnreadableRoster
from lms.organisation.rosterpages.study import foresee
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, requires
from lms.platform.forms import Refused, row_id
from lms.platform.pages import page

IMPORT = Permission.ORGANISATION_ROSTER_IMPORT


@bp.route("/nhan-su/nhap-danh-sach", methods=["GET", "POST"])
@requires(IMPORT)
def roster_new() -> Response:
    """Send a roster file to be compared."""
    unit_id = request.args.get("don_vi", type=row_id)
    form = RosterForm()
    choices = queries.units_for_choice(current_user, IMPORT, clock.today(), unit_id or form.unit.data)
    form.unit.choices = [SelectChoice(row.id, _said(row)) for row in choices]
    if request.method == "GET" and unit_id:
        form.unit.data = unit_id
    if form.validate_on_submit() and (arrived := _received(form)):
        if not arrived.summary:
            return redirect(url_for(".roster_columns", import_id=arrived.id))
        foresee(arrived)
        return redirect(url_for(".roster_show", import_id=arrived.id))
    return page(
        "organisation/roster_new.html",
        form=form,
        arrivals=queries.imports_within(current_user, IMPORT),
        headings=list(HEADINGS.values()),
    )


def _said(row: queries.UnitRow) -> str:
    """A unit in a selection; one that has ended says until when."""
    if row.valid_to > clock.today():
        return row.name
    last = vietnamese.short_day(date.fromordinal(row.valid_to.toordinal() - 1))
    return _("%(name)s (đến %(day)s)", name=row.name, day=last)


def _received(form: RosterForm) -> RosterImport | None:
    """The roster as it was kept; None after a sentence was put on the form."""
    chosen = queries.unit_for(current_user, IMPORT, form.unit.data)
    try:
        return service.receive(
            form.file.data.read(),
            file_name=vietnamese.nfc(form.file.data.filename or _("danh sách")),
            unit=chosen,
            on=service.day_for(chosen, form.on.data, clock.today()),
            by=current_user,
            now=clock.now(),
        )
    except UnreadableRoster as error:
        form.refuse("file", str(error))
    except Refused as refusal:
        form.refuse("on", str(labels.REFUSALS[refusal.reason]))
    return None
