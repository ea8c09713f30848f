"""Change sets, whom they meet, and the rows of facts that they changed, noted by triggers on PostgreSQL.

Compatible with the previous release: tables are added, triggers sleep until a transaction names a change set. A later
migration that adds a table of facts adds its trigger too (a test says so); SQLite makes its triggers as it needs them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_change_sets"
down_revision = "0010_fixed_due_days"
branch_labels = None
depends_on = None

FACTS = (
    "absence", "account", "answer", "attempt", "audience", "certificate", "certificate_series", "clause", "completion",
    "course", "course_equivalent", "course_version", "cycle", "due_grant", "enrolment", "invitation", "lesson",
    "lesson_progress", "media", "person", "person_correction", "plan", "plan_import", "position", "posting", "question",
    "reform", "reform_choice", "reform_file", "requirement", "requirement_course", "role_grant", "roster_import",
    "succession", "transfer_proposal", "unit", "unit_name", "unit_place", "unknown_login", "waiver",
)  # fmt: skip


def day():
    return sa.Date().with_variant(sa.Integer(), "sqlite")


def moment():
    return sa.DateTime(timezone=True)


def code(length):
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def json_value():
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def row():
    return sa.Text().with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def big_id():
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "change_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", code(40), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("payload", json_value(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposer", sa.String(160), nullable=False),
        sa.Column("proposed_at", moment(), nullable=False),
        sa.Column("looked_at", moment(), nullable=True),
        sa.Column("summary", json_value(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approver", sa.String(160), nullable=False),
        sa.Column("approved_at", moment(), nullable=True),
        sa.Column("applied_by", sa.Integer(), nullable=True),
        sa.Column("applied_at", moment(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", moment(), nullable=True),
        sa.Column("undo_reason", sa.String(300), nullable=False),
        sa.Column("withdrawn_at", moment(), nullable=True),
        sa.Column("said", sa.String(600), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_set")),
    )
    op.create_index("ix_change_set_unit", "change_set", ["unit_id", "id"])
    op.create_table(
        "change_effect",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("personal_id", code(12), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("search_key", code(160), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("requirement", code(90), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("unit", code(40), nullable=False),
        sa.Column("what", code(12), nullable=False),
        sa.Column("due_before", day(), nullable=True),
        sa.Column("due_after", day(), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["change_set.id"], name=op.f("fk_change_effect_change_id")),
        sa.PrimaryKeyConstraint("change_id", "place", name=op.f("pk_change_effect")),
    )
    op.create_index("ix_change_effect_what", "change_effect", ["change_id", "what", "place"])
    op.create_index("ix_change_effect_unit", "change_effect", ["change_id", "unit_id"])
    op.create_table(
        "change_row",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("table_name", code(40), nullable=False),
        sa.Column("key", code(200), nullable=False),
        sa.Column("before", row(), nullable=True),
        sa.Column("after", row(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_row")),
    )
    op.create_index("ix_change_row_change", "change_row", ["change_id", "table_name", "id"])
    for table in ("reform_file", "roster_import"):
        op.add_column(table, sa.Column("change_id", sa.Integer(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        _note_changes()


def _note_changes():
    # The key is made of the columns that each trigger is told.
    op.execute(
        """
        CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $body$
        DECLARE
          was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
          now jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
        BEGIN
          INSERT INTO change_row (change_id, table_name, key, before, after)
          SELECT current_setting('lms.change')::int, TG_TABLE_NAME,
            string_agg(COALESCE(now, was) ->> TG_ARGV[n], ',' ORDER BY n), was, now
          FROM generate_series(0, TG_NARGS - 1) AS n;
          RETURN NULL;
        END $body$
        """
    )
    inspector = sa.inspect(op.get_bind())
    for table in FACTS:
        keys = ", ".join(f"'{name}'" for name in inspector.get_pk_constraint(table)["constrained_columns"])
        op.execute(
            f"CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"WHEN (COALESCE(current_setting('lms.change', true), '') <> '') EXECUTE FUNCTION note_change({keys})"
        )


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION note_change() CASCADE")
    for table in ("reform_file", "roster_import"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("change_id")
    op.drop_table("change_row")
    op.drop_table("change_effect")
    op.drop_table("change_set")
