"""What the columns of a roster are: proposed, looked at, corrected by hand, remembered for the unit's next file."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from lms.organisation import labels, queries, service
from lms.organisation.blueprint import bp
from lms.organisation.labels import WORDS
from lms.organisation.models import RosterImport
from lms.organisation.roster.choosing import choices_of
from lms.organisation.roster.records import LENGTHS
from lms.organisation.roster.sheets import UnreadableRoster
from lms.organisation.roster.values import shown
from lms.organisation.rosterpages.study import foresee
from lms.platform.access import Permission, requires
from lms.platform.forms import Form, Refused, at_most
from lms.platform.pages import page

IMPORT = Permission.ORGANISATION_ROSTER_IMPORT


class ColumnsForm(Form):
    """What holds for everybody; the selections of the columns are added for each file."""

    department = StringField(_l("Phòng, ban của cả danh sách"), [Optional(), at_most(LENGTHS["department"])])
    staff_category = SelectField(_l("Loại nhân sự của cả danh sách"), validate_choice=False)


def form_for(columns: Sequence[service.Column]) -> ColumnsForm:
    """A form with a selection for each column, called cot-0, cot-1 …"""
    fields = {
        name_of(number): SelectField(
            _("%(column)s là gì", column=column.proposal.label or _("Cột %(letters)s", letters=column.letters)),
            choices=[SelectChoice(value, str(label)) for value, label in labels.COLUMNS.items()],
            default=column.proposal.field,
        )
        for number, column in enumerate(columns)
    }
    form: ColumnsForm = type("ColumnsOfFileForm", (ColumnsForm,), fields)()
    form.staff_category.choices = [
        SelectChoice("", _("Theo từng dòng trong tệp")),
        *(SelectChoice(kind.value, str(label)) for kind, label in labels.CATEGORIES.items()),
    ]
    return form


def name_of(number: int) -> str:
    """The name of the selection of a column."""
    return f"cot-{number}"


@bp.route("/nhan-su/nhap-danh-sach/<int:import_id>/cot", methods=["GET", "POST"])
@requires(IMPORT)
def roster_columns(import_id: int) -> Response:
    """Which column of a kept roster is what."""
    arrived = queries.import_for(current_user, IMPORT, import_id)
    if arrived.applied_at is not None:
        return redirect(url_for(".roster_show", import_id=import_id))
    try:
        understood = service.columns_of(arrived)
    except UnreadableRoster as error:
        return _page(arrived, service.Columns(()), ColumnsForm(), unreadable=str(error))
    form = form_for(understood.columns)
    if form.validate_on_submit():
        chosen = [form[name_of(number)].data for number in range(len(understood.columns))]
        if _is_sound(form, chosen) and _understood(form, arrived, understood.columns, chosen):
            foresee(arrived)
            flash(_("Đã đọc lại tệp theo các cột đã chọn. Lần sau tệp có các cột này được hiểu như vậy."))
            return redirect(url_for(".roster_show", import_id=import_id))
    elif not form.is_submitted():
        said = choices_of(arrived.choices)
        form.department.data, form.staff_category.data = said.department, said.staff_category
    return _page(arrived, understood, form)


def _page(arrived: RosterImport, understood: service.Columns, form: ColumnsForm, *, unreadable: str = "") -> Response:
    earlier = queries.import_with(arrived.reused_id) if arrived.reused_id else None
    return page(
        "organisation/roster_columns.html",
        arrived=arrived,
        unit=queries.unit_row(arrived.unit_id, arrived.on_day),
        understood=understood,
        columns=[(column, form[name_of(n)], _sureness(column)) for n, column in enumerate(understood.columns)],
        departments=queries.departments_of(arrived.unit_id, arrived.on_day),
        earlier=earlier,
        unreadable=unreadable,
        several=len({sheet for column in understood.columns for sheet in column.sheets}) > 1,
        shown=shown,
        form=form,
        **WORDS,
    )


def _sureness(column: service.Column) -> tuple[str, str, Any]:
    proposal = column.proposal
    is_nothing = not proposal.field and proposal.why not in ("twice", "conflict", "chosen")
    return labels.SURENESS["none" if is_nothing else proposal.why or "none"]


def _is_sound(form: ColumnsForm, chosen: Sequence[str]) -> bool:
    """Whether no two columns are the same and somebody has a name; else sentences stand on the form."""
    for number, field in enumerate(chosen):
        if field and field in chosen[:number]:
            other = chosen.index(field)
            form.refuse(
                name_of(number),
                _(
                    "Hai cột cùng là “%(field)s”: cột này và “%(other)s”. Hãy giữ một cột, cột kia chọn “Không dùng”.",
                    field=labels.COLUMNS[field], other=form[name_of(other)].label.text,
                ),
            )  # fmt: skip
    if "full_name" not in chosen and not {"family_part", "given_part"} <= set(chosen):
        form.form_errors = [*form.form_errors, _("Chưa cột nào là “Họ và tên”. Hãy chọn cột ghi họ tên.")]
    return not form.errors


def _understood(
    form: ColumnsForm, arrived: RosterImport, columns: Sequence[service.Column], chosen: Sequence[str]
) -> bool:
    """Whether the roster was read with what was chosen; else sentences stand on the form."""
    said: Mapping[str, str] = {column.key: field for column, field in zip(columns, chosen, strict=True)}
    try:
        service.understand(
            arrived, said, department=form.department.data or "", staff_category=form.staff_category.data or ""
        )
    except UnreadableRoster as error:
        form.form_errors = [*form.form_errors, str(error)]
    except Refused as refusal:
        form.form_errors = [*form.form_errors, str(labels.REFUSALS[refusal.reason])]
    return not form.errors
