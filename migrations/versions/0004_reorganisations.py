"""Reorganisations with choices, transfers, which unit counts.

Compatible with the previous release: add first, remove one release later. No import of the application.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_reorganisations"
down_revision = "0003_deltas_and_marks"
branch_labels = None
depends_on = None


def day():
    return sa.Date().with_variant(sa.Integer(), "sqlite")


def moment():
    return sa.DateTime(timezone=True)


def code(length):
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def json_value():
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def big_id():
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    with op.batch_alter_table("reform") as batch:
        batch.add_column(sa.Column("sha256", code(64), nullable=False, server_default=""))
        batch.add_column(sa.Column("account_id", sa.Integer()))
        batch.add_column(sa.Column("applied_at", moment()))
    with op.batch_alter_table("succession") as batch:
        batch.add_column(sa.Column("is_default", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "reform_choice",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("reform_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("old_id", sa.Integer(), nullable=False),
        sa.Column("new_id", sa.Integer()),
        sa.Column("account_id", sa.Integer()),
        sa.Column("recorded_at", moment(), nullable=False),
        sa.Column("confirmed_at", moment()),
        sa.ForeignKeyConstraint(["reform_id"], ["reform.id"], name="fk_reform_choice_reform_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_reform_choice_person_id"),
        sa.ForeignKeyConstraint(["old_id"], ["unit.id"], name="fk_reform_choice_old_id"),
        sa.ForeignKeyConstraint(["new_id"], ["unit.id"], name="fk_reform_choice_new_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reform_choice"),
        sa.UniqueConstraint("reform_id", "person_id", "old_id", name="uq_reform_choice_reform_id_person_id_old_id"),
    )
    op.create_index("ix_reform_choice_person", "reform_choice", ["person_id"])
    op.create_index("ix_reform_choice_new", "reform_choice", ["new_id"])
    op.create_table(
        "reform_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("sha256", code(64), nullable=False),
        sa.Column("on_day", day(), nullable=False),
        sa.Column("choices_name", sa.String(200), nullable=False),
        sa.Column("choices_sha256", code(64), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("received_at", moment(), nullable=False),
        sa.Column("reform_id", sa.Integer()),
        sa.ForeignKeyConstraint(["reform_id"], ["reform.id"], name="fk_reform_file_reform_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reform_file"),
    )
    op.create_table(
        "transfer_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("old_id", sa.Integer(), nullable=False),
        sa.Column("new_id", sa.Integer(), nullable=False),
        sa.Column("on_day", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.Column("kind", code(16), nullable=False),
        sa.Column("counts_there", sa.Boolean(), nullable=False),
        sa.Column("department", sa.String(160), nullable=False),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("proposed_by", sa.Integer()),
        sa.Column("proposed_at", moment(), nullable=False),
        sa.Column("state", code(12), nullable=False),
        sa.Column("decided_by", sa.Integer()),
        sa.Column("decided_at", moment()),
        sa.Column("answer", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_transfer_proposal_person_id"),
        sa.ForeignKeyConstraint(["old_id"], ["unit.id"], name="fk_transfer_proposal_old_id"),
        sa.ForeignKeyConstraint(["new_id"], ["unit.id"], name="fk_transfer_proposal_new_id"),
        sa.PrimaryKeyConstraint("id", name="pk_transfer_proposal"),
    )
    op.create_index("ix_transfer_proposal_person", "transfer_proposal", ["person_id"])
    op.create_index("ix_transfer_proposal_old", "transfer_proposal", ["old_id", "decided_at"])
    op.create_index("ix_transfer_proposal_new", "transfer_proposal", ["new_id", "decided_at"])


def downgrade():
    op.drop_table("transfer_proposal")
    op.drop_table("reform_file")
    op.drop_table("reform_choice")
    with op.batch_alter_table("succession") as batch:
        batch.drop_column("is_default")
    with op.batch_alter_table("reform") as batch:
        batch.drop_column("applied_at")
        batch.drop_column("account_id")
        batch.drop_column("sha256")
