"""Which role may do what."""

from lms.identity.models import Role
from lms.platform.access import Permission as P  # noqa: N817 - a table of them

ROLE_PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.TRAINER: frozenset({P.CATALOGUE_COURSE_MANAGE, P.LEARNING_ENROLMENT_GRANT}),
    Role.HR: frozenset(
        {
            P.CERTIFICATES_CERTIFICATE_READ,
            P.IDENTITY_ACCOUNT_MANAGE,
            P.LEARNING_ENROLMENT_GRANT,
            P.ORGANISATION_ABSENCE_RECORD,
            P.ORGANISATION_PERSON_READ,
            P.ORGANISATION_PERSON_REVEAL,
            P.ORGANISATION_POSTING_CHANGE,
            P.ORGANISATION_ROSTER_IMPORT,
            P.PLAN_DISPUTE_DECIDE,
            P.PLAN_HEADCOUNT_CONFIRM,
            P.PLAN_OBLIGATION_READ,
            P.PLAN_PERIOD_CLOSE,
            P.PLAN_PLAN_READ,
            P.PLAN_WAIVER_GRANT,
            P.REPORTS_COMPLIANCE_READ,
            P.AUDIT_EVENT_READ,
        }
    ),
    Role.LEADER: frozenset(
        {
            P.CERTIFICATES_CERTIFICATE_READ,
            P.ORGANISATION_PERSON_READ,
            P.PLAN_HEADCOUNT_CONFIRM,
            P.PLAN_OBLIGATION_READ,
            P.PLAN_PLAN_READ,
            P.REPORTS_COMPLIANCE_READ,
        }
    ),
    Role.ADMINISTRATOR: frozenset(P),
}


def roles_with(permission: P) -> frozenset[Role]:
    """The roles that hold a permission."""
    return frozenset(role for role, held in ROLE_PERMISSIONS.items() if permission in held)
