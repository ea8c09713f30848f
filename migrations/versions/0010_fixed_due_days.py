"""Due days that stay when a plan changes after they were fulfilled; what a granted day was given for.

Compatible with the previous release, which writes no granted days. No import of the application.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_fixed_due_days"
down_revision = "0009_audit_chain"
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
    op.add_column("due_grant", sa.Column("opened_on", day(), nullable=True))
    op.execute("UPDATE due_grant SET opened_on = granted_on")
    with op.batch_alter_table("due_grant") as batch_op:
        batch_op.alter_column("opened_on", existing_type=day(), nullable=False)
    _kinds("extended", "realistic", "confirmed", "kept", "fixed")


def downgrade():
    op.execute("DELETE FROM due_grant WHERE kind = 'fixed'")
    _kinds("extended", "realistic", "confirmed", "kept")
    with op.batch_alter_table("due_grant") as batch_op:
        batch_op.drop_column("was_due_on")
        batch_op.drop_column("opened_on")
