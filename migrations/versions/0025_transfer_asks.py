"""Requests of the office that would gain a person.

Compatible with the previous release: a column with a default is added.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025_transfer_asks"
down_revision = "0024_roster_sender"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("transfer_proposal", sa.Column("is_ask", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade():
    with op.batch_alter_table("transfer_proposal") as batch:
        batch.drop_column("is_ask")
