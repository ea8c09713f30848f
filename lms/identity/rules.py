"""Rules of identity: passwords, lock-out, logins, one-time codes, who may touch whose account."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from lms.platform.addresses import safe_next as safe_next
from lms.platform.vietnamese import fold

MAX_FAILURES = 5
LOCK = timedelta(minutes=15)
"""How long an account rests after MAX_FAILURES wrong passwords; wrong tries are forgotten after as long without one."""


@dataclass(frozen=True)
class Tries:
    """Wrong passwords in a row, the moment of the last one, and until when no further try is looked at."""

    failures: int = 0
    failed_at: datetime | None = None
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        """Whether tries are refused unseen at `now`."""
        return self.locked_until is not None and now < self.locked_until

    def left(self) -> int:
        """Tries left before the lock."""
        return MAX_FAILURES - self.failures


def after_failure(tries: Tries, now: datetime) -> Tries:
    """Count one more wrong password; the fifth in a row locks. A try while locked must not be counted."""
    fresh = tries.failed_at is None or now >= tries.failed_at + LOCK
    failures = 1 if fresh else tries.failures + 1
    return Tries(failures, now, now + LOCK if failures >= MAX_FAILURES else None)


class SignInRefusal(StrEnum):
    """Why nobody was signed in."""

    WRONG = "wrong"
    LOCKED = "locked"
    DISABLED = "disabled"


SHORTEST, LONGEST = 10, 200


class Weakness(StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    ONLY_DIGITS = "only-digits"
    TOO_SIMPLE = "too-simple"
    COMMON = "common"
    NAMES_YOU = "names-you"
    SAME = "same"


COMMON = frozenset(
    """
    matkhau matkhaucuatoi matkhaumoi doimatkhau password passw0rd pass passpass mypassword newpassword changeme
    admin administrator quantri quantrivien root user guest test demo default welcome hello helloworld letmein login
    qwerty qwertyuiop qwertyasdfgh asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc abc abcd abcde abcdef abcdefgh
    abcdefghij abcxyz aaabbb iloveyou loveyou iloveyouforever monkey dragon football superman princess sunshine
    anhyeuem emyeuanh yeuanh yeuem anhyeuemnhieu emyeuanhnhieu yeuanhnhieu yeuemnhieu anhnhoem emnhoanh concopha
    khongbiet khongnho khongcogi khongcomatkhau quenmatkhau xinchao chaobuoisang chucmungnammoi giadinh giadinhtoi
    bome conyeubome conyeubame conyeucuame congchuc vienchuc canbo canbocongchuc nhanvien cohoi thanhcong maymanman
    vietnam toiyeuvietnam vietnamvodich covietnamvodich hanoi hanoimoi toiyeuhanoi hanoithanyeu thudohanoi hanoivietnam
    thanglong thanglonghanoi thanhphohanoi ubnd ubndhanoi ubndthanhpho uybannhandan chinhquyenso chuyendoiso
    boiduongso boiduong daotao hoctap hocthatgioi nguyenvana nguyenthib
    """.split()  # noqa: SIM905 - read as a list of words
)
"""Words that people choose first, folded; digits and signs around them do not make them better."""


def why_not_password(password: str, *, login: str, name: str, is_present_one: bool = False) -> Weakness | None:
    """Say what is wrong with a new password, or None. `is_present_one`: it equals the password in force."""
    letters = _squeezed(password)
    core = letters.strip("0123456789")
    if len(password) < SHORTEST:
        return Weakness.TOO_SHORT
    if len(password) > LONGEST:
        return Weakness.TOO_LONG
    if not any(letter.isalpha() for letter in letters):
        return Weakness.ONLY_DIGITS
    if len(set(letters)) < 5:
        return Weakness.TOO_SIMPLE
    if core in COMMON or _plain(letters) in COMMON or _plain(letters).strip("0123456789") in COMMON:
        return Weakness.COMMON
    if any(part in letters for part in _names(login, name)):
        return Weakness.NAMES_YOU
    return Weakness.SAME if is_present_one else None


_DISGUISE = str.maketrans("0134579", "oieasty")


def _plain(letters: str) -> str:
    """Undo the usual disguise of letters as digits inside a word: p4ssw0rd → password."""
    inner = letters.strip("0123456789")
    return inner.translate(_DISGUISE)


def _squeezed(text: str) -> str:
    """Letters and digits only, without marks and case."""
    return "".join(letter for letter in fold(text) if letter.isalnum())


def _names(login: str, name: str) -> list[str]:
    """What would name the person: the login before the @, the whole name, its last two words."""
    words = name.split()
    found = [_squeezed(text) for text in (login.partition("@")[0], name, " ".join(words[-2:]))]
    return [part for part in found if len(part) >= 4]


INVITATION_LIFE = timedelta(hours=72)
CODE_LIFE = timedelta(days=30)
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""No I, L, O, 0, 1: nobody has to guess which of two a printed sign is."""
CODE_LENGTH = 12
LETTER_PAUSE = timedelta(minutes=5)
"""A forgotten password sends at most one letter in this time."""


