"""Disputes: what somebody holds to be wrong about a duty, what was said and handed in, and what was decided.

Compatible with the previous release: tables are added. They are history: no trigger notes their rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_disputes"
down_revision = "0016_given_validities"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL")


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
        "dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("kind", code(16), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("was_state", code(16), nullable=False),
        sa.Column("was_due_on", day(), nullable=False),
        sa.Column("was_fulfilled_on", day(), nullable=False),
        sa.Column("opened_at", moment(), nullable=False),
        sa.Column("opened_on", day(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("desk_id", sa.Integer(), nullable=False),
        sa.Column("desk_since", day(), nullable=False),
        sa.Column("due_on", day(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("closed_at", moment(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("outcome", code(12), nullable=False),
        sa.Column("answer", sa.String(1000), nullable=False),
        sa.Column("decision", sa.String(120), nullable=False),
        sa.Column("effect", code(12), nullable=False),
        sa.Column("fact_id", big_id(), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (outcome = '')", name=op.f("ck_dispute_closed")),
        sa.CheckConstraint(
            "outcome IN ('', 'accepted', 'partly', 'refused', 'withdrawn')", name=op.f("ck_dispute_outcome")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index(
        "uq_dispute_open", "dispute", ["person_id", "requirement_id", "cycle"], unique=True, sqlite_where=OPEN,
        postgresql_where=OPEN,
    )  # fmt: skip
    op.create_index("ix_dispute_person", "dispute", ["person_id", "opened_at"])
    op.create_index("ix_dispute_desk", "dispute", ["desk_id", "due_on"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "dispute_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispute_id", sa.Integer(), nullable=False),
        sa.Column("kind", code(12), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("said_at", moment(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(160), nullable=False),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_note_dispute_id_dispute")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_note")),
    )
    op.create_index("ix_dispute_note_dispute", "dispute_note", ["dispute_id"])
    op.create_table(
        "dispute_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispute_id", sa.Integer(), nullable=False),
        sa.Column("sha256", code(64), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", code(8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sent_at", moment(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_file_dispute_id_dispute")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_file")),
    )
    op.create_index("ix_dispute_file_dispute", "dispute_file", ["dispute_id"])
    op.create_table(
        "dispute_term",
        sa.Column("from_on", day(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("recorded_at", moment(), nullable=False),
        sa.CheckConstraint("days BETWEEN 1 AND 90", name=op.f("ck_dispute_term_days")),
        sa.PrimaryKeyConstraint("from_on", name=op.f("pk_dispute_term")),
    )


def downgrade():
    for table in ("dispute_term", "dispute_file", "dispute_note", "dispute"):
        op.drop_table(table)
