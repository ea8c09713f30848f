"""The rows of identity in the permission table."""

from typing import Any

from lms.identity.models import Account, Grant, Role
from lms.platform.db import db
from tests.access import Row, learner, public
from tests.factories import Cast, make_account, make_person


def someone(cast: Cast) -> Account:
    """An account in Bình's unit that may be closed and opened."""
    return make_account(person=make_person(unit=cast.ward))


def a_grant(cast: Cast) -> dict[str, Any]:
    """A role that somebody holds at Bình's unit."""
    account = make_account(person=make_person(unit=cast.ward), role=Role.LEADER, at=cast.ward)
    return {"grant_id": db.session.scalar(db.select(Grant.id).where(Grant.account_id == account.id))}


def picked(cast: Cast) -> dict[str, Any]:
    """An, ticked in the list."""
    return {"nguoi": [cast.an.person_id]}


def account_id(cast: Cast) -> dict[str, Any]:
    """The address of one account."""
    return {"account_id": someone(cast).id}


ROWS = [
    learner("identity.sign_in", 303, visitor=200),
    public("identity.sign_in", 303, visitor=422, data=lambda cast: {"login": "ai-do", "password": "x"}),
    learner("identity.sign_out", 303, data=lambda cast: {}),
    learner("identity.change_password"),
    learner("identity.notice"),
    learner("identity.notice", 303, data=lambda cast: {}),
    public("identity.privacy"),
    public("identity.accept", 410, values=lambda cast: {"token": "khong-co"}),
    public("identity.first_time"),
    public("identity.forgot"),
    Row(endpoint="identity.accounts", binh=200, chi=200, giang=200),
    Row(endpoint="identity.invite", binh=303, chi=303, giang=303, data=picked, note="no mail set up"),
    Row(endpoint="identity.codes_pdf", binh=200, chi=404, giang=200, data=picked),
    Row(
        endpoint="identity.codes_pdf", binh=200, chi=404, giang=200,
        data=lambda cast: {"don_vi": cast.ward.id, "phong": "Văn phòng"},
    ),
    Row(endpoint="identity.disable", binh=303, chi=404, giang=303, values=account_id, data=lambda cast: {}),
    Row(endpoint="identity.enable", binh=303, chi=404, giang=303, values=account_id, data=lambda cast: {}),
    Row(endpoint="identity.unlock", binh=303, chi=404, giang=303, values=account_id, data=lambda cast: {}),
    Row(endpoint="identity.grants", giang=200),
    Row(endpoint="identity.give_grant", giang=200),
    Row(endpoint="identity.end_grant", giang=303, values=a_grant, data=lambda cast: {}),
]  # fmt: skip
