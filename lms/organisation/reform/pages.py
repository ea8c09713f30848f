"""Pages of reforms: upload, look, say who goes where, apply; and who still waits for a unit."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.organisation import queries, service
from lms.organisation.forms import ChoicesForm, ConfirmForm, ReformForm
from lms.organisation.models import Reform, ReformFile
from lms.organisation.reform.draft import UnreadableReform
from lms.organisation.reform.reading import read_choices
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, requires
from lms.platform.documents.table import Column, Table, csv_lines
from lms.platform.forms import Form
from lms.platform.pages import page

bp = Blueprint("reform", __name__)

MOST_SHOWN = 200
MOST_AT_ONCE = 5_000
"""People whom a request may move; more is a matter for the command line, which nobody waits for in a browser."""


def _at_the_root() -> None:
    """Only who may do so for the whole tree: 403 for holders of the permission at some unit."""
    root = queries.root_on(clock.today())
    if root is not None and root.id not in current_user.roots(Permission.ORGANISATION_UNIT_REORGANISE):
        abort(403)


@bp.route("/don-vi/sap-xep", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def start() -> AnyResponse:
    """Send a reform file; reforms on record."""
    _at_the_root()
    form = ReformForm()
    if form.validate_on_submit() and (arrived := _received(form)):
        return redirect(url_for(".show_file", file_id=arrived.id))
    return page(
        "organisation/reform_start.html",
        form=form,
        files=queries.reform_files(),
        reforms=queries.reforms_on_record(),
    )


def _received(form: ReformForm) -> ReformFile | None:
    day = form.on.data
    if day is None:
        return None  # the form asks for it
    try:
        return service.receive_reform(
            form.file.data.read(),
            file_name=vietnamese.nfc(form.file.data.filename or "sap-xep.yaml"),
            on=day,
            by=current_user,
            now=clock.now(),
        )
    except UnreadableReform as error:
        _complain(form, error)
    return None


def _complain(form: Form, error: UnreadableReform) -> None:
    """Put the first lines of what is wrong beside the file."""
    for line in error.lines[:20]:
        form.refuse("file", line)
    if len(error.lines) > 20:
        form.refuse("file", _("… và %(n)s lỗi khác trong tệp.", n=len(error.lines) - 20))


@bp.get("/don-vi/sap-xep/tep/<int:file_id>")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def show_file(file_id: int) -> AnyResponse:
    """What a reform file would do."""
    _at_the_root()
    return _file_page(queries.reform_file(file_id), ChoicesForm())


@bp.post("/don-vi/sap-xep/tep/<int:file_id>/phan-cong")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def attach(file_id: int) -> AnyResponse:
    """Give a reform file the list of who goes where."""
    _at_the_root()
    arrived = queries.reform_file(file_id)
    form = ChoicesForm()
    if form.validate_on_submit():
        try:
            name = vietnamese.nfc(form.file.data.filename or "phan-cong.csv")
            outcome = service.attach_choices(arrived, form.file.data.read(), file_name=name)
            flash(_("Đã nhận phân công của %(n)s người.", n=outcome.chosen))
            return redirect(url_for(".show_file", file_id=file_id))
        except UnreadableReform as error:
            _complain(form, error)
    return _file_page(arrived, form)


@bp.post("/don-vi/sap-xep/tep/<int:file_id>/ap-dung")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def apply_file(file_id: int) -> AnyResponse:
    """Carry out a reform file."""
    _at_the_root()
    arrived = queries.reform_file(file_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            if service.revisit_reform(arrived).people > MOST_AT_ONCE:
                abort(413)
            outcome = service.apply_reform(arrived, by=current_user, now=clock.now())
            flash(_("Đã áp dụng: %(n)s người đổi đơn vị từ ngày %(day)s.", n=outcome.people, day=_day(outcome)))
            return redirect(url_for(".show", reform_id=arrived.reform_id))
        except UnreadableReform as error:
            form.form_errors = [*form.form_errors, *error.lines[:20]]
    return _file_page(arrived, form)


def _day(outcome: service.Outcome) -> str:
    return vietnamese.short_day(outcome.on)


def _file_page(arrived: ReformFile, form: Form) -> AnyResponse:
    outcome: service.Outcome | None = None
    broken: list[str] = []
    try:
        outcome = service.revisit_reform(arrived)
    except UnreadableReform as error:
        broken = error.lines
    return page(
        "organisation/reform_file.html",
        form=form,
        choices=form if isinstance(form, ChoicesForm) else ChoicesForm(formdata=None),
        arrived=arrived,
        outcome=outcome,
        broken=broken,
        most=MOST_SHOWN,
        most_at_once=MOST_AT_ONCE,
    )


@bp.get("/don-vi/sap-xep/dot/<int:reform_id>")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def show(reform_id: int) -> AnyResponse:
    """A reform on record, and who waits for a unit."""
    _at_the_root()
    return _reform_page(queries.reform_with(reform_id), ChoicesForm())


@bp.post("/don-vi/sap-xep/dot/<int:reform_id>/phan-cong")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def choose(reform_id: int) -> AnyResponse:
    """Assign people of split units by a list, after the reform."""
    _at_the_root()
    reform = queries.reform_with(reform_id)
    form = ChoicesForm()
    if form.validate_on_submit():
        try:
            name = vietnamese.nfc(form.file.data.filename or "phan-cong.csv")
            chosen = read_choices(form.file.data.read(), name)
            done = service.choose(reform, chosen, file_name=name, by=current_user, now=clock.now())
            flash(_("Đã phân công %(n)s người.", n=done))
            return redirect(url_for(".show", reform_id=reform_id))
        except UnreadableReform as error:
            _complain(form, error)
    return _reform_page(reform, form)


def _reform_page(reform: Reform, form: Form) -> AnyResponse:
    return page(
        "organisation/reform_show.html",
        form=form,
        reform=reform,
        total=queries.count_waiting(reform.id),
        waiting=queries.waiting_for_choice(reform, limit=MOST_SHOWN),
        most=MOST_SHOWN,
    )


@bp.get("/don-vi/sap-xep/dot/<int:reform_id>/cho-phan-cong.csv")
@requires(Permission.ORGANISATION_UNIT_REORGANISE)
def waiting_list(reform_id: int) -> AnyResponse:
    """Everybody who waits for a unit, as a list to fill in: the record's number stands for the person."""
    _at_the_root()
    reform = queries.reform_with(reform_id)
    rows = queries.waiting_for_choice(reform)
    options = queries.options_of(reform)
    table = Table(
        title="",
        columns=(
            Column("person_id", "Mã hồ sơ"),
            Column("full_name", "Họ và tên"),
            Column("masked", "Số định danh (che)"),
            Column("department", "Phòng, bộ phận"),
            Column("old_code", "Mã đơn vị cũ"),
            Column("old", "Tên đơn vị cũ"),
            Column("new_code", "Mã đơn vị mới"),
            Column("options", "Chọn một trong các mã"),
        ),
        rows=[_line(row, options) for row in rows],
    )
    response = Response(csv_lines(table), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="cho-phan-cong-{reform.code}.csv"'
    return response


def _line(row: queries.Waiting, options: dict[int, tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    code, choices = options.get(row.old_id, ("", ()))
    return {
        "person_id": str(row.person_id),
        "full_name": row.full_name,
        "masked": vietnamese.masked_id(row.personal_id),
        "department": row.department,
        "old_code": code,
        "old": row.old,
        "new_code": "",
        "options": ", ".join(choices),
    }
