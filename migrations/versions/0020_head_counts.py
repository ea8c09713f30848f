"""Head counts that units confirm, with everybody who was counted.

Compatible with the previous release: tables are added. They are history: no trigger notes their rows.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020_head_counts"
down_revision = "0019_people_search"
branch_labels = None
depends_on = None


def day():
    return sa.Date().with_variant(sa.Integer(), "sqlite")


def moment():
    return sa.DateTime(timezone=True)


def code(length):
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade():
    op.create_table(
        "head_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("on_day", day(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("confirmer", sa.String(160), nullable=False),
        sa.Column("confirmed_at", moment(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("superseded_at", moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_head_count")),
    )
    op.create_index("ix_head_count_unit", "head_count", ["unit_id", "on_day"])
    op.create_table(
        "head_count_person",
        sa.Column("head_count_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("category", code(24), nullable=False),
        sa.ForeignKeyConstraint(["head_count_id"], ["head_count.id"], name=op.f("fk_head_count_person_head_count_id")),
        sa.PrimaryKeyConstraint("head_count_id", "person_id", name=op.f("pk_head_count_person")),
    )


def downgrade():
    op.drop_table("head_count_person")
    op.drop_table("head_count")
