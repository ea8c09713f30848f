"""Putting wrong rows of a roster right on its page."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.organisation import labels, queries, service
from lms.organisation.blueprint import bp
from lms.organisation.forms import ApplyForm, ConfirmForm
from lms.organisation.models import RosterImport
from lms.organisation.roster.choosing import choices_of
from lms.organisation.roster.sheets import UnreadableRoster
from lms.organisation.rosterpages.rows import counted, rows_of, said_in, version_of
from lms.organisation.rosterpages.showing import roster_page
from lms.organisation.rosterpages.study import foresee
from lms.platform import vietnamese
from lms.platform.access import Permission, requires
from lms.platform.forms import Refused


@bp.post("/nhan-su/nhap-danh-sach/<int:import_id>/sua")
@requires(Permission.ORGANISATION_ROSTER_IMPORT)
def roster_mend(import_id: int) -> Response:
    """Read a kept roster anew with what was typed for its wrong rows."""
    arrived = queries.import_for(current_user, Permission.ORGANISATION_ROSTER_IMPORT, import_id)
    sent = {name: vietnamese.nfc(value) for name, value in request.form.items()}
    refused = _refused(arrived, sent)
    if refused:
        form = ApplyForm(formdata=None)
        form.form_errors = [refused]
        return roster_page(arrived, form, typed=sent)
    foresee(arrived)
    _unit, roster, difference = service.revisit(arrived)
    wrong, _doubtful = counted(roster, difference.unmatched)
    if wrong:
        flash(ngettext("Đã lưu. Còn %(num)d dòng sai.", "Đã lưu. Còn %(num)d dòng sai.", wrong))
    else:
        flash(_("Đã lưu. Không còn dòng sai nào."))
    return redirect(url_for(".roster_show", import_id=import_id, _anchor="sai" if wrong else None))


def _refused(arrived: RosterImport, sent: dict[str, str]) -> str:
    """Keep what was sent; a sentence when that cannot be done."""
    if not ConfirmForm().validate_on_submit():
        return _("Trang đã mở quá lâu. Hãy bấm gửi lại.")
    if sent.get("ban") != version_of(arrived):
        return _(
            "Có người vừa sửa danh sách này, nên những gì anh/chị gõ chưa được lưu. "
            "Hãy xem lại các ô dưới đây rồi bấm lưu lần nữa."
        )
    try:
        _unit, roster, difference = service.revisit(arrived)
        choices = choices_of(arrived.choices)
        wrong, doubtful = rows_of(roster, choices, difference.unmatched)
        fixes, dropped = said_in(sent, [*wrong, *doubtful], choices)
        service.mend(arrived, fixes, dropped)
    except UnreadableRoster as error:
        return str(error)
    except Refused as refusal:
        return str(labels.REFUSALS[refusal.reason])
    return ""
