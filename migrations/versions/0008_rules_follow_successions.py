"""Audience rules that a reform carries on at the successors of a unit; who was followed during a big derivation.

Compatible with the previous release: a column is added, nothing is rewritten. No import of the application.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_rules_follow_successions"
down_revision = "0007_transfer_sources"
branch_labels = None
depends_on = None


def big_id():
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "followed_person",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followed_person")),
    )
    with op.batch_alter_table("audience") as batch:
        batch.add_column(sa.Column("reform_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_audience_reform_id"), "reform", ["reform_id"], ["id"])


def downgrade():
    with op.batch_alter_table("audience") as batch:
        batch.drop_constraint(op.f("fk_audience_reform_id"), type_="foreignkey")
        batch.drop_column("reform_id")
    op.drop_table("followed_person")
