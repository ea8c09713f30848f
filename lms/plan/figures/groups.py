"""Groups of requirements whose people are counted once: a plan, a clause, a requirement with overlapping cycles.

In the kept figures a group is a requirement with an id below zero, and its `required` are people. A person stands in
one unit on one day, so people may be added up over units as duties may.
"""

from collections.abc import Collection, Mapping

from lms.plan.derive.work import Work

PLAN, CLAUSE, REQUIREMENT = 0, 1, 2

GROUPS = f"""
SELECT -3 * plan_id - {PLAN} AS group_id, id AS requirement_id FROM requirement
UNION ALL SELECT -3 * clause_id - {CLAUSE}, id FROM requirement
UNION ALL SELECT -3 * id - {REQUIREMENT}, id FROM requirement WHERE late_days > 0
"""
"""Only where a year still takes results while the next one runs may a person have one requirement twice on a day."""

Groups = Mapping[int, frozenset[int]]
"""Group → its requirements."""


def plan_group(plan_id: int) -> int:
    """The group of a plan's requirements."""
    return -3 * plan_id - PLAN


def clause_group(clause_id: int) -> int:
    """The group of a clause's requirements."""
    return -3 * clause_id - CLAUSE


def own_group(requirement_id: int) -> int:
    """The group that a requirement with overlapping cycles makes by itself."""
    return -3 * requirement_id - REQUIREMENT


def group_of(groups: Groups, requirement_ids: Collection[int]) -> int | None:
    """The group that is made of exactly these requirements; None if there is none."""
    wanted = frozenset(requirement_ids)
    return next((group_id for group_id, members in groups.items() if members == wanted), None)


def differ(work: Work) -> bool:
    """Take new requirements into their groups; whether one that is counted already belongs elsewhere now.

    A requirement that is gone altogether stays in its groups as long as it has segments: they are taken away by them.
    """
    known, true = "SELECT group_id, requirement_id FROM figure_group", f"SELECT * FROM ({GROUPS}) t"
    counted = "EXISTS (SELECT 1 FROM segment s WHERE s.requirement_id = d.requirement_id)"
    is_there = "EXISTS (SELECT 1 FROM requirement r WHERE r.id = d.requirement_id)"
    for one, other in ((known, true), (true, known)):
        if work.number(f"SELECT COUNT(*) FROM ({one} EXCEPT {other}) d WHERE {counted} AND {is_there}"):
            return True
    work.make("w_left_group", f"SELECT d.* FROM ({known} EXCEPT {true}) d WHERE NOT {counted}")
    work.run(f"DELETE FROM figure_group WHERE EXISTS (SELECT 1 FROM w_left_group t {_SAME})")
    work.run(
        f"INSERT INTO figure_group (group_id, requirement_id) SELECT * FROM ({GROUPS}) t "
        f"WHERE NOT EXISTS (SELECT 1 FROM figure_group {_SAME})"
    )
    return False


def have_left_some(work: Work) -> bool:
    """Whether a requirement that left a group when `differ` was asked has been counted in it since."""
    return (
        work.number("SELECT COUNT(*) FROM w_left_group WHERE requirement_id IN (SELECT requirement_id FROM segment)")
        > 0
    )


_SAME = "WHERE t.group_id = figure_group.group_id AND t.requirement_id = figure_group.requirement_id"
