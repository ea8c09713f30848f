"""Days off as they are decided year by year, for terms in working days.

Compatible with the previous release: a table is added. What it tells stays: no trigger notes its rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018_days_off"
down_revision = "0017_disputes"
branch_labels = None
depends_on = None

BELIEVED = sa.text("superseded_at IS NULL")


def upgrade():
    op.create_table(
        "day_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_off", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("document", sa.String(120), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_off")),
    )
    op.create_index("uq_day_off_day", "day_off", ["day"], unique=True, sqlite_where=BELIEVED, postgresql_where=BELIEVED)


def downgrade():
    op.drop_table("day_off")
