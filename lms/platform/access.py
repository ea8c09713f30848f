"""Rights: one vocabulary of permissions, a policy on every endpoint, closed by default."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, Protocol, TypeVar

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response


class Permission(StrEnum):
    """What may be done: `domain:object:verb`, alphabetical."""

    AUDIT_EVENT_READ = "audit:event:read"
    CATALOGUE_COURSE_MANAGE = "catalogue:course:manage"
    CERTIFICATES_CERTIFICATE_READ = "certificates:certificate:read"
    CERTIFICATES_CERTIFICATE_REVOKE = "certificates:certificate:revoke"
    IDENTITY_ACCOUNT_MANAGE = "identity:account:manage"
    IDENTITY_GRANT_MANAGE = "identity:grant:manage"
    LEARNING_ENROLMENT_GRANT = "learning:enrolment:grant"
    ORGANISATION_ABSENCE_RECORD = "organisation:absence:record"
    ORGANISATION_PERSON_READ = "organisation:person:read"
    ORGANISATION_PERSON_REVEAL = "organisation:person:reveal"
    ORGANISATION_POSTING_CHANGE = "organisation:posting:change"
    ORGANISATION_ROSTER_IMPORT = "organisation:roster:import"
    ORGANISATION_UNIT_REORGANISE = "organisation:unit:reorganise"
    PLAN_CALENDAR_SET = "plan:calendar:set"
    PLAN_DISPUTE_DECIDE = "plan:dispute:decide"
    PLAN_HEADCOUNT_CONFIRM = "plan:headcount:confirm"
    PLAN_OBLIGATION_READ = "plan:obligation:read"
    PLAN_PERIOD_CLOSE = "plan:period:close"
    PLAN_PLAN_IMPORT = "plan:plan:import"
    PLAN_PLAN_READ = "plan:plan:read"
    PLAN_WAIVER_GRANT = "plan:waiver:grant"
    PLATFORM_JOB_MANAGE = "platform:job:manage"
    PLATFORM_SYSTEM_READ = "platform:system:read"
    REPORTS_COMPLIANCE_READ = "reports:compliance:read"


class Actor(Protocol):
    """Whoever asks: what queries and services may know of an account."""

    is_authenticated: bool

    @property
    def account_id(self) -> int | None:
        """The account's id."""

    @property
    def person_id(self) -> int | None:
        """The person behind it, None for a purely technical account."""

    @property
    def name(self) -> str:
        """The name to show and to log."""

    def roots(self, permission: Permission) -> frozenset[int]:
        """Ids of the units at which the account holds the permission; it flows down the tree from there."""


@dataclass(frozen=True)
class Policy:
    """Who may call an endpoint."""

    kind: str
    permission: Permission | None = None


View = TypeVar("View", bound=Callable[..., Any])


def open_to_all(view: View) -> View:
    """Anyone may call it, signed in or not."""
    view.policy = Policy("open")  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Anyone signed in may call it; what they see is their own."""
    return _guard(view, Policy("signed-in"), lambda: None)


def requires(permission: Permission) -> Callable[[View], View]:
    """Only holders of the permission at some unit may call it (403 otherwise); the query narrows to their units."""

    def check() -> None:
        if not current_user.roots(permission):
            abort(403)

    return lambda view: _guard(view, Policy("requires", permission), check)


def _guard(view: View, policy: Policy, check: Callable[[], None]) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return to_sign_in()
        check()
        return view(*args, **kwargs)

    guarded.policy = policy  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


LONGEST_WAY_BACK = 1000
"""Characters: a cookie that grows beyond 4 kB is dropped by browsers, and with it the token of the sign-in form."""


def to_sign_in() -> Response:
    """Send a stranger to the sign-in page and remember where a plain page visit was going."""
    wanted = request.full_path.rstrip("?")
    if request.method == "GET" and len(wanted) <= LONGEST_WAY_BACK:
        session["next"] = wanted
    return redirect(url_for("identity.sign_in"))


def may(permission: Permission) -> bool:
    """Whether the visitor holds the permission anywhere; for templates and navigation."""
    return bool(current_user.is_authenticated and current_user.roots(permission))


def endpoint_policies(app: Flask) -> dict[str, Policy | None]:
    """Each endpoint with its policy; None marks one that has none."""
    return {name: getattr(view, "policy", None) for name, view in app.view_functions.items()}


def refuse_unguarded(app: Flask) -> None:
    """Refuse to start while an endpoint has no policy."""
    bare = sorted(name for name, policy in endpoint_policies(app).items() if policy is None and name != "static")
    if bare:
        raise RuntimeError(f"Endpoints without a policy (requires, signed_in or open_to_all): {', '.join(bare)}")


def reader_is_developer() -> bool:
    """Whether pages for developers (the style page) are shown."""
    return bool(current_app.config["LMS"].development)
