"""Kept figures by the former units before every reform at once, and of distinct people.

What was kept is thrown away: `flask figures mark` makes it anew, and until then reports count segments.
No import of the application.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_people_in_figures"
down_revision = "0013_closed_periods"
branch_labels = None
depends_on = None


def day():
    return sa.Date().with_variant(sa.Integer(), "sqlite")


def big_id():
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def code(length):
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def figures():
    names = ("required", "completed", "late", "in_progress", "overdue", "paused", "waived")
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def figure_tables(former):
    """The changes and marks, whose people stand for `former`: a unit or a lineage."""
    op.create_table(
        "figure_delta",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("day", day(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(former, sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        *figures(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_delta")),
    )
    op.create_index("ix_figure_delta_day", "figure_delta", ["day", "unit_id"])
    op.create_table(
        "figure_mark",
        sa.Column("day", day(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(former, sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        *figures(),
        sa.PrimaryKeyConstraint("day", "unit_id", former, "requirement_id", name=op.f("pk_figure_mark")),
        sqlite_with_rowid=False,
    )


def upgrade():
    op.execute("DELETE FROM figure_head")
    for table in ("figure_origin", "figure_era", "figure_mark", "figure_delta"):
        op.drop_table(table)
    figure_tables("lineage_id")
    op.create_table(
        "figure_reform",
        sa.Column("reform_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("reform_id", name=op.f("pk_figure_reform")),
    )
    op.create_table(
        "figure_lineage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("units", code(1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_lineage")),
        sa.UniqueConstraint("units", name=op.f("uq_figure_lineage_units")),
    )
    op.create_table(
        "figure_former",
        sa.Column("lineage_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("reform_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("lineage_id", "reform_id", name=op.f("pk_figure_former")),
    )
    op.create_table(
        "figure_person",
        sa.Column("person_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("lineage_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_figure_person")),
    )
    op.create_table(
        "figure_group",
        sa.Column("group_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("group_id", "requirement_id", name=op.f("pk_figure_group")),
    )


def downgrade():
    op.execute("DELETE FROM figure_head")
    for table in (
        "figure_group", "figure_person", "figure_former", "figure_lineage", "figure_reform", "figure_mark",
        "figure_delta",
    ):  # fmt: skip
        op.drop_table(table)
    figure_tables("origin_id")
    op.create_table(
        "figure_era",
        sa.Column("reform_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.PrimaryKeyConstraint("reform_id", name=op.f("pk_figure_era")),
    )
    op.create_table(
        "figure_origin",
        sa.Column("reform_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reform_id", "person_id", name=op.f("pk_figure_origin")),
    )
