"""Changing accounts: making them, opening them, passwords, roles. Nothing here commits."""

from lms.identity.service.accounts import (
    account_of,
    create_account,
    create_accounts,
    create_first_administrator,
    disable,
    enable,
    read_notice,
    unlock,
)
from lms.identity.service.grants import end_grant, end_left_behind, follow_units, give_grant
from lms.identity.service.invitations import (
    LINK_PATH,
    Slip,
    forgotten,
    invite_by_email,
    invite_people,
    issue_codes,
    one_time_link,
    open_by_code,
    open_by_link,
    why_not_link,
)
from lms.identity.service.passwords import hash_password, set_password
from lms.identity.service.signing_in import NotSignedIn, authenticate, change_password

__all__ = [
    "LINK_PATH",
    "NotSignedIn",
    "Slip",
    "account_of",
    "authenticate",
    "change_password",
    "create_account",
    "create_accounts",
    "create_first_administrator",
    "disable",
    "enable",
    "end_grant",
    "end_left_behind",
    "follow_units",
    "forgotten",
    "give_grant",
    "hash_password",
    "invite_by_email",
    "invite_people",
    "issue_codes",
    "one_time_link",
    "open_by_code",
    "open_by_link",
    "read_notice",
    "set_password",
    "unlock",
    "why_not_link",
]
