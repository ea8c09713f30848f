"""Amendments of a plan: numbered, each with its paper.

Compatible with the previous release: a table is added.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021_plan_amendments"
down_revision = "0020_head_counts"
branch_labels = None
depends_on = None


def day():
    return sa.Date().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "plan_amendment",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decision", sa.String(120), nullable=False),
        sa.Column("decided_on", day(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_plan_amendment_number")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_amendment_plan_id_plan")),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_plan_amendment")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON plan_amendment FOR EACH ROW "
            "WHEN (COALESCE(current_setting('lms.change', true), '') <> '') "
            "EXECUTE FUNCTION note_change('plan_id', 'number')"
        )


def downgrade():
    op.drop_table("plan_amendment")
