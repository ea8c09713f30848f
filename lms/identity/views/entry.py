"""Signing in and out, and the personal-data notice."""

from flask import flash, redirect, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.identity import labels, service
from lms.identity import session as who
from lms.identity.forms import ButtonForm, SignInForm
from lms.identity.rules import safe_next
from lms.identity.session import SignedIn
from lms.identity.views.blueprint import bp
from lms.platform.access import open_to_all, signed_in
from lms.platform.clock import now, today
from lms.platform.db import keep_changes
from lms.platform.pages import page
from lms.platform.rates import limiter

TRIES_PER_ADDRESS = "60/minute;600/hour"
"""A whole office often stands behind one address; what guards one account is its lock."""


def onward(account: SignedIn) -> Response:
    """After signing in: the first steps, then where the visitor was going, else the first page."""
    if account.must_change:
        return redirect(url_for("identity.change_password"), 303)
    if not account.notice_seen:
        return redirect(url_for("identity.notice"), 303)
    return redirect(safe_next(session.pop("next", None)) or url_for("home.today"), 303)


@bp.route("/dang-nhap", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES_PER_ADDRESS, methods=["POST"])
def sign_in() -> Response:
    """Sign in by login and password."""
    if current_user.is_authenticated:
        return onward(current_user)
    form = SignInForm()
    if form.validate_on_submit():
        try:
            account = service.authenticate(form.login.data, password=form.password.data, today=today(), now=now())
        except service.NotSignedIn as refusal:
            keep_changes()
            form.refuse("password", labels.sign_in_sentence(refusal.reason, refusal.left, refusal.minutes))
        else:
            return onward(who.sign_in_to(account.id, account.session_stamp))
    return page("identity/sign_in.html", form=form, was_idle=session.pop("idle", None) is not None)


@bp.post("/dang-xuat")
@signed_in
def sign_out() -> Response:
    """End the session."""
    who.sign_out()
    flash(_("Đã đăng xuất."))
    return redirect(url_for(".sign_in"), 303)


@bp.route("/du-lieu-ca-nhan", methods=["GET", "POST"])
@signed_in
def notice() -> Response:
    """Show the personal-data notice; the first time, before anything else."""
    form = ButtonForm()
    if form.validate_on_submit():
        service.read_notice(current_user.account_id, by=current_user, today=today(), now=now())
        return redirect(safe_next(session.pop("next", None)) or url_for("home.today"), 303)
    return page("identity/notice.html", form=form)


@bp.get("/thong-bao-du-lieu")
@open_to_all
def privacy() -> Response:
    """Show the full notice on personal data."""
    return page("identity/privacy.html")