def login_for(*, email: str, staff_code: str, opaque: str, taken: Collection[str]) -> str:
    """The login of a new account, lower case: the e-mail address, else the staff code, else "p" + `opaque`.

    An address or code that another account has (a shared mailbox) is passed over. Personal numbers are never logins.
    """
    for wanted in (email, re.sub(r"\s+", "", staff_code)):
        login = wanted.strip().lower()
        if login and login not in taken:
            return login
    return f"p{opaque.lower()}"


def normal_login(typed: str) -> str:
    """What was typed as a login, as it is stored."""
    return re.sub(r"\s+", "", typed).lower()


def normal_code(typed: str) -> str:
    """A one-time code without hyphens and spaces, upper case."""
    return re.sub(r"[^A-Z0-9]", "", typed.upper())


def grouped_code(code: str) -> str:
    """K7QXM9TD4P2H → K7QX-M9TD-4P2H."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


class InvitationRefusal(StrEnum):
    """Why a link or code opens nothing."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    DISABLED = "disabled"


def why_not_use(
    *, used_at: datetime | None, expires_at: datetime, disabled_at: datetime | None, now: datetime
) -> InvitationRefusal | None:
    """Say why a link or code may not be used at `now`, or None."""
    if used_at is not None:
        return InvitationRefusal.USED
    if now >= expires_at:
        return InvitationRefusal.EXPIRED
    return InvitationRefusal.DISABLED if disabled_at is not None else None


class AccountState(StrEnum):
    """Where a person's account stands."""

    NONE = "chua_co"
    INVITED = "da_moi"
    ACTIVE = "dang_dung"
    LOCKED = "bi_khoa"
    DISABLED = "da_ngung"


class ManageRefusal(StrEnum):
    """Why an account or grant stays as it is."""

    BEYOND = "beyond"
    OWN_ACCOUNT = "own-account"
    ALREADY_SO = "already-so"
    OWN_LAST_ADMINISTRATOR = "own-last-administrator"
    SAME_GRANT = "same-grant"
    TOO_MANY = "too-many"
    NOBODY = "nobody"


class NotInvited(StrEnum):
    """Why a person gets no invitation by e-mail."""

    NO_ADDRESS = "no-address"
    IN_USE = "in-use"
    DISABLED = "disabled"
    BEYOND = "beyond"


def why_not_invite(*, state: AccountState, address: str, is_beyond: bool) -> NotInvited | None:
    """Say why no invitation goes out, or None. Who already signs in asks for a new password instead."""
    if is_beyond:
        return NotInvited.BEYOND
    if state is AccountState.DISABLED:
        return NotInvited.DISABLED
    if state not in (AccountState.NONE, AccountState.INVITED):
        return NotInvited.IN_USE
    return None if address else NotInvited.NO_ADDRESS


def why_not_disable(*, is_own: bool, disabled_at: datetime | None) -> ManageRefusal | None:
    """Say why an account may not be disabled, or None."""
    if is_own:
        return ManageRefusal.OWN_ACCOUNT
    return ManageRefusal.ALREADY_SO if disabled_at is not None else None


def why_not_end_grant(
    *, is_own: bool, is_administrator: bool, other_administrator_grants: int, ended_at: datetime | None
) -> ManageRefusal | None:
    """Say why a grant may not be ended: nobody locks the last administrator out, so one keeps one's own last one."""
    if ended_at is not None:
        return ManageRefusal.ALREADY_SO
    if is_own and is_administrator and not other_administrator_grants:
        return ManageRefusal.OWN_LAST_ADMINISTRATOR
    return None


def leaves_on(worked: Iterable[tuple[date, date]], from_on: date) -> date | None:
    """The first day of a role, its own first one included, on which its holder, who worked there, no longer does.

    None for none. `worked` are the days [from, to) at the role's unit or below it, in any order; touching ones are one
    time. Whoever never worked there was given the role from outside and keeps it.
    """
    ends: date | None = None
    for begin, end in sorted(worked):
        if ends is not None and begin > ends:
            break
        if end >= from_on:
            ends = end if ends is None else max(ends, end)
    return ends
