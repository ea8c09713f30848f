"""What a person's pages say of duties follows the derivation, whatever happened."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.plan import queries, rules, service
from tests.plan import world
from tests.plan.test_derivation import OFTEN, absences, completions, starts, undone, waivers
from tests.plan.world import World


def is_enough(duty: queries.Duty) -> bool:
    """Whether what the page calls done makes the rule true."""
    if duty.hours_needed is not None:
        return duty.hours_done >= duty.hours_needed
    if duty.rule == "any_of":
        return bool(duty.done_course_ids)
    return duty.done_course_ids == set(duty.course_ids)


@settings(OFTEN, max_examples=60)
@given(
    city=world.cities(),
    completed=st.lists(completions, min_size=4, max_size=14),
    started=st.lists(starts, max_size=3),
    away=st.lists(absences, max_size=2),
    exempt=st.lists(waivers, max_size=2),
    day=world.days,
)
def test_a_duty_says_done_what_counts_and_stands_as_the_rules_say(session, city, completed, started, away, exempt, day):
    with undone():
        here = World(city)
        for completion in completed:
            here.complete(*completion)
        for start in started:
            here.start(*start)
        for person, days in away:
            here.absent(person, *days)
        for person, requirement, days in exempt:
            here.waive(person, requirement, *days)
        service.rebuild()
        requirements, tree = queries.requirement_facts(), queries.tree()
        for person in queries.facts_of(here.people):
            duties = queries.all_duties_of(person.person_id, day)
            assert [d for d in duties if is_enough(d) != d.is_fulfilled] == []
            told = {(d.requirement_id, d.cycle): d.state for d in duties}
            assert told == rules.states_of(rules.derive(person, requirements, tree), requirements, day)
