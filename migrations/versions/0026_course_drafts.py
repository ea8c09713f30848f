"""Drafts of courses: what trainers change before they publish, with every save.

Compatible with the previous release: two tables are added.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026_course_drafts"
down_revision = "0025_transfer_asks"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "course_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("base_version_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_course_draft_revision")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_draft_course_id")),
        sa.ForeignKeyConstraint(
            ["base_version_id"], ["course_version.id"], name=op.f("fk_course_draft_base_version_id")
        ),
        sa.ForeignKeyConstraint(["published_id"], ["course_version.id"], name=op.f("fk_course_draft_published_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_draft")),
    )
    op.create_index(
        "ux_course_draft_open",
        "course_draft",
        ["course_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "draft_save",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("files", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_name", sa.String(200), nullable=False),
        sa.Column("what", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["course_draft.id"], name=op.f("fk_draft_save_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "revision", name=op.f("pk_draft_save")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, keys in (("course_draft", "'id'"), ("draft_save", "'draft_id', 'revision'")):
            op.execute(
                f"CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW "
                "WHEN (COALESCE(current_setting('lms.change', true), '') <> '') "
                f"EXECUTE FUNCTION note_change({keys})"
            )


def downgrade():
    op.drop_table("draft_save")
    op.drop_table("course_draft")
