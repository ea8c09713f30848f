"""Every table of the first release

Compatible with the previous release: add first, remove one release later. No import of the application.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_initial"
down_revision = None
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
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE COLLATION IF NOT EXISTS vi (provider = icu, locale = 'vi')")
    op.create_table(
        "audit_event",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("key", code(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(160), nullable=False),
        sa.Column("address", code(45), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("facts", json_value(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index("ix_audit_event_key", ["key", "id"], unique=False)
        batch_op.create_index("ix_audit_event_person", ["person_id", "id"], unique=False)
        batch_op.create_index("ix_audit_event_unit", ["unit_id", "id"], unique=False)

    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", code(160), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", moment(), nullable=False),
        sa.Column("next_try_at", moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", moment(), nullable=True),
        sa.Column("given_up_at", moment(), nullable=True),
        sa.Column("error", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(
            "ix_letter_waiting",
            ["next_try_at"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )

    op.create_table(
        "obligation",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("opened_on", day(), nullable=False),
        sa.Column("closes_on", day(), nullable=False),
        sa.Column("due_on", day(), nullable=False),
        sa.Column("started_on", day(), nullable=False),
        sa.Column("fulfilled_on", day(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation")),
        sa.UniqueConstraint(
            "person_id", "requirement_id", "cycle", name=op.f("uq_obligation_person_id_requirement_id_cycle")
        ),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("personal_id", code(12), nullable=False),
        sa.Column("staff_code", code(40), nullable=False),
        sa.Column("full_name", sa.String(120), nullable=False),
        sa.Column("sort_name", code(600), nullable=False),
        sa.Column("search_key", code(160), nullable=False),
        sa.Column("birth_date", day(), nullable=True),
        sa.Column("sex", code(8), nullable=False),
        sa.Column("email", code(160), nullable=False),
        sa.Column("phone", code(24), nullable=False),
        sa.Column("recorded_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("personal_id", name=op.f("uq_person_personal_id")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_search", ["search_key"], unique=False)
        batch_op.create_index("ix_person_sort", ["sort_name", "id"], unique=False)

    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", code(40), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("issued_on", day(), nullable=False),
        sa.Column("legal_basis", json_value(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("digest", code(64), nullable=False),
        sa.Column("imported_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("code", name=op.f("uq_plan_code")),
    )
    op.create_table(
        "position",
        sa.Column("code", code(40), nullable=False),
        sa.Column("label", sa.String(160), nullable=False),
        sa.Column("levels", json_value(), nullable=False),
        sa.Column("staff_types", json_value(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_position")),
    )
    op.create_table(
        "reason",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("audience_id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("sign", sa.Integer(), nullable=False),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reason")),
    )
    with op.batch_alter_table("reason", schema=None) as batch_op:
        batch_op.create_index("ix_reason_person", ["person_id", "requirement_id"], unique=False)

    op.create_table(
        "reform",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", code(40), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("decision", sa.String(120), nullable=False),
        sa.Column("effective_on", day(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reform")),
        sa.UniqueConstraint("code", name=op.f("uq_reform_code")),
    )
    op.create_table(
        "segment",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.Column("due_on", day(), nullable=False),
        sa.Column("started_on", day(), nullable=False),
        sa.Column("fulfilled_on", day(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
    )
    with op.batch_alter_table("segment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_segment_figures",
            [
                "requirement_id",
                "unit_id",
                "from_on",
                "to_on",
                "kind",
                "due_on",
                "started_on",
                "fulfilled_on",
                "person_id",
            ],
            unique=False,
        )
        batch_op.create_index("ix_segment_person", ["person_id", "requirement_id"], unique=False)

    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", code(40), nullable=False),
        sa.Column("valid_from", day(), nullable=False),
        sa.Column("valid_to", day(), nullable=False),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_unit_interval")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_unit_code_valid_from")),
    )
    op.create_table(
        "unknown_login",
        sa.Column("login_hash", code(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", moment(), nullable=True),
        sa.Column("locked_until", moment(), nullable=True),
        sa.PrimaryKeyConstraint("login_hash", name=op.f("pk_unknown_login")),
    )
    with op.batch_alter_table("unknown_login", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unknown_login_failed_at"), ["failed_at"], unique=False)

    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", code(24), nullable=False),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("recorded_at", moment(), nullable=False),
        sa.Column("superseded_at", moment(), nullable=True),
        sa.CheckConstraint("from_on < to_on", name=op.f("ck_absence_interval")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index("ix_absence_person", ["person_id"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("login", code(160), nullable=False),
        sa.Column("email", code(160), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("password_hash", code(160), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("notice_seen_at", moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", moment(), nullable=True),
        sa.Column("locked_until", moment(), nullable=True),
        sa.Column("session_stamp", sa.Integer(), nullable=False),
        sa.Column("last_signed_in_at", moment(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("disabled_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_table(
        "certificate_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.String(40), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["unit.id"], name=op.f("fk_certificate_series_issuer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_series")),
        sa.UniqueConstraint("issuer_id", "year", name=op.f("uq_certificate_series_issuer_id_year")),
        sa.UniqueConstraint("year", "symbol", name=op.f("uq_certificate_series_year_symbol")),
    )
    op.create_table(
        "clause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", code(24), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lead_unit", code(40), nullable=False),
        sa.Column("cooperating", json_value(), nullable=False),
        sa.Column("target", sa.String(300), nullable=False),
        sa.Column("due_on", day(), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_clause_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_clause_plan_id_number")),
    )
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", code(80), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("current_version_id", sa.Integer(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("retired_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["current_version_id"], ["course_version.id"], name="fk_course_current_version_id", use_alter=True
        ),
        sa.ForeignKeyConstraint(["organiser_id"], ["unit.id"], name=op.f("fk_course_organiser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("slug", name=op.f("uq_course_slug")),
    )
    op.create_table(
        "former_unit",
        sa.Column("reform_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_former_unit_person_id")),
        sa.ForeignKeyConstraint(["reform_id"], ["reform.id"], name=op.f("fk_former_unit_reform_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_former_unit_unit_id")),
        sa.PrimaryKeyConstraint("reform_id", "person_id", name=op.f("pk_former_unit")),
    )
    with op.batch_alter_table("former_unit", schema=None) as batch_op:
        batch_op.create_index("ix_former_unit_unit", ["reform_id", "unit_id"], unique=False)

    op.create_table(
        "person_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("field", code(32), nullable=False),
        sa.Column("old", sa.String(200), nullable=False),
        sa.Column("new", sa.String(200), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("recorded_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_correction_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_correction")),
    )
    with op.batch_alter_table("person_correction", schema=None) as batch_op:
        batch_op.create_index("ix_person_correction_person", ["person_id"], unique=False)

    op.create_table(
        "plan_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("sha256", code(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("applied_at", moment(), nullable=False),
        sa.Column("summary", json_value(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_import_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_import")),
    )
    op.create_table(
        "posting",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(160), nullable=False),
        sa.Column("position", code(40), nullable=False),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("rank_code", code(24), nullable=False),
        sa.Column("category", code(24), nullable=False),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("recorded_at", moment(), nullable=False),
        sa.Column("superseded_at", moment(), nullable=True),
        sa.CheckConstraint("from_on < to_on", name=op.f("ck_posting_interval")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_posting_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_posting_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index("ix_posting_person", ["person_id", "from_on"], unique=False)
        batch_op.create_index("ix_posting_unit", ["unit_id", "from_on", "to_on"], unique=False)

    op.create_table(
        "roster_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("sha256", code(64), nullable=False),
        sa.Column("on_day", day(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("received_at", moment(), nullable=False),
        sa.Column("applied_at", moment(), nullable=True),
        sa.Column("summary", json_value(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_roster_import_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
    )
    with op.batch_alter_table("roster_import", schema=None) as batch_op:
        batch_op.create_index("ix_roster_import_unit", ["unit_id", "id"], unique=False)

    op.create_table(
        "succession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reform_id", sa.Integer(), nullable=False),
        sa.Column("old_id", sa.Integer(), nullable=False),
        sa.Column("new_id", sa.Integer(), nullable=True),
        sa.Column("share", code(24), nullable=False),
        sa.Column("clause", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["new_id"], ["unit.id"], name=op.f("fk_succession_new_id")),
        sa.ForeignKeyConstraint(["old_id"], ["unit.id"], name=op.f("fk_succession_old_id")),
        sa.ForeignKeyConstraint(["reform_id"], ["reform.id"], name=op.f("fk_succession_reform_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_succession")),
    )
    with op.batch_alter_table("succession", schema=None) as batch_op:
        batch_op.create_index("ix_succession_new", ["new_id"], unique=False)
        batch_op.create_index("ix_succession_old", ["old_id"], unique=False)

    op.create_table(
        "unit_closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("ancestor_id", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.ForeignKeyConstraint(["ancestor_id"], ["unit.id"], name=op.f("fk_unit_closure_ancestor_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_closure_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_closure")),
    )
    with op.batch_alter_table("unit_closure", schema=None) as batch_op:
        batch_op.create_index("ix_unit_closure_ancestor", ["ancestor_id", "unit_id", "from_on", "to_on"], unique=False)
        batch_op.create_index("ix_unit_closure_unit", ["unit_id", "depth"], unique=False)

    op.create_table(
        "unit_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("short_name", sa.String(120), nullable=False),
        sa.Column("abbreviation", sa.String(40), nullable=False),
        sa.Column("kind", code(32), nullable=False),
        sa.Column("plan_role", code(32), nullable=False),
        sa.Column("sort_name", code(600), nullable=False),
        sa.Column("search_key", code(240), nullable=False),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.CheckConstraint("from_on < to_on", name=op.f("ck_unit_name_interval")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_name_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_name")),
        sa.UniqueConstraint("unit_id", "from_on", name=op.f("uq_unit_name_unit_id_from_on")),
    )
    with op.batch_alter_table("unit_name", schema=None) as batch_op:
        batch_op.create_index("ix_unit_name_search", ["search_key"], unique=False)

    op.create_table(
        "unit_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.CheckConstraint("from_on < to_on", name=op.f("ck_unit_place_interval")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_place_parent_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_place_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_place")),
        sa.UniqueConstraint("unit_id", "from_on", name=op.f("uq_unit_place_unit_id_from_on")),
    )
    with op.batch_alter_table("unit_place", schema=None) as batch_op:
        batch_op.create_index("ix_unit_place_parent", ["parent_id"], unique=False)

    op.create_table(
        "course_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("sort_title", code(600), nullable=False),
        sa.Column("summary", sa.String(600), nullable=False),
        sa.Column("search_key", code(1000), nullable=False),
        sa.Column("hours", sa.Numeric(precision=9, scale=2), nullable=False),
        sa.Column("content_group", code(8), nullable=False),
        sa.Column("level", code(4), nullable=False),
        sa.Column("skills", json_value(), nullable=False),
        sa.Column("goals", json_value(), nullable=False),
        sa.Column("sources", json_value(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("quiz_title", sa.String(200), nullable=False),
        sa.Column("draw", sa.Integer(), nullable=False),
        sa.Column("bank_size", sa.Integer(), nullable=False),
        sa.Column("quiz_minutes", sa.Integer(), nullable=False),
        sa.Column("pass_percent", sa.Integer(), nullable=False),
        sa.Column("attempts_allowed", sa.Integer(), nullable=False),
        sa.Column("digest", code(64), nullable=False),
        sa.Column("archive", code(64), nullable=False),
        sa.Column("published_at", moment(), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("draw >= 1", name=op.f("ck_course_version_draw")),
        sa.CheckConstraint("pass_percent BETWEEN 1 AND 100", name=op.f("ck_course_version_pass_percent")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_version_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_version_course_id_number")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", code(8), nullable=False),
        sa.Column("token_hash", code(64), nullable=False),
        sa.Column("made_at", moment(), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.Column("used_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invitation_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index("ix_invitation_account", ["account_id"], unique=False)

    op.create_table(
        "requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("clause_id", sa.Integer(), nullable=False),
        sa.Column("code", code(40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("short_title", sa.String(60), nullable=False),
        sa.Column("rule", code(8), nullable=False),
        sa.Column("hours_needed", sa.Numeric(precision=9, scale=2), nullable=True),
        sa.Column("content_group", code(8), nullable=False),
        sa.Column("due_rule", code(16), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=True),
        sa.Column("accept_before_days", sa.Integer(), nullable=True),
        sa.Column("target_percent", sa.Numeric(precision=9, scale=2), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.CheckConstraint("(rule = 'hours') = (hours_needed IS NOT NULL)", name=op.f("ck_requirement_hours")),
        sa.CheckConstraint(
            "due_rule IN ('fixed', 'after_posting', 'calendar_year')", name=op.f("ck_requirement_due_rule")
        ),
        sa.CheckConstraint("rule IN ('all_of', 'any_of', 'hours')", name=op.f("ck_requirement_rule")),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("fk_requirement_clause_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_requirement_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
        sa.UniqueConstraint("plan_id", "code", name=op.f("uq_requirement_plan_id_code")),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", code(16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", moment(), nullable=False),
        sa.Column("ended_at", moment(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("from_on < to_on", name=op.f("ck_role_grant_interval")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_role_grant_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index("ix_role_grant_account", ["account_id"], unique=False)
        batch_op.create_index("ix_role_grant_unit", ["unit_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", moment(), nullable=False),
        sa.Column("deadline_at", moment(), nullable=False),
        sa.Column("submitted_at", moment(), nullable=True),
        sa.Column("score", sa.Numeric(precision=9, scale=2), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attempt_person_id")),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=op.f("fk_attempt_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("person_id", "version_id", "number", name=op.f("uq_attempt_person_id_version_id_number")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index("ix_attempt_version", ["version_id", "submitted_at"], unique=False)
        batch_op.create_index(
            "uq_attempt_open",
            ["person_id", "version_id"],
            unique=True,
            sqlite_where=sa.text("submitted_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NULL"),
        )

    op.create_table(
        "audience",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sign", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("subtree", sa.Boolean(), nullable=False),
        sa.Column("position", code(40), nullable=True),
        sa.Column("category", code(24), nullable=True),
        sa.Column("kind", code(32), nullable=True),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.CheckConstraint("sign IN (-1, 1)", name=op.f("ck_audience_sign")),
        sa.ForeignKeyConstraint(["requirement_id"], ["requirement.id"], name=op.f("fk_audience_requirement_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_audience_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience")),
    )
    with op.batch_alter_table("audience", schema=None) as batch_op:
        batch_op.create_index("ix_audience_requirement", ["requirement_id", "unit_id"], unique=False)

    op.create_table(
        "cycle",
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("opens_on", day(), nullable=False),
        sa.Column("closes_on", day(), nullable=False),
        sa.Column("due_on", day(), nullable=True),
        sa.ForeignKeyConstraint(["requirement_id"], ["requirement.id"], name=op.f("fk_cycle_requirement_id")),
        sa.PrimaryKeyConstraint("requirement_id", "cycle", name=op.f("pk_cycle")),
    )
    op.create_table(
        "lesson",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("key", code(120), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("skills", json_value(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=op.f("fk_lesson_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_lesson_version_id_key")),
        sa.UniqueConstraint("version_id", "place", name=op.f("uq_lesson_version_id_place")),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("name", code(120), nullable=False),
        sa.Column("content_type", code(60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", code(64), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=op.f("fk_media_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("version_id", "name", name=op.f("uq_media_version_id_name")),
    )
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.create_index("ix_media_sha256", ["sha256"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", code(40), nullable=False),
        sa.Column("kind", code(16), nullable=False),
        sa.Column("skill", code(8), nullable=False),
        sa.Column("lesson_key", code(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("body", json_value(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=op.f("fk_question_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_question_version_id_code")),
    )
    op.create_table(
        "requirement_course",
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_requirement_course_course_id")),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_requirement_course_requirement_id")
        ),
        sa.PrimaryKeyConstraint("requirement_id", "course_id", name=op.f("pk_requirement_course")),
    )
    with op.batch_alter_table("requirement_course", schema=None) as batch_op:
        batch_op.create_index("ix_requirement_course_course", ["course_id"], unique=False)

    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("decision", sa.String(120), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", moment(), nullable=False),
        sa.Column("superseded_at", moment(), nullable=True),
        sa.CheckConstraint("from_on < to_on", name=op.f("ck_waiver_interval")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_waiver_person_id")),
        sa.ForeignKeyConstraint(["requirement_id"], ["requirement.id"], name=op.f("fk_waiver_requirement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.create_index("ix_waiver_person", ["person_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("attempt_id", big_id(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("shuffle", json_value(), nullable=False),
        sa.Column("response", json_value(), nullable=True),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("saved_at", moment(), nullable=True),
        sa.Column("points", sa.Numeric(precision=9, scale=2), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_answer_attempt_id")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_answer_question_id")),
        sa.PrimaryKeyConstraint("attempt_id", "place", name=op.f("pk_answer")),
    )
    op.create_table(
        "completion",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("attempt_id", big_id(), nullable=True),
        sa.Column("started_on", day(), nullable=True),
        sa.Column("completed_on", day(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=9, scale=2), nullable=False),
        sa.Column("content_group", code(8), nullable=False),
        sa.Column("score", sa.Numeric(precision=9, scale=2), nullable=True),
        sa.Column("source", code(16), nullable=False),
        sa.Column("evidence", sa.String(300), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("department", sa.String(160), nullable=False),
        sa.Column("position", code(40), nullable=False),
        sa.Column("recorded_at", moment(), nullable=False),
        sa.Column("voided_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_completion_attempt_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_completion_course_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_completion_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_completion_unit_id")),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=op.f("fk_completion_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_completion_attempt_id")),
    )
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.create_index("ix_completion_course", ["course_id", "completed_on"], unique=False)
        batch_op.create_index("ix_completion_person", ["person_id", "course_id", "completed_on"], unique=False)

    op.create_table(
        "enrolment",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("source", code(16), nullable=False),
        sa.Column("enrolled_at", moment(), nullable=False),
        sa.Column("started_on", day(), nullable=True),
        sa.Column("last_lesson_id", sa.Integer(), nullable=True),
        sa.Column("last_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_enrolment_course_id")),
        sa.ForeignKeyConstraint(["last_lesson_id"], ["lesson.id"], name=op.f("fk_enrolment_last_lesson_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id")),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=op.f("fk_enrolment_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("person_id", "version_id", name=op.f("uq_enrolment_person_id_version_id")),
    )
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index("ix_enrolment_course", ["course_id", "person_id", "started_on"], unique=False)
        batch_op.create_index("ix_enrolment_version", ["version_id"], unique=False)

    op.create_table(
        "certificate",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("full_number", sa.String(60), nullable=False),
        sa.Column("code", code(16), nullable=False),
        sa.Column("completion_id", big_id(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("issued_on", day(), nullable=False),
        sa.Column("content", json_value(), nullable=False),
        sa.Column("revoked_on", day(), nullable=True),
        sa.Column("revoked_ground", code(24), nullable=False),
        sa.Column("revoked_reason", sa.String(300), nullable=False),
        sa.Column("replaced_by_id", big_id(), nullable=True),
        sa.Column("replaced_ground", code(16), nullable=False),
        sa.Column("replaced_reason", sa.String(300), nullable=False),
        sa.Column("recorded_at", moment(), nullable=False),
        sa.CheckConstraint(
            "(replaced_by_id IS NULL) = (replaced_ground = '')", name=op.f("ck_certificate_replacement")
        ),
        sa.CheckConstraint("(revoked_on IS NULL) = (revoked_ground = '')", name=op.f("ck_certificate_revocation")),
        sa.CheckConstraint("edition >= 1", name=op.f("ck_certificate_edition")),
        sa.ForeignKeyConstraint(["completion_id"], ["completion.id"], name=op.f("fk_certificate_completion_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_certificate_course_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["certificate.id"], name=op.f("fk_certificate_replaced_by_id")),
        sa.ForeignKeyConstraint(["series_id"], ["certificate_series.id"], name=op.f("fk_certificate_series_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_certificate_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("completion_id", "edition", name=op.f("uq_certificate_completion_id_edition")),
        sa.UniqueConstraint("full_number", name=op.f("uq_certificate_full_number")),
        sa.UniqueConstraint("series_id", "number", name=op.f("uq_certificate_series_id_number")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index("ix_certificate_issued", ["issued_on", "id"], unique=False)
        batch_op.create_index("ix_certificate_person", ["person_id", "course_id"], unique=False)
        batch_op.create_index("ix_certificate_replaced_by", ["replaced_by_id"], unique=False)
        batch_op.create_index("ix_certificate_unit", ["unit_id"], unique=False)

    op.create_table(
        "lesson_progress",
        sa.Column("enrolment_id", big_id(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("opened_at", moment(), nullable=False),
        sa.Column("done_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_lesson_progress_enrolment_id")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_lesson_progress_lesson_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "lesson_id", name=op.f("pk_lesson_progress")),
    )
    if op.get_bind().dialect.name == "postgresql":
        # A course and its versions point at each other: this key can only be added once both tables stand.
        op.create_foreign_key(
            "fk_course_current_version_id", "course", "course_version", ["current_version_id"], ["id"]
        )


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_course_current_version_id", "course", type_="foreignkey")
    op.drop_table("lesson_progress")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_certificate_unit")
        batch_op.drop_index("ix_certificate_replaced_by")
        batch_op.drop_index("ix_certificate_person")
        batch_op.drop_index("ix_certificate_issued")

    op.drop_table("certificate")
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_index("ix_enrolment_version")
        batch_op.drop_index("ix_enrolment_course")

    op.drop_table("enrolment")
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.drop_index("ix_completion_person")
        batch_op.drop_index("ix_completion_course")

    op.drop_table("completion")
    op.drop_table("answer")
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.drop_index("ix_waiver_person")

    op.drop_table("waiver")
    with op.batch_alter_table("requirement_course", schema=None) as batch_op:
        batch_op.drop_index("ix_requirement_course_course")

    op.drop_table("requirement_course")
    op.drop_table("question")
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.drop_index("ix_media_sha256")

    op.drop_table("media")
    op.drop_table("lesson")
    op.drop_table("cycle")
    with op.batch_alter_table("audience", schema=None) as batch_op:
        batch_op.drop_index("ix_audience_requirement")

    op.drop_table("audience")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_attempt_open",
            sqlite_where=sa.text("submitted_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NULL"),
        )
        batch_op.drop_index("ix_attempt_version")

    op.drop_table("attempt")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_role_grant_unit")
        batch_op.drop_index("ix_role_grant_account")

    op.drop_table("role_grant")
    op.drop_table("requirement")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index("ix_invitation_account")

    op.drop_table("invitation")
    op.drop_table("course_version")
    with op.batch_alter_table("unit_place", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_place_parent")

    op.drop_table("unit_place")
    with op.batch_alter_table("unit_name", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_name_search")

    op.drop_table("unit_name")
    with op.batch_alter_table("unit_closure", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_closure_unit")
        batch_op.drop_index("ix_unit_closure_ancestor")

    op.drop_table("unit_closure")
    with op.batch_alter_table("succession", schema=None) as batch_op:
        batch_op.drop_index("ix_succession_old")
        batch_op.drop_index("ix_succession_new")

    op.drop_table("succession")
    with op.batch_alter_table("roster_import", schema=None) as batch_op:
        batch_op.drop_index("ix_roster_import_unit")

    op.drop_table("roster_import")
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_index("ix_posting_unit")
        batch_op.drop_index("ix_posting_person")

    op.drop_table("posting")
    op.drop_table("plan_import")
    with op.batch_alter_table("person_correction", schema=None) as batch_op:
        batch_op.drop_index("ix_person_correction_person")

    op.drop_table("person_correction")
    with op.batch_alter_table("former_unit", schema=None) as batch_op:
        batch_op.drop_index("ix_former_unit_unit")

    op.drop_table("former_unit")
    op.drop_table("course")
    op.drop_table("clause")
    op.drop_table("certificate_series")
    op.drop_table("account")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index("ix_absence_person")

    op.drop_table("absence")
    with op.batch_alter_table("unknown_login", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unknown_login_failed_at"))

    op.drop_table("unknown_login")
    op.drop_table("unit")
    with op.batch_alter_table("segment", schema=None) as batch_op:
        batch_op.drop_index("ix_segment_person")
        batch_op.drop_index("ix_segment_figures")

    op.drop_table("segment")
    op.drop_table("reform")
    with op.batch_alter_table("reason", schema=None) as batch_op:
        batch_op.drop_index("ix_reason_person")

    op.drop_table("reason")
    op.drop_table("position")
    op.drop_table("plan")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_sort")
        batch_op.drop_index("ix_person_search")

    op.drop_table("person")
    op.drop_table("obligation")
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_letter_waiting", sqlite_where=sa.text("sent_at IS NULL"), postgresql_where=sa.text("sent_at IS NULL")
        )

    op.drop_table("letter")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_event_unit")
        batch_op.drop_index("ix_audit_event_person")
        batch_op.drop_index("ix_audit_event_key")

    op.drop_table("audit_event")
