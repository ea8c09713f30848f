"""Events of identity."""

from dataclasses import dataclass, field
from datetime import date

from lms.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class LetterWanted(Event):
    """An event that also asks for a letter: notifications hears it and fills the outbox. The log keeps no link."""

    recipient: str = field(default="", metadata={"log": False})
    subject: str = field(default="", metadata={"log": False})
    body: str = field(default="", metadata={"log": False})


@dataclass(frozen=True, kw_only=True)
class AccountsMade(Event):
    """Accounts were made from people."""

    key = "identity:account:made"
    count: int
    logins: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AccountInvited(LetterWanted):
    """A link to set the first password was sent."""

    key = "identity:account:invited"
    login: str


@dataclass(frozen=True, kw_only=True)
class PasswordLinkSent(LetterWanted):
    """A link to set a new password was asked for on the sign-in page."""

    key = "identity:account:password-link-sent"
    login: str


@dataclass(frozen=True, kw_only=True)
class LinkShown(Event):
    """A one-time link was made on the command line."""

    key = "identity:account:link-shown"
    login: str


@dataclass(frozen=True, kw_only=True)
class CodesPrinted(Event):
    """One-time codes were printed for people of one department."""

    key = "identity:account:codes-printed"
    department: str
    count: int
    logins: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class InvitationUsed(Event):
    """A link or a code was used."""

    key = "identity:account:activated"
    login: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """A new password holds; other open sessions end."""

    key = "identity:account:password-changed"
    login: str


@dataclass(frozen=True, kw_only=True)
class SessionBegun(Event):
    """Somebody signed in."""

    key = "identity:session:begun"
    login: str


@dataclass(frozen=True, kw_only=True)
class SignInLocked(Event):
    """Too many wrong passwords: no try is looked at for a while."""

    key = "identity:account:locked"
    login: str
    failures: int
    minutes: int


@dataclass(frozen=True, kw_only=True)
class AccountUnlocked(Event):
    """The lock was lifted before its time."""

    key = "identity:account:unlocked"
    login: str


@dataclass(frozen=True, kw_only=True)
class AccountDisabled(Event):
    """The account no longer opens; its sessions end."""

    key = "identity:account:disabled"
    login: str


@dataclass(frozen=True, kw_only=True)
class AccountEnabled(Event):
    """The account opens again."""

    key = "identity:account:enabled"
    login: str


@dataclass(frozen=True, kw_only=True)
class NoticeRead(Event):
    """The personal-data notice was acknowledged as read."""

    key = "identity:notice:read"


@dataclass(frozen=True, kw_only=True)
class GrantGiven(Event):
    """A role at a unit was given."""

    key = "identity:grant:given"
    login: str
    role: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class GrantLeftBehind(Event):
    """A role ends because its holder no longer works at the unit or below it."""

    key = "identity:grant:left-behind"
    login: str
    role: str
    unit: str
    on: date


@dataclass(frozen=True, kw_only=True)
class GrantEnded(Event):
    """A role at a unit was taken back."""

    key = "identity:grant:ended"
    login: str
    role: str
    unit: str
