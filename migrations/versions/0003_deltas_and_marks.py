"""Changes per day and month marks of the figures.

Compatible with the previous release: add first, remove one release later. No import of the application.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0003_deltas_and_marks"
down_revision = "0002_obligation_life"
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
    pass


def downgrade():
    pass
