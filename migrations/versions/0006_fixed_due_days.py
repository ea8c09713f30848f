"""Due days that stay when a plan changes after they were fulfilled; the day before each granted one.

Compatible with the previous release: a new kind, a column that may be empty. No import of the application.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_fixed_due_days"
down_revision = "0005_checks_and_clock_stops"
branch_labels = None
depends_on = None


def day():
    return sa.Date().with_variant(sa.Integer(), "sqlite")


def _kinds(*kinds):
    with op.batch_alter_table("due_grant") as batch_op:
        batch_op.drop_constraint(op.f("ck_due_grant_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_due_grant_kind"), f"kind IN {kinds}")


def upgrade():
    op.add_column("due_grant", sa.Column("was_due_on", day(), nullable=True))
    _kinds("extended", "realistic", "confirmed", "kept", "fixed")


def downgrade():
    op.execute("DELETE FROM due_grant WHERE kind = 'fixed'")
    _kinds("extended", "realistic", "confirmed", "kept")
    with op.batch_alter_table("due_grant") as batch_op:
        batch_op.drop_column("was_due_on")
