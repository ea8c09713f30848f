"""People signed in: cookies as the program itself would give them, with forms' tokens that fit."""

import hashlib
import secrets
import time
from dataclasses import dataclass

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from lms.identity.models import Account
from lms.platform import clock
from lms.platform.db import db

COUNT = 405
PASSWORD = "mot-mat-khau-de-do-toc-do"


@dataclass(frozen=True)
class Session:
    """One signed-in person."""

    person_id: int
    cookie: str
    token: str


def open_sessions(app: Flask, people: list[int]) -> list[Session]:
    """Give every one of these people an account (if there is none) and a session."""
    rows = db.session.execute(db.select(Account.person_id, Account.id).where(Account.person_id.in_(people))).all()
    known = {row.person_id: row.id for row in rows}
    missing = [person_id for person_id in people if person_id not in known]
    made = [
        Account(
            person_id=person_id, login=f"dc{person_id}@example.gov.vn", email=f"dc{person_id}@example.gov.vn",
            notice_seen_at=clock.now(), created_at=clock.now(),
        )
        for person_id in missing
    ]  # fmt: skip
    db.session.add_all(made)
    db.session.flush()
    known |= {account.person_id: account.id for account in made}
    db.session.commit()
    return [_session(app, person_id, known[person_id]) for person_id in people]


def visitor(app: Flask) -> Session:
    """Somebody not signed in, with a token for the form of the sign-in page."""
    return _cookie(app, 0, {})


def _session(app: Flask, person_id: int, account_id: int | None) -> Session:
    now = int(time.time())
    return _cookie(app, person_id, {"_user_id": f"{account_id}.0", "_fresh": True, "seen": now, "began": now})


def _cookie(app: Flask, person_id: int, kept: dict[str, object]) -> Session:
    """A cookie as the session interface signs it, and the form token as Flask-WTF makes it."""
    secret = hashlib.sha1(secrets.token_bytes(64)).hexdigest()
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({**kept, 'csrf_token': secret})}"
    token = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(secret)
    return Session(person_id, cookie, str(token))
