"""The file of a roster with its faults marked, for whoever would rather put it right in Excel."""

from flask import Response, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms.organisation import queries, service
from lms.organisation.blueprint import bp
from lms.organisation.roster.annotating import annotated
from lms.organisation.roster.choosing import choices_of
from lms.organisation.roster.difference import Difference
from lms.organisation.roster.records import WARNING, Problem
from lms.organisation.roster.sheets import UnreadableRoster
from lms.platform import files
from lms.platform.access import Permission, requires
from lms.platform.downloads import TYPES


@bp.get("/nhan-su/nhap-danh-sach/<int:import_id>/tep-ghi-chu")
@requires(Permission.ORGANISATION_ROSTER_IMPORT)
def roster_annotated(import_id: int) -> AnyResponse:
    """The kept file, its wrong and doubtful cells coloured, a note in each."""
    arrived = queries.import_for(current_user, Permission.ORGANISATION_ROSTER_IMPORT, import_id)
    try:
        _unit, roster, difference = service.revisit(arrived)
        content = annotated(
            files.kept(arrived.sha256), arrived.file_name, roster, choices_of(arrived.choices), _asked(difference)
        )
    except UnreadableRoster as error:
        flash(str(error))
        return redirect(url_for(".roster_show", import_id=import_id))
    response = Response(content, content_type=TYPES["xlsx"])
    response.headers["Content-Disposition"] = f'attachment; filename="danh-sach-{import_id}-ghi-chu.xlsx"'
    return response


def _asked(difference: Difference) -> list[Problem]:
    """Rows about which somebody is asked on the page."""
    said = _("Chưa rõ dòng này là ai trong hệ thống. Hãy trả lời trên trang, hoặc bổ sung số định danh, ngày sinh.")
    return [
        Problem(case.record.sheet, case.record.row, "full_name", "undecided", WARNING, said, case.record.full_name)
        for case in difference.undecided
    ]
