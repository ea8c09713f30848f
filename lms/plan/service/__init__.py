"""What changes plans, and what keeps the obligations true."""

from lms.plan.service.derivation import rebuild, refresh_people, refresh_person_course, refresh_requirements

__all__ = ["rebuild", "refresh_people", "refresh_person_course", "refresh_requirements"]
