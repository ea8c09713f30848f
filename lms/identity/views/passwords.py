"""Setting a password: by link, by printed code, knowing the present one; and asking for a link."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.identity import labels, service
from lms.identity import session as who
from lms.identity.forms import ChangePasswordForm, FirstTimeForm, ForgotForm, NewPasswordForm
from lms.identity.rules import InvitationRefusal
from lms.identity.views.blueprint import bp
from lms.identity.views.entry import TRIES_PER_ADDRESS, onward
from lms.platform.access import open_to_all, signed_in
from lms.platform.clock import now, today
from lms.platform.db import keep_changes
from lms.platform.forms import Refused
from lms.platform.pages import page
from lms.platform.rates import limiter


@bp.route("/doi-mat-khau", methods=["GET", "POST"])
@signed_in
@limiter.limit(TRIES_PER_ADDRESS, methods=["POST"])
def change_password() -> Response:
    """Change one's own password; this session goes on, all others end."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            account = service.change_password(
                current_user.account_id,
                present=form.present_password.data,
                new=form.new_password.data,
                by=current_user,
                today=today(),
                now=now(),
            )
        except service.NotSignedIn as refusal:
            keep_changes()
            form.refuse("present_password", labels.sign_in_sentence(refusal.reason, refusal.left, refusal.minutes))
        except Refused as refusal:
            form.refuse("new_password", str(labels.WEAKNESSES[refusal.reason]))
        else:
            flash(_("Đã đổi mật khẩu. Các thiết bị khác phải đăng nhập lại."))
            return onward(who.sign_in_to(account.id, account.session_stamp))
    return page("identity/change_password.html", form=form)


@bp.route("/kich-hoat/<token>", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES_PER_ADDRESS)
def accept(token: str) -> Response:
    """Set the first password (or a new one) by the link of a letter; opening the page uses nothing up."""
    form = NewPasswordForm()
    refusal = service.why_not_link(token, now=now())
    if refusal is None and form.validate_on_submit():
        try:
            account = service.open_by_link(token, password=form.new_password.data, today=today(), now=now())
        except Refused as refused:
            if isinstance(refused.reason, InvitationRefusal):  # used in another window meanwhile
                refusal = refused.reason
            else:
                form.refuse("new_password", str(labels.WEAKNESSES[refused.reason]))
        else:
            flash(_("Đã đặt mật khẩu. Từ lần sau, đăng nhập bằng tên đăng nhập %(login)s.", login=account.login))
            return onward(who.sign_in_to(account.id, account.session_stamp))
    if refusal is not None:
        return page("identity/link_refused.html", status=410, sentence=labels.LINKS[refusal])
    return page("identity/accept.html", form=form)


@bp.route("/lan-dau", methods=["GET", "POST"])
@open_to_all
@limiter.limit("20/minute;200/hour", methods=["POST"])
def first_time() -> Response:
    """Set the first password with the login and the code of a printed slip."""
    form = FirstTimeForm()
    if form.validate_on_submit():
        try:
            account = service.open_by_code(
                form.login.data, code=form.code.data, password=form.new_password.data, today=today(), now=now()
            )
        except Refused as refusal:
            if isinstance(refusal.reason, InvitationRefusal):
                form.refuse("code", str(labels.INVITATIONS[refusal.reason]))
            else:
                form.refuse("new_password", str(labels.WEAKNESSES[refusal.reason]))
        else:
            flash(_("Đã đặt mật khẩu. Từ lần sau, đăng nhập bằng tên đăng nhập %(login)s.", login=account.login))
            return onward(who.sign_in_to(account.id, account.session_stamp))
    return page("identity/first_time.html", form=form)


@bp.route("/quen-mat-khau", methods=["GET", "POST"])
@open_to_all
@limiter.limit("10/minute;60/hour", methods=["POST"])
def forgot() -> Response:
    """Send a link for a new password; the answer is the same whether or not the account exists."""
    form = ForgotForm()
    if form.validate_on_submit():
        service.forgotten(form.login.data, today=today(), now=now())
        flash(
            _(
                "Nếu tài khoản có thư điện tử, một liên kết đặt mật khẩu vừa được gửi đến đó, dùng được trong 72 giờ. "
                "Không thấy thư sau 15 phút, hãy xem thư rác hoặc xin cán bộ nhân sự mã dùng một lần."
            )
        )
        return redirect(url_for(".sign_in"), 303)
    return page("identity/forgot.html", form=form)
