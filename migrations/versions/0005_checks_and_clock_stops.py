"""Independent checks of derived rows, effects of absences, approvals of waivers.

Compatible with the previous release: add first, remove one release later. No import of the application.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_checks_and_clock_stops"
down_revision = "0004_reorganisations"
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
    op.create_table(
        "derived_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", moment(), nullable=False),
        sa.Column("finished_at", moment(), nullable=True),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("first", json_value(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_derived_check")),
    )
    # Adding a column never rewrites a table; the default is for rows and programs of the previous release.
    op.add_column("waiver", sa.Column("approver", sa.String(160), nullable=False, server_default=""))
    op.add_column("absence", sa.Column("account_id", sa.Integer(), nullable=True))


def downgrade():
    with op.batch_alter_table("absence") as batch:
        batch.drop_column("account_id")
    with op.batch_alter_table("waiver") as batch:
        batch.drop_column("approver")
    op.drop_table("derived_check")
