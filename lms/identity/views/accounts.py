"""The accounts of one's units: who has one, inviting, printing codes, unlocking, closing."""

from collections import Counter
from collections.abc import Callable

from flask import abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.identity import labels, queries, service
from lms.identity.forms import DepartmentForm, PeopleForm
from lms.identity.models import Account
from lms.identity.queries import AccountFilter, PersonAccount
from lms.identity.rules import CODE_LIFE, AccountState, ManageRefusal, safe_next
from lms.identity.views.blueprint import bp
from lms.platform.access import Permission, requires
from lms.platform.clock import day_of, now, today
from lms.platform.documents import pdf
from lms.platform.forms import Refused, row_id
from lms.platform.pages import page, paging
from lms.platform.vietnamese import sort_key

MANAGE = Permission.IDENTITY_ACCOUNT_MANAGE
MOST_SLIPS = 400


def _chosen() -> AccountFilter:
    state = request.args.get("trang_thai", "")
    return AccountFilter(
        unit_id=request.args.get("don_vi", type=row_id),
        department=request.args.get("phong", ""),
        state=AccountState(state) if state in set(AccountState) else None,
        name=request.args.get("tim", "")[:100],
    )


@bp.get("/tai-khoan")
@requires(MANAGE)
def accounts() -> Response:
    """List the people of one's units with the state of their accounts."""
    chosen = _chosen()
    day, moment = today(), now()
    units = queries.units_within(current_user, MANAGE, day)
    counts = queries.counts_by_state(current_user, chosen, today=day, now=moment)
    place = paging(counts.get(chosen.state, 0) if chosen.state else sum(counts.values()))
    people = queries.page_of_people(current_user, chosen, offset=place.offset, size=place.size, today=day, now=moment)
    departments = queries.departments_within(current_user, chosen.unit_id, day) if chosen.unit_id else []
    return page(
        "identity/accounts.html",
        chosen=chosen,
        units=units,
        departments=departments,
        counts=counts,
        place=place,
        people=people,
        picks=PeopleForm(),
        department_form=DepartmentForm(),
        mail_is_set_up=bool(current_app.config["LMS"].mail_host),
        now=moment,
    )


def _back(where: str | None) -> Response:
    return redirect(safe_next(where) or url_for(".accounts"), 303)


@bp.post("/tai-khoan/moi")
@requires(MANAGE)
def invite() -> Response:
    """Send invitations to the people ticked who have an address and have not signed in yet."""
    form = PeopleForm()
    if not form.validate_on_submit() or not form.nguoi.data:
        flash(_("Chưa chọn người nào. Đánh dấu ô trước tên rồi bấm lại."), "soon")
        return _back(form.ve.data)
    if not current_app.config["LMS"].mail_host:
        flash(_("Chưa cấu hình máy chủ thư nên không gửi thư mời được. Hãy in mã dùng một lần."), "soon")
        return _back(form.ve.data)
    people = queries.people_chosen(current_user, form.nguoi.data, today=today(), now=now())
    sent, passed_over = service.invite_people(people, by=current_user, now=now())
    if sent:
        flash(_("Đã gửi thư mời đến %(n)s người. Liên kết trong thư dùng được 72 giờ.", n=sent))
    if passed_over:
        reasons = "; ".join(
            _("%(n)s người %(why)s", n=n, why=str(labels.NOT_INVITED[why])) for why, n in Counter(passed_over).items()
        )
        flash(_("Không gửi cho: %(reasons)s.", reasons=reasons), "soon")
    return _back(form.ve.data)


@bp.post("/tai-khoan/ma")
@requires(MANAGE)
def codes_pdf() -> Response:
    """Make and print one-time codes: for the people ticked, or for a department's people who have not signed in."""
    day, moment = today(), now()
    if "nguoi" in request.form or "don_vi" not in request.form:
        picks = PeopleForm()
        back = picks.ve.data
        if not picks.validate_on_submit() or not picks.nguoi.data:
            flash(_("Chưa chọn người nào. Đánh dấu ô trước tên rồi bấm lại."), "soon")
            return _back(back)
        people = queries.people_chosen(current_user, picks.nguoi.data, today=day, now=moment)
    else:
        form = DepartmentForm()
        back = form.ve.data
        if not form.validate_on_submit():
            abort(404)
        unit_id = queries.unit_for(current_user, MANAGE, form.don_vi.data)
        people = [
            row
            for row in queries.people_of_department(current_user, unit_id, form.phong.data or "", today=day, now=moment)
            if row.state in (AccountState.NONE, AccountState.INVITED)
        ]
    return _slips(people, back)


def _slips(people: list[PersonAccount], back: str | None) -> Response:
    """The PDF of new codes for these people; back to the list when there is nothing to print."""
    if len(people) > MOST_SLIPS:
        flash(labels.MANAGE[ManageRefusal.TOO_MANY] % {"most": MOST_SLIPS}, "soon")
        return _back(back)
    try:
        slips = service.issue_codes(people, by=current_user, now=now())
    except Refused as refusal:
        flash(str(labels.MANAGE[refusal.reason]), "soon")
        return _back(back)
    settings = current_app.config["LMS"]
    groups: dict[tuple[str, str], list[service.Slip]] = {}
    for slip in sorted(slips, key=lambda slip: (sort_key(slip.unit), sort_key(slip.department))):
        groups.setdefault((slip.unit, slip.department), []).append(slip)
    html = render_template(
        "identity/codes.html", groups=groups, site=settings.public_url, city=settings.city_name,
        made_on=today(), last_day=day_of(now() + CODE_LIFE),
    )  # fmt: skip
    response = make_response(pdf.render(html, stylesheet="codes.css"))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'attachment; filename="ma-dung-mot-lan.pdf"'
    return response


def _change(account_id: int, act: Callable[[Account], None], done: str) -> Response:
    """Do something to one account within reach, say so, and go back to the list."""
    account, is_beyond = queries.account_to_manage(current_user, account_id, today=today())
    if is_beyond:
        abort(403)
    try:
        act(account)
        flash(done)
    except Refused as refusal:
        flash(str(labels.MANAGE[refusal.reason]), "soon")
    return _back(request.form.get("ve"))


@bp.post("/tai-khoan/<int:account_id>/mo-khoa")
@requires(MANAGE)
def unlock(account_id: int) -> Response:
    """Lift a lock before its time."""
    return _change(
        account_id, lambda account: service.unlock(account, by=current_user, today=today()), _("Đã mở khóa tài khoản.")
    )


@bp.post("/tai-khoan/<int:account_id>/ngung")
@requires(MANAGE)
def disable(account_id: int) -> Response:
    """Close an account."""
    return _change(
        account_id,
        lambda account: service.disable(account, by=current_user, today=today(), now=now()),
        _("Đã ngừng tài khoản; mọi phiên đang mở đã kết thúc. Kết quả học vẫn còn, và luôn có thể cho dùng lại."),
    )


@bp.post("/tai-khoan/<int:account_id>/dung-lai")
@requires(MANAGE)
def enable(account_id: int) -> Response:
    """Open a closed account again."""
    return _change(
        account_id,
        lambda account: service.enable(account, by=current_user, today=today()),
        _("Tài khoản đã dùng lại được, với mật khẩu cũ."),
    )
