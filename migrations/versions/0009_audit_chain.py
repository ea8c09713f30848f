"""The chain of hashes over the log.

Compatible with the previous release: add first, remove one release later. No import of the application.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_audit_chain"
down_revision = "0008_rules_follow_successions"
branch_labels = None
depends_on = None


def day():
    return sa.Date().with_variant(sa.Integer(), "sqlite")


def moment():
    return sa.DateTime(timezone=True)


def code(length):
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def big_id():
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "audit_seal",
        sa.Column("day", day(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", big_id(), nullable=False),
        sa.Column("hash", code(64), nullable=False),
        sa.PrimaryKeyConstraint("day", "number", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_seal_event_id")),
    )
    op.create_table(
        "audit_day",
        sa.Column("day", day(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", code(64), nullable=False),
        sa.Column("floor_id", big_id(), nullable=False),
        sa.Column("next_floor_id", big_id(), nullable=False),
        sa.Column("next_floor_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_day")),
    )


def downgrade():
    op.drop_table("audit_day")
    op.drop_table("audit_seal")
