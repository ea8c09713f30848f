"""What a roster may do: to people it does not name, with empty cells, and which changes at all."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.organisation import labels, queries, service
from lms.organisation.blueprint import bp
from lms.organisation.forms import ApplyForm, PolicyForm
from lms.organisation.roster.sheets import UnreadableRoster
from lms.organisation.rosterpages.showing import roster_page
from lms.organisation.rosterpages.study import foresee
from lms.platform.access import Permission, requires
from lms.platform.forms import Refused


@bp.post("/nhan-su/nhap-danh-sach/<int:import_id>/duoc-lam-gi")
@requires(Permission.ORGANISATION_ROSTER_IMPORT)
def roster_policy(import_id: int) -> Response:
    """Let a kept roster do so much, and compare it anew."""
    arrived = queries.import_for(current_user, Permission.ORGANISATION_ROSTER_IMPORT, import_id)
    chosen = PolicyForm()
    refused: list[str] = []
    if chosen.validate_on_submit():
        try:
            service.set_policy(arrived, chosen.to_policy())
            service.recount(arrived)
            foresee(arrived)
            flash(_("Đã so sánh lại theo lựa chọn mới."))
            return redirect(url_for(".roster_show", import_id=import_id))
        except UnreadableRoster as error:
            refused.append(str(error))
        except Refused as refusal:
            refused.append(str(labels.REFUSALS[refusal.reason]))
    else:
        refused += [str(error) for field in chosen for error in field.errors]
    form = ApplyForm(formdata=None)
    form.form_errors = refused
    return roster_page(arrived, form, chosen=chosen)
