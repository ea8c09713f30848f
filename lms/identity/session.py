"""Who is signed in: read with one statement a request, ended by time, lock or password change."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Flask, redirect, request, session, url_for
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from lms.identity import queries
from lms.identity.models import Role
from lms.identity.roles import ROLE_PERMISSIONS
from lms.platform import clock
from lms.platform.access import Permission
from lms.platform.config import Config


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """The account behind the request, as an Actor."""

    account_id: int
    person_id: int | None
    name: str
    stamp: int
    must_change: bool
    notice_seen: bool
    grants: tuple[tuple[Role, int], ...] = field(default=())
    """(role, unit id) that hold today."""

    def get_id(self) -> str:
        """What the session cookie keeps; a raised stamp ends the session."""
        return f"{self.account_id}.{self.stamp}"

    def roots(self, permission: Permission) -> frozenset[int]:
        """Units at which the account holds the permission."""
        return frozenset(unit for role, unit in self.grants if permission in ROLE_PERMISSIONS[role])

    @property
    def roles(self) -> frozenset[Role]:
        """Roles held anywhere."""
        return frozenset(role for role, _ in self.grants)


class Visitor(AnonymousUserMixin):
    """Nobody yet."""

    account_id: int | None = None
    person_id: int | None = None
    name = "Khách"

    def roots(self, permission: Permission) -> frozenset[int]:
        """A visitor holds nothing."""
        return frozenset()


def load(kept: str) -> SignedIn | None:
    """The account of a session cookie; None ends the session."""
    account_id, _, stamp = kept.partition(".")
    if not (account_id.isdigit() and stamp.isdigit()):
        return None
    found = queries.account_for_session(int(account_id), clock.today())
    if found is None or found.stamp != int(stamp):
        return None
    return SignedIn(**vars(found))


def sign_in(account: SignedIn) -> None:
    """Begin a session for a known account; what the cookie held before is dropped."""
    keep_next = session.get("next")
    session.clear()
    if keep_next:
        session["next"] = keep_next
    login_user(account)
    session["seen"] = session["began"] = int(clock.now().timestamp())


def sign_in_to(account_id: int, stamp: int) -> SignedIn:
    """Begin a session for the account whose password was just checked or set."""
    account = load(f"{account_id}.{stamp}")
    if account is None:
        raise LookupError(f"account {account_id} does not open")
    sign_in(account)
    return account


def sign_out() -> None:
    """End the session."""
    logout_user()
    session.clear()


def init_app(app: Flask, config: Config) -> None:
    """Bind Flask-Login, the idle time-out and the forced steps of a first sign-in."""
    manager = LoginManager(app)
    manager.anonymous_user = Visitor
    manager.session_protection = None  # addresses change on mobile networks; the stamp and idle time-out guard
    manager.user_loader(load)
    app.config.update(
        SESSION_COOKIE_NAME="phien",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
    )

    @app.before_request
    def watch() -> Response | None:
        return _watch(config.idle_minutes)


LONGEST_SESSION = 12 * 3600
"""Seconds after which even a busy session ends: a copied cookie is of no use the next day."""

FREE_ENDPOINTS = frozenset({"platform.static_file", "platform.health", "platform.appearance"})
QUIET_ENDPOINTS = frozenset({"jobs.progress"})
"""What a page fetches by itself: nobody need sit before it."""
FIRST_STEPS = frozenset({"identity.sign_out", "identity.change_password", "identity.notice", "identity.privacy"})


def _watch(idle_minutes: int) -> Response | None:
    """Sign out who was idle too long; lead a first sign-in through password and notice before anything else."""
    if request.endpoint in FREE_ENDPOINTS or "_user_id" not in session:
        return None
    now = int(clock.now().timestamp())
    seen = session.get("seen", 0)
    if now - seen > idle_minutes * 60 or now - session.get("began", seen) > LONGEST_SESSION:
        sign_out()
        session["idle"] = datetime.fromtimestamp(seen, UTC).isoformat()
        return None
    if now - seen > 60 and request.endpoint not in QUIET_ENDPOINTS:
        session["seen"] = now
    if not current_user.is_authenticated or request.endpoint in FIRST_STEPS:
        return None
    if current_user.must_change:
        return redirect(url_for("identity.change_password"))
    if not current_user.notice_seen:
        return redirect(url_for("identity.notice"))
    return None
