"""Obligations follow what lower domains announce, in the transaction of the change itself."""

from collections.abc import Sequence
from datetime import date

from lms.changes.events import ChangeUndone
from lms.learning.events import CompletionVoided, CourseCompleted, CourseStarted
from lms.learning.service import tells_of_needs
from lms.organisation.events import (
    AbsenceRecorded,
    AbsenceWithdrawn,
    OrganisationLoaded,
    PostingsChanged,
    TransferAnswered,
    TransferProposed,
    UnitsReorganised,
)
from lms.organisation.service import Heir, RuleFate, tells_of_duties, tells_of_rules
from lms.plan import queries, service
from lms.plan.disputes import service as disputes
from lms.plan.events import DaysDecided, DaysWithdrawn
from lms.platform import clock
from lms.platform.events import By, listens_to


@listens_to(PostingsChanged)
def postings_changed(event: PostingsChanged, by: By) -> None:
    """People joined, left, moved or were away: who is obliged, and in which unit it counts, follows.

    A posting that is found to have begun earlier brings no due day forward. An absence that never was is taken back
    with its page's preview, and so are the days it gave.
    """
    if isinstance(event, (AbsenceRecorded, AbsenceWithdrawn)):
        service.refresh_people(event.person_ids)
    else:
        service.refresh_posted(event.person_ids, by=by, today=clock.today(), now=clock.now())


@listens_to(DaysDecided)
@listens_to(DaysWithdrawn)
def days_decided(event: DaysDecided | DaysWithdrawn, by: By) -> None:
    """Days off were announced: desks that must answer meanwhile get theirs."""
    disputes.follow_days_off()


@listens_to(OrganisationLoaded)
def organisation_loaded(event: OrganisationLoaded, by: By) -> None:
    """Units changed: a rule may now reach other people, although no posting moved."""
    service.follow_successions()
    if queries.anybody_is_posted():
        service.rebuild()


MANY = 20_000
"""People from whom on deriving everything anew is quicker than deriving them one set at a time."""


@tells_of_rules
def rules_at(heirs: Sequence[Heir], on: date) -> list[RuleFate]:
    """What would become of the audience rules at units that end."""
    return queries.rule_fates(heirs, on)


@listens_to(UnitsReorganised)
def units_reorganised(event: UnitsReorganised, by: By) -> None:
    """Units and their people moved together, and rules go on at their successors: obligations follow at once."""
    followed = service.follow_successions()
    people = {*event.person_ids, *service.people_at(followed.unit_ids, event.on)}
    if len(people) > MANY:
        service.rebuild()
    else:
        service.refresh_people(people)


@listens_to(CourseStarted)
@listens_to(CourseCompleted)
@listens_to(CompletionVoided)
def studied(event: CourseStarted | CourseCompleted | CompletionVoided, by: By) -> None:
    """One act of study of one person: the obligations that the course counts for follow."""
    if event.person_id is not None:
        service.refresh_person_course(event.person_id, event.course_id, clock.today())


@listens_to(TransferProposed)
def transfer_proposed(event: TransferProposed, by: By) -> None:
    """The office that is asked learns of it by letter; the page of requests shows it anyway."""
    service.tell_of_proposal(event, today=clock.today(), now=clock.now())


@listens_to(TransferAnswered)
def transfer_answered(event: TransferAnswered, by: By) -> None:
    """Whoever asked learns the answer."""
    service.tell_of_answer(event, today=clock.today(), now=clock.now())


tells_of_duties(queries.duties_in)
tells_of_needs(queries.asks_for)


@listens_to(ChangeUndone)
def change_undone(event: ChangeUndone, by: By) -> None:
    """Facts stand again as they stood: obligations follow. Organisation has derived its tree before."""
    followed = service.follow_successions()
    if {"unit", "unit_name", "unit_place"} & set(event.tables) or len(event.person_ids) > MANY:
        service.rebuild()
        return
    # Requirements that are gone again are among them: what was derived of them goes too.
    service.refresh_requirements(event.requirement_ids)
    service.refresh_people({*event.person_ids, *service.people_at(followed.unit_ids, event.today)})
