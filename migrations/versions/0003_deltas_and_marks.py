"""Changes per day and month marks of the figures.

Compatible with the previous release: add first, remove one release later. No import of the application.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_deltas_and_marks"
down_revision = "0002_obligation_life"
branch_labels = None
depends_on = None


def day():
    return sa.Date().with_variant(sa.Integer(), "sqlite")


def moment():
    return sa.DateTime(timezone=True)


def big_id():
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def figures():
    names = ("required", "completed", "late", "in_progress", "overdue", "paused", "waived")
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def upgrade():
    op.create_table(
        "figure_delta",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("day", day(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        *figures(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_delta")),
    )
    op.create_index("ix_figure_delta_day", "figure_delta", ["day", "unit_id"])
    op.create_table(
        "figure_mark",
        sa.Column("day", day(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        *figures(),
        sa.PrimaryKeyConstraint("day", "unit_id", "origin_id", "requirement_id", name=op.f("pk_figure_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_head",
        sa.Column("day", day(), nullable=False),
        sa.Column("through_id", sa.BigInteger(), nullable=False),
        sa.Column("built_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_figure_head")),
    )
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


def downgrade():
    for table in ("figure_origin", "figure_era", "figure_head", "figure_mark", "figure_delta"):
        op.drop_table(table)
