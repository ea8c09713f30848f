"""A version studied anew is a round of its own.

Compatible with the previous release, which writes first rounds only. No import of the application.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012_study_rounds"
down_revision = "0011_change_sets"
branch_labels = None
depends_on = None

OLD, NEW = "uq_enrolment_person_id_version_id", "uq_enrolment_person_id_version_id_round"


def upgrade():
    with op.batch_alter_table("enrolment") as batch_op:
        batch_op.add_column(sa.Column("round", sa.Integer(), server_default="1", nullable=False))
        batch_op.drop_constraint(op.f(OLD), type_="unique")
        batch_op.create_unique_constraint(op.f(NEW), ["person_id", "version_id", "round"])


def downgrade():
    op.execute("DELETE FROM lesson_progress WHERE enrolment_id IN (SELECT id FROM enrolment WHERE round > 1)")
    op.execute("DELETE FROM enrolment WHERE round > 1")
    with op.batch_alter_table("enrolment") as batch_op:
        batch_op.drop_constraint(op.f(NEW), type_="unique")
        batch_op.create_unique_constraint(op.f(OLD), ["person_id", "version_id"])
        batch_op.drop_column("round")
