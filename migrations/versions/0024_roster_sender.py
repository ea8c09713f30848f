"""Who sent a roster, by name, for the history of a unit's imports.

Compatible with the previous release: a column with a default is added.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024_roster_sender"
down_revision = "0023_roster_policies"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("roster_import", sa.Column("sender", sa.String(160), server_default="", nullable=False))


def downgrade():
    op.drop_column("roster_import", "sender")
