"""The demonstration accounts: real people of the city, each with a password of its own."""

import os
import secrets
from datetime import date, datetime
from pathlib import Path
from random import Random

from lms.demo import queries
from lms.demo.rules import cast
from lms.demo.rules.careers import FOREVER, Stint
from lms.demo.rules.names import Registry
from lms.demo.service.city import SOURCE, Sheets, write_studies
from lms.identity import service as identity
from lms.identity.models import Role
from lms.organisation.models import Person
from lms.platform.db import db
from lms.platform.events import SYSTEM

FILE = "demo_accounts.txt"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without signs that look alike."""


def add_cast(seed: int, today: date, now: datetime) -> dict[str, int]:
    """Write the people behind the accounts with their postings and studies; returns login → person id."""
    sheets = Sheets.empty()
    registry = Registry(Random(seed), *queries.known_identities())
    courses = queries.courses()
    passing = {slug: min(course.right_to_pass, course.draw - 2) for slug, course in courses.items()}
    people: dict[str, int] = {}
    for part in cast.parts(today):
        who = registry.settle(part.name, part.sex, part.birth_date)
        person_id = sheets.add(
            "person", who.personal_id, f"TD{len(people) + 1:04d}", who.full_name, who.sort_name, who.search_key,
            who.birth_date, who.sex, part.login, "", now,
        )  # fmt: skip
        people[part.login] = person_id
        stints = _stints(part)
        for stint in stints:
            sheets.add(
                "posting", person_id, stint.unit_id, stint.department, stint.position, stint.title, stint.rank,
                part.category, stint.from_on, stint.to_on, True, SOURCE, now,
            )  # fmt: skip
        done, begun = cast.studies_of(part, today, passing)
        write_studies(sheets, courses, person_id, stints, done, begun, Random(seed), in_detail=True, now=now)
    sheets.write()
    sheets.settle()
    return people


def _stints(part: cast.Part) -> list[Stint]:
    stints = []
    for number, step in enumerate(part.steps):
        # Who joined before our book of units begins is asked for on the plan's first day.
        unit_id, ends = queries.unit_standing(step.unit, max(step.from_on, date(2023, 10, 1)))
        later = part.steps[number + 1].from_on if number + 1 < len(part.steps) else FOREVER
        stints.append(
            Stint(unit_id, step.department, step.title, step.position, step.rank, step.from_on, min(ends, later))
        )
    return stints


def open_accounts(people: dict[str, int], today: date, now: datetime) -> str:
    """Make the accounts with their grants and passwords; returns the list to hand out."""
    lines = [f"{'Vai trò':<20}{'Tên đăng nhập':<34}{'Mật khẩu':<20}Họ và tên"]
    for part in cast.parts(today):
        person = db.session.get_one(Person, people[part.login])
        account = identity.create_account(person, by=SYSTEM, now=now, login=part.login)
        password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
        identity.set_password(account, password=password, by=SYSTEM, today=today)
        account.notice_seen_at = now
        for role, code, day in part.grants:
            unit_id, _ends = queries.unit_standing(code, day)
            identity.give_grant(
                account, role=Role(role), unit_id=unit_id, by=SYSTEM, today=today, now=now, from_on=cast.GRANTED_ON
            )
        lines.append(f"{part.role:<20}{part.login:<34}{password:<20}{part.name}")
    db.session.flush()
    return "\n".join(lines) + "\n"


def keep_list(instance: Path, text: str) -> Path:
    """Write the list where only the owner of the installation reads it."""
    path = instance / FILE
    draft = path.with_suffix(".part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
    return path


def kept_list(instance: Path) -> str | None:
    """The list as it was written, None when there is none."""
    path = instance / FILE
    return path.read_text(encoding="utf-8") if path.exists() else None
