"""What somebody said by hand about a roster, by which headings it is known again, and a year of birth without a day.

Compatible with the previous release: columns are added that it neither reads nor needs to write.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022_roster_choices"
down_revision = "0021_plan_amendments"
branch_labels = None
depends_on = None


def json_value():
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def code(length):
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade():
    op.add_column("person", sa.Column("birth_year", sa.Integer(), nullable=True))
    op.add_column("roster_import", sa.Column("choices", json_value(), server_default="{}", nullable=False))
    op.add_column("roster_import", sa.Column("headings", code(64), server_default="", nullable=False))
    op.add_column("roster_import", sa.Column("reused_id", sa.Integer(), nullable=True))
    op.create_index("ix_roster_import_headings", "roster_import", ["unit_id", "headings", "id"])


def downgrade():
    op.drop_index("ix_roster_import_headings", table_name="roster_import")
    op.drop_column("roster_import", "reused_id")
    op.drop_column("roster_import", "headings")
    op.drop_column("roster_import", "choices")
    op.drop_column("person", "birth_year")
