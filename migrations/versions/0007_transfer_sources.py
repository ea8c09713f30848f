"""The decision behind a requested transfer.

Compatible with the previous release: add first, remove one release later. No import of the application.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_transfer_sources"
down_revision = "0006_jobs"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("transfer_proposal", sa.Column("source", sa.String(200), nullable=False, server_default=""))


def downgrade():
    with op.batch_alter_table("transfer_proposal") as batch:
        batch.drop_column("source")
