"""Rosters keep what they may do and what was decided about rows in doubt; old numbers are found.

Compatible with the previous release: two columns with a default and an index are added.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023_roster_policies"
down_revision = "0022_roster_choices"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade():
    op.add_column("roster_import", sa.Column("policy", JSON, nullable=False, server_default="{}"))
    op.add_column("roster_import", sa.Column("decisions", JSON, nullable=False, server_default="{}"))
    op.create_index(
        "ix_person_correction_number",
        "person_correction",
        ["old"],
        postgresql_where=sa.text("field = 'personal_id'"),
        sqlite_where=sa.text("field = 'personal_id'"),
    )


def downgrade():
    op.drop_index("ix_person_correction_number", "person_correction")
    op.drop_column("roster_import", "decisions")
    op.drop_column("roster_import", "policy")
