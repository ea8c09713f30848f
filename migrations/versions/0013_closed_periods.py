"""Closed periods: figures that were sent out, the persons behind them, their seal and errata.

Compatible with the previous release: tables are added. They are history: no trigger notes their rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_closed_periods"
down_revision = "0012_study_rounds"
branch_labels = None
depends_on = None

TABLES = (
    "closed_period", "closed_unit", "closed_requirement", "closed_person", "closed_duty", "closed_block",
    "closed_figure", "period_erratum", "erratum_line", "period_difference",
)  # fmt: skip


def day():
    return sa.Date().with_variant(sa.Integer(), "sqlite")


def moment():
    return sa.DateTime(timezone=True)


def code(length):
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def big_id():
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "closed_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", code(120), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("as_of", day(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("plan_code", code(40), nullable=False),
        sa.Column("plan_number", sa.String(60), nullable=False),
        sa.Column("plan_title", sa.String(400), nullable=False),
        sa.Column("plan_issuer", sa.String(200), nullable=False),
        sa.Column("plan_issued_on", day(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closer", sa.String(160), nullable=False),
        sa.Column("closed_at", moment(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("requirements", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("duties", sa.Integer(), nullable=False),
        sa.Column("digest", code(64), nullable=False),
        sa.Column("compared_at", moment(), nullable=True),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("verified_at", moment(), nullable=True),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_period")),
        sa.UniqueConstraint("code", name=op.f("uq_closed_period_code")),
        sa.UniqueConstraint("plan_id", "as_of", "unit_id", name=op.f("uq_closed_period_plan_id_as_of_unit_id")),
    )
    op.create_table(
        "closed_unit",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("code", code(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("short_name", sa.String(120), nullable=False),
        sa.Column("abbreviation", sa.String(40), nullable=False),
        sa.Column("kind", code(32), nullable=False),
        sa.Column("mark", code(16), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "number", name=op.f("pk_closed_unit")),
    )
    op.create_table(
        "closed_requirement",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("mark", code(16), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "number", name=op.f("pk_closed_requirement")),
    )
    op.create_table(
        "closed_person",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("personal_id", code(12), nullable=False),
        sa.Column("full_name", sa.String(120), nullable=False),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("department", sa.String(160), nullable=False),
        sa.Column("position", code(40), nullable=False),
        sa.Column("category", code(24), nullable=False),
        sa.Column("posting_id", big_id(), nullable=True),
        sa.Column("mark", code(16), nullable=False),
        sa.Column("sort_name", code(600), nullable=False),
        sa.Column("search_key", code(160), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "number", name=op.f("pk_closed_person")),
    )
    op.create_index("ix_closed_person_person", "closed_person", ["period_id", "person_id"])
    op.create_table(
        "closed_duty",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("due_on", day(), nullable=False),
        sa.Column("started_on", day(), nullable=False),
        sa.Column("fulfilled_on", day(), nullable=False),
        sa.Column("evidence", code(2000), nullable=False),
        sa.Column("mark", code(16), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "number", name=op.f("pk_closed_duty")),
    )
    op.create_index("ix_closed_duty_person", "closed_duty", ["period_id", "person_id"])
    op.create_table(
        "closed_block",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", code(16), nullable=False),
        sa.Column("through", sa.Integer(), nullable=False),
        sa.Column("digest", code(64), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "place", name=op.f("pk_closed_block")),
    )
    op.create_table(
        "closed_figure",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("requirement_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("in_progress", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Integer(), nullable=False),
        sa.Column("waived", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "stage", "unit_id", "requirement_id", name=op.f("pk_closed_figure")),
    )
    op.create_table(
        "period_erratum",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("document", sa.String(120), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("issuer", sa.String(160), nullable=False),
        sa.Column("issued_at", moment(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("before", code(64), nullable=False),
        sa.Column("digest", code(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_erratum")),
        sa.UniqueConstraint("period_id", "number", name=op.f("uq_period_erratum_period_id_number")),
    )
    op.create_table(
        "erratum_line",
        sa.Column("erratum_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", code(16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("personal_id", code(12), nullable=False),
        sa.Column("full_name", sa.String(120), nullable=False),
        sa.Column("requirement", sa.String(300), nullable=False),
        sa.Column("was_unit_id", sa.Integer(), nullable=True),
        sa.Column("was_kind", sa.Integer(), nullable=True),
        sa.Column("was_due_on", day(), nullable=True),
        sa.Column("was_started_on", day(), nullable=True),
        sa.Column("was_fulfilled_on", day(), nullable=True),
        sa.Column("was_evidence", code(2000), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Integer(), nullable=True),
        sa.Column("due_on", day(), nullable=True),
        sa.Column("started_on", day(), nullable=True),
        sa.Column("fulfilled_on", day(), nullable=True),
        sa.Column("evidence", code(2000), nullable=False),
        sa.Column("cause", code(16), nullable=False),
        sa.Column("words", sa.String(600), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("erratum_id", "number", name=op.f("pk_erratum_line")),
    )
    op.create_index("ix_erratum_line_person", "erratum_line", ["person_id", "requirement_id"])
    op.create_table(
        "period_difference",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("personal_id", code(12), nullable=False),
        sa.Column("full_name", sa.String(120), nullable=False),
        sa.Column("requirement", sa.String(300), nullable=False),
        sa.Column("was_unit_id", sa.Integer(), nullable=True),
        sa.Column("was_kind", sa.Integer(), nullable=True),
        sa.Column("was_due_on", day(), nullable=True),
        sa.Column("was_started_on", day(), nullable=True),
        sa.Column("was_fulfilled_on", day(), nullable=True),
        sa.Column("was_evidence", code(2000), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Integer(), nullable=True),
        sa.Column("due_on", day(), nullable=True),
        sa.Column("started_on", day(), nullable=True),
        sa.Column("fulfilled_on", day(), nullable=True),
        sa.Column("evidence", code(2000), nullable=False),
        sa.Column("cause", code(16), nullable=False),
        sa.Column("words", sa.String(600), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "number", name=op.f("pk_period_difference")),
    )


def downgrade():
    for table in reversed(TABLES):
        op.drop_table(table)
