"""Saying who is meant by rows of a roster that do not plainly mean anybody."""

from collections.abc import Mapping, Sequence

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.organisation import labels, queries, service
from lms.organisation.blueprint import bp
from lms.organisation.forms import ApplyForm, ConfirmForm
from lms.organisation.models import RosterImport
from lms.organisation.roster.matching import Case, Decision, Said
from lms.organisation.roster.sheets import UnreadableRoster
from lms.organisation.rosterpages.showing import MOST_SHOWN, roster_page
from lms.organisation.rosterpages.study import foresee
from lms.platform import vietnamese
from lms.platform.access import Permission, requires
from lms.platform.forms import Refused


@bp.post("/nhan-su/nhap-danh-sach/<int:import_id>/la-ai")
@requires(Permission.ORGANISATION_ROSTER_IMPORT)
def roster_decide(import_id: int) -> Response:
    """Keep what is said about rows in doubt; what is left open waits."""
    arrived = queries.import_for(current_user, Permission.ORGANISATION_ROSTER_IMPORT, import_id)
    sent = {name: vietnamese.nfc(value) for name, value in request.form.items()}
    try:
        if not ConfirmForm().validate_on_submit():
            return _refused(arrived, _("Trang đã mở quá lâu. Hãy bấm gửi lại."))
        _unit, _roster, difference = service.revisit(arrived)
        service.decide(arrived, decided_in(sent, difference.cases))
        difference = service.recount(arrived)
    except UnreadableRoster as error:
        return _refused(arrived, str(error))
    except Refused as refusal:
        return _refused(arrived, str(labels.REFUSALS[refusal.reason]))
    foresee(arrived)
    waiting = len(difference.undecided)
    if waiting:
        flash(ngettext("Đã lưu. Còn %(num)d dòng chưa rõ là ai.", "Đã lưu. Còn %(num)d dòng chưa rõ là ai.", waiting))
    else:
        flash(_("Đã lưu. Mọi dòng đều đã rõ là ai."))
    return redirect(url_for(".roster_show", import_id=import_id, _anchor="la-ai" if waiting else None))


def _refused(arrived: RosterImport, sentence: str) -> Response:
    form = ApplyForm(formdata=None)
    form.form_errors = [sentence]
    return roster_page(arrived, form)


def name_of(case: Case) -> str:
    """The name of the choice about a row."""
    return f"la-ai-{case.record.sheet}!{case.record.row}"


def decided_in(sent: Mapping[str, str], cases: Sequence[Case]) -> dict[str, Decision | None]:
    """What was sent about the rows that the page shows; anything that it does not offer leaves the row open."""
    found: dict[str, Decision | None] = {}
    for case in cases[:MOST_SHOWN]:
        said = sent.get(name_of(case))
        if said is not None:
            found[case.key] = offers(case).get(said)
    return found


def offers(case: Case) -> dict[str, Decision]:
    """What may be said about a row: value → decision."""
    found = {f"nguoi-{known.person_id}": Decision(Said.SAME, known.person_id) for known in case.candidates}
    if case.may_be_new:
        found["moi"] = Decision(Said.NEW)
    return {**found, "bo": Decision(Said.LEAVE)}
