"""Who saw whose record: one row a day for each person, account and part. Compatible with the previous release."""

import sqlalchemy as sa
from alembic import op

revision = "0015_record_views"
down_revision = "0014_people_in_figures"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "record_view",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("viewer_id", sa.Integer(), nullable=True),
        sa.Column("viewer", sa.String(160), nullable=False),
        sa.Column("day", sa.Date().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(12).with_variant(sa.String(12, collation="C"), "postgresql"), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_view")),
        sa.UniqueConstraint(
            "person_id", "account_id", "day", "what", name=op.f("uq_record_view_person_id_account_id_day_what")
        ),
    )
    op.create_index("ix_record_view_day", "record_view", ["day"])


def downgrade():
    op.drop_table("record_view")
