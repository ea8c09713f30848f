"""Roles at units: who holds which, giving one, taking one back."""

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from lms.identity import labels, queries, service
from lms.identity.forms import ButtonForm, GrantForm
from lms.identity.models import Role
from lms.identity.views.blueprint import bp
from lms.platform.access import Permission, requires
from lms.platform.clock import now, today
from lms.platform.forms import Refused
from lms.platform.pages import page

GRANTS = Permission.IDENTITY_GRANT_MANAGE


@bp.get("/phan-quyen")
@requires(GRANTS)
def grants() -> Response:
    """List the roles that hold at one's units."""
    name = request.args.get("tim", "")[:100]
    rows = queries.grants_within(current_user, today(), name=name)
    return page("identity/grants.html", rows=rows, name=name, button=ButtonForm())


@bp.route("/phan-quyen/giao", methods=["GET", "POST"])
@requires(GRANTS)
def give_grant() -> Response:
    """Find somebody by name or login, and give a role at a unit."""
    day = today()
    name = request.args.get("tim", "")[:100]
    found = queries.candidates(current_user, name, day)
    units = queries.units_within(current_user, GRANTS, day)
    form = GrantForm()
    form.who.choices = [SelectChoice(candidate.value, candidate.name) for candidate in found]
    form.unit.choices = [
        SelectChoice("", _("Chọn đơn vị")),
        *(SelectChoice(str(unit.id), unit.name) for unit in units),
    ]
    if form.validate_on_submit():
        chosen = next((candidate for candidate in found if candidate.value == form.who.data), None) or abort(404)
        with form.refusals(labels.MANAGE, "role"):
            account = service.account_of(
                person_id=chosen.person_id, account_id=chosen.account_id, by=current_user, now=now()
            )
            service.give_grant(
                account, role=Role(form.role.data), unit_id=int(form.unit.data), by=current_user, today=day, now=now()
            )
            flash(_("Đã giao vai trò cho %(name)s.", name=chosen.name))
            return redirect(url_for(".grants"), 303)
    return page("identity/give_grant.html", form=form, name=name, found=found)


@bp.post("/phan-quyen/<int:grant_id>/ket-thuc")
@requires(GRANTS)
def end_grant(grant_id: int) -> Response:
    """Take a role back at once."""
    grant = queries.grant_for(current_user, grant_id)
    try:
        service.end_grant(grant, by=current_user, today=today(), now=now())
        flash(_("Đã kết thúc vai trò. Người đó không còn quyền từ lúc này."))
    except Refused as refusal:
        flash(str(labels.MANAGE[refusal.reason]), "soon")
    return redirect(url_for(".grants"), 303)
