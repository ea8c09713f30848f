"""The queue of background work, and the workers seen.

Compatible with the previous release: add first, remove one release later. No import of the application.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_jobs"
down_revision = "0005_checks_and_clock_stops"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("done_at IS NULL AND cancelled_at IS NULL AND dead_at IS NULL")
DEAD = sa.text("dead_at IS NOT NULL")


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
        "job",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("kind", code(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False, server_default=""),
        sa.Column("payload", json_value(), nullable=False),
        sa.Column("unique_key", code(160), nullable=True),
        sa.Column("due_at", moment(), nullable=True),
        sa.Column("back", code(300), nullable=False, server_default=""),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_name", sa.String(160), nullable=False, server_default=""),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("run_after", moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("lease", code(160), nullable=False, server_default=""),
        sa.Column("leased_until", moment(), nullable=True),
        sa.Column("heard_at", moment(), nullable=True),
        sa.Column("cursor", json_value(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("word", sa.String(200), nullable=False, server_default=""),
        sa.Column("started_at", moment(), nullable=True),
        sa.Column("cancel_asked_at", moment(), nullable=True),
        sa.Column("done_at", moment(), nullable=True),
        sa.Column("cancelled_at", moment(), nullable=True),
        sa.Column("dead_at", moment(), nullable=True),
        sa.Column("error", sa.String(300), nullable=False, server_default=""),
        sa.CheckConstraint(
            "(CASE WHEN done_at IS NULL THEN 0 ELSE 1 END) + (CASE WHEN cancelled_at IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN dead_at IS NULL THEN 0 ELSE 1 END) <= 1",
            name=op.f("ck_job_one_end"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    where = {"sqlite_where": UNFINISHED, "postgresql_where": UNFINISHED}
    op.create_index("ix_job_waiting", "job", ["run_after", "id"], **where)
    op.create_index("uq_job_unfinished", "job", ["unique_key"], unique=True, **where)
    op.create_index("ix_job_dead", "job", ["dead_at"], sqlite_where=DEAD, postgresql_where=DEAD)
    op.create_index("uq_job_due", "job", ["kind", "due_at"], unique=True)
    op.create_table(
        "job_worker",
        sa.Column("name", code(120), nullable=False),
        sa.Column("started_at", moment(), nullable=False),
        sa.Column("seen_at", moment(), nullable=False),
        sa.Column("version", code(64), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_worker")),
    )


def downgrade():
    op.drop_table("job_worker")
    op.drop_table("job")
