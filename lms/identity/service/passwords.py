"""Passwords: Argon2id hashes, and what a new one must be."""

import unicodedata
from datetime import date
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.identity import queries, rules
from lms.identity.events import PasswordChanged
from lms.identity.models import Account
from lms.identity.service.rows import hold
from lms.platform.events import By, emit
from lms.platform.forms import Refused

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""About 25 ms and 19 MiB a sign-in: a whole city signs in between eight and nine on two small machines."""


def hash_password(password: str) -> str:
    """The Argon2id hash of a password; composed first, since keyboards send the same letter in two ways."""
    return _HASHER.hash(_composed(password))


def is_right(password_hash: str, password: str) -> bool:
    """Whether the password fits. An empty hash takes as long to say no, so that time does not tell."""
    try:
        return _HASHER.verify(password_hash or _nobody(), _composed(password)) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _composed(password: str) -> str:
    return unicodedata.normalize("NFC", password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash("mật khẩu của không ai cả")


def set_password(account: Account, *, password: str, by: By, today: date) -> None:
    """Give the account a new password that passes the rules; open sessions end, locks are lifted.

    Raises Refused(Weakness).
    """
    hold(account)
    whose = queries.holder_of(account.id, today)
    weakness = rules.why_not_password(_composed(password), login=account.login, name=whose.name)
    if weakness is None and account.password_hash and is_right(account.password_hash, password):
        weakness = rules.Weakness.SAME
    if weakness:
        raise Refused(weakness)
    account.password_hash = hash_password(password)
    account.must_change = False
    account.failures, account.failed_at, account.locked_until = 0, None, None
    account.session_stamp += 1
    emit(PasswordChanged(login=account.login, person_id=whose.person_id, unit_id=whose.unit_id), by=by)
