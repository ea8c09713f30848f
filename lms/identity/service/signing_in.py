"""Signing in: the same words and the same time for a wrong password and for an account that does not exist."""

import hashlib
import hmac
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import delete

from lms.identity import queries, rules
from lms.identity.events import SessionBegun, SignInLocked
from lms.identity.models import Account, UnknownLogin
from lms.identity.rules import SignInRefusal, Tries
from lms.identity.service import passwords
from lms.identity.service.rows import hold
from lms.platform.db import db, lock
from lms.platform.events import SYSTEM, By, emit
from lms.platform.forms import Refused


class NotSignedIn(Refused):
    """The password was not right, or no try is looked at now. What was counted must be committed."""

    reason: SignInRefusal

    def __init__(self, reason: SignInRefusal, *, left: int = 0, minutes: int = 0) -> None:
        """Keep how many tries are left, and how many minutes the lock (still) lasts."""
        super().__init__(reason)
        self.left = left
        self.minutes = minutes


def keyed_hash(text: str) -> str:
    """A hash that only this installation can make: what is kept cannot be guessed back from a stolen copy."""
    secret = current_app.config["LMS"].secret_key.encode()
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def authenticate(login: str, *, password: str, today: date, now: datetime) -> Account:
    """The account that this login and password open; raises NotSignedIn."""
    login = rules.normal_login(login)
    account = queries.account_by_login(login)
    check_password(account, login, password=password, today=today, now=now)
    assert account is not None  # check_password raises for nobody
    if account.disabled_at is not None:
        raise NotSignedIn(SignInRefusal.DISABLED)
    account.last_signed_in_at = now
    whose = queries.holder_of(account.id, today)
    emit(SessionBegun(login=account.login, person_id=whose.person_id, unit_id=whose.unit_id), by=whose)
    return account


def change_password(account_id: int, *, present: str, new: str, by: By, today: date, now: datetime) -> Account:
    """Change one's own password, knowing the present one.

    Raises NotSignedIn when that is wrong (it counts like a wrong sign-in), Refused(Weakness) for the new one.
    """
    account = db.session.get_one(Account, account_id)
    check_password(account, account.login, password=present, today=today, now=now)
    passwords.set_password(account, password=new, by=by, today=today)
    return account


def check_password(account: Account | None, login: str, *, password: str, today: date, now: datetime) -> None:
    """Return if the password is the account's; else count the failure and raise NotSignedIn.

    Tries at one login stand in a queue, so that many at once are counted one by one.
    """
    name = account.login if account is not None else login
    lock(f"identity:tries:{name}")
    counter = _counter(account, login, now)
    tries = Tries(counter.failures, counter.failed_at, counter.locked_until)
    if tries.is_locked(now):
        raise NotSignedIn(SignInRefusal.LOCKED, minutes=_minutes(tries, now))
    if passwords.is_right(account.password_hash if account else "", password):
        assert account is not None
        counter.failures, counter.failed_at, counter.locked_until = 0, None, None
        if passwords.is_outdated(account.password_hash):
            account.password_hash = passwords.hash_password(password)
        return
    tries = rules.after_failure(tries, now)
    counter.failures, counter.failed_at, counter.locked_until = tries.failures, tries.failed_at, tries.locked_until
    db.session.flush()
    minutes = int(rules.LOCK.total_seconds() // 60)
    if not tries.is_locked(now):
        raise NotSignedIn(SignInRefusal.WRONG, left=tries.left(), minutes=minutes)
    if account is not None:
        whose = queries.holder_of(account.id, today)
        event = SignInLocked(
            login=account.login, failures=tries.failures, minutes=minutes,
            person_id=whose.person_id, unit_id=whose.unit_id,
        )  # fmt: skip
        emit(event, by=SYSTEM)
    raise NotSignedIn(SignInRefusal.LOCKED, minutes=minutes)


def _minutes(tries: Tries, now: datetime) -> int:
    assert tries.locked_until is not None
    return max(1, -(-int((tries.locked_until - now).total_seconds()) // 60))


def _counter(account: Account | None, login: str, now: datetime) -> Account | UnknownLogin:
    """Where wrong tries are counted: on the account, or on the hash of a login that nobody has."""
    if account is not None:
        hold(account)
        return account
    db.session.execute(delete(UnknownLogin).where(UnknownLogin.failed_at < now - timedelta(hours=1)))
    key = keyed_hash(f"login:{login}")
    counter = db.session.get(UnknownLogin, key)
    if counter is None:
        counter = UnknownLogin(login_hash=key, failures=0)
        db.session.add(counter)
    return counter
