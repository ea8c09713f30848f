"""For which former units people stand, before every reform at once: written as one number per person.

Cells of figures are then few, and each can be read in the structure before any of the reforms. A reform that was not
known when the figures were made is missing from the lineages; readers count segments for it until they are made anew.
"""

import sqlalchemy as sa

from lms.organisation.queries import reforms_that_repost
from lms.plan.derive.work import Work

_TRUE = (
    "SELECT f.person_id, f.reform_id, f.unit_id FROM former_unit f JOIN figure_reform r ON r.reform_id = f.reform_id"
)
_COUNTED = """
SELECT p.person_id, o.reform_id, o.unit_id FROM figure_person p JOIN figure_former o ON o.lineage_id = p.lineage_id
"""


def make(work: Work) -> None:
    """Write everybody's lineage into empty tables."""
    rows = [{"reform_id": reform.id} for reform in reforms_that_repost()]
    if rows:
        work.connection.execute(sa.text("INSERT INTO figure_reform (reform_id) VALUES (:reform_id)"), rows)
    _write(work, "1 = 1")
    if work.on_postgresql:
        work.run("ANALYZE figure_person")
        work.run("ANALYZE figure_former")


def know_all_reforms(connection: sa.Connection) -> bool:
    """Whether the lineages know the very reforms that former units are derived for."""
    known = set(connection.scalars(sa.text("SELECT reform_id FROM figure_reform")))
    return known == {reform.id for reform in reforms_that_repost()}


def find_turned(work: Work, *, of_people: bool) -> int:
    """Fill `w_turned` with those in scope who stand for other former units than were counted; return how many."""
    some = "person_id IN (SELECT person_id FROM w_person)" if of_people else "1 = 1"
    true = f"SELECT * FROM ({_TRUE}) a WHERE {some}"
    counted = f"SELECT b.* FROM ({_COUNTED}) b JOIN figure_reform r ON r.reform_id = b.reform_id WHERE {some}"
    work.make(
        "w_turned",
        f"SELECT person_id FROM (SELECT * FROM ({true} EXCEPT {counted}) x UNION ALL "
        f"SELECT * FROM ({counted} EXCEPT {true}) y) d GROUP BY person_id",
        "person_id",
    )
    return work.number("SELECT COUNT(*) FROM w_turned")


def turn_over(work: Work) -> None:
    """Write down the lineages that the people of `w_turned` have now."""
    work.run("DELETE FROM figure_person WHERE person_id IN (SELECT person_id FROM w_turned)")
    _write(work, "person_id IN (SELECT person_id FROM w_turned)")


def _write(work: Work, of: str) -> None:
    reforms = sorted(work.connection.scalars(sa.text("SELECT reform_id FROM figure_reform")))
    if not reforms:
        return
    units = " || ',' || ".join(
        f"CAST(COALESCE(MAX(CASE WHEN reform_id = {reform_id} THEN unit_id END), 0) AS TEXT)" for reform_id in reforms
    )
    work.make(
        "w_lineage", f"SELECT person_id, {units} AS units FROM ({_TRUE}) t WHERE {of} GROUP BY person_id", "units"
    )
    last = work.number("SELECT MAX(id) FROM figure_lineage")
    work.run(
        "INSERT INTO figure_lineage (units) SELECT DISTINCT units FROM w_lineage w "
        "WHERE NOT EXISTS (SELECT 1 FROM figure_lineage l WHERE l.units = w.units)"
    )
    work.run(
        "INSERT INTO figure_person (person_id, lineage_id) "
        "SELECT w.person_id, l.id FROM w_lineage w JOIN figure_lineage l ON l.units = w.units"
    )
    one = (
        "SELECT p.lineage_id, MIN(p.person_id) AS person_id FROM figure_person p "
        f"WHERE p.lineage_id > {last} GROUP BY p.lineage_id"
    )
    work.run(
        "INSERT INTO figure_former (lineage_id, reform_id, unit_id) "
        f"SELECT n.lineage_id, t.reform_id, t.unit_id FROM ({one}) n JOIN ({_TRUE}) t ON t.person_id = n.person_id"
    )
    work.drop_one("w_lineage")
