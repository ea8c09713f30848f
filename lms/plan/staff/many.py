"""Changing what the postings of many people say, as a change set that is looked at first and can be taken back."""

from datetime import date

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from lms.organisation import kinds
from lms.organisation import queries as organisation
from lms.organisation.people import asked
from lms.plan.moves.flow import CHANGE
from lms.plan.staff.blueprint import bp
from lms.plan.staff.forms import KEEP, NONE, ManyForm
from lms.plan.staff.one import choices
from lms.plan.stops import flow
from lms.platform import clock
from lms.platform.access import requires
from lms.platform.pages import page

MOST = 5_000
"""People who can be changed at once."""


@bp.route("/nhan-su/sua-nhieu", methods=["GET", "POST"])
@requires(CHANGE)
def many() -> Response:
    """Say what changes for the chosen people, or for everybody in a list; the effect is shown on a page of its own."""
    ids = _ids()
    if ids is None:
        flash(_("Danh sách có trên %(n)s người. Hãy lọc bớt rồi sửa từng phần.", n=MOST), "soon")
        return redirect(asked.address(), 303)
    people = organisation.people_chosen(current_user, CHANGE, ids, clock.today()) if ids else []
    if not people:
        return flow.nobody()
    form = ManyForm()
    groups = choices(organisation.position_groups(), SelectChoice(KEEP, _("Giữ nguyên")))
    form.position.choices = [*groups, SelectChoice(NONE, _("Không thuộc nhóm nào"))]
    if form.validate_on_submit() and (on := form.on.data) and _is_meant(form, ids, on):
        change = kinds.submit(
            kinds.of_postings(ids, form.changes(), on=on, source=form.source.data or "", unit_id=_at()),
            people=len(ids),
            by=current_user,
            now=clock.now(),
            today=clock.today(),
        )
        return redirect(url_for("changes.show", change_id=change.id), 303)
    everybody = "tat_ca" in request.values
    return page(
        "plan/staff/many.html",
        form=form,
        people=people,
        carried=[("tat_ca", "1"), *asked.carried().items()] if everybody else [("nguoi", str(i)) for i in ids],
    )


def _ids() -> list[int] | None:
    """The people who are meant; None when they are too many."""
    if "tat_ca" not in request.values:
        return [chosen.id for chosen in flow.chosen(CHANGE)]
    wanted, _complaint = asked.wanted()
    ids = organisation.ids_on(organisation.listing_of(current_user, CHANGE, wanted))
    return ids if len(ids) <= MOST else None


def _is_meant(form: ManyForm, ids: list[int], on: date) -> bool:
    """Whether something changes, for people who work in the visitor's units on the day; else it is said on the form."""
    if not form.changes():
        form.form_errors = [*form.form_errors, _("Chưa chọn thay đổi nào. Hãy điền ít nhất một mục.")]
        return False
    units = organisation.primary_units_on(ids, on)
    if missing := len(set(ids) - set(units)):
        form.refuse("on", _("Ngày này có %(n)s người đã chọn không có vị trí công tác. Hãy chọn ngày khác.", n=missing))
        return False
    beyond = set(units.values()) - organisation.units_to_change(current_user, units.values())
    if beyond:
        names = ", ".join(sorted(organisation.names_on(beyond, on).values()))
        form.refuse("on", _("Ngày này có người đang làm việc tại %(units)s, ngoài phạm vi của anh/chị.", units=names))
        return False
    return True


def _at() -> int | None:
    """The unit under which the visitor acts."""
    return min(current_user.roots(CHANGE), default=None)
