"""Results stay valid as long as they were given, whatever a plan says later.

Compatible with the previous release, which writes no such rows. No import of the application.
"""

from alembic import op

revision = "0016_given_validities"
down_revision = "0015_record_views"
branch_labels = None
depends_on = None

BEFORE = ("extended", "realistic", "confirmed", "kept", "fixed")


def _kinds(*kinds):
    with op.batch_alter_table("due_grant") as batch_op:
        batch_op.drop_constraint(op.f("ck_due_grant_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_due_grant_kind"), f"kind IN {kinds}")


def upgrade():
    _kinds(*BEFORE, "valid")


def downgrade():
    op.execute("DELETE FROM due_grant WHERE kind = 'valid'")
    _kinds(*BEFORE)
