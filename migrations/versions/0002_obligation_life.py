"""Recurrence, granted due days, equivalent courses, exceptions.

Compatible with the previous release: add first, remove one release later. No import of the application.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_obligation_life"
down_revision = "0001_initial"
branch_labels = None
depends_on = None


def day():
    return sa.Date().with_variant(sa.Integer(), "sqlite")


def moment():
    return sa.DateTime(timezone=True)


def code(length):
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def big_id():
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    forever = "9999-12-31" if op.get_bind().dialect.name == "postgresql" else "2932896"
    with op.batch_alter_table("requirement") as batch_op:
        batch_op.add_column(sa.Column("minimum_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("late_days", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("absence_effect", code(8), nullable=False, server_default="pause"))
        batch_op.add_column(sa.Column("repeat_months", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("expiry_base", code(12), nullable=False, server_default="completion"))
        batch_op.add_column(sa.Column("renew_months", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("minimum_months", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_check_constraint(
            op.f("ck_requirement_absence_effect"), "absence_effect IN ('shift', 'pause', 'none')"
        )
        batch_op.create_check_constraint(
            op.f("ck_requirement_expiry_base"), "expiry_base IN ('completion', 'previous', 'fixed')"
        )
        batch_op.create_check_constraint(
            op.f("ck_requirement_repeat_months"), "repeat_months IS NULL OR repeat_months > 0"
        )
    op.execute("UPDATE requirement SET absence_effect = 'shift' WHERE due_rule = 'after_posting'")
    with op.batch_alter_table("requirement_course") as batch_op:
        batch_op.add_column(sa.Column("min_version", sa.Integer(), nullable=True))
    with op.batch_alter_table("obligation") as batch_op:
        batch_op.add_column(sa.Column("valid_until", day(), nullable=False, server_default=sa.text(f"'{forever}'")))
    op.create_table(
        "course_equivalent",
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("equivalent_id", sa.Integer(), nullable=False),
        sa.Column("from_on", day(), nullable=False),
        sa.Column("to_on", day(), nullable=False),
        sa.CheckConstraint("from_on < to_on", name=op.f("ck_course_equivalent_interval")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_equivalent_course_id")),
        sa.ForeignKeyConstraint(["equivalent_id"], ["course.id"], name=op.f("fk_course_equivalent_equivalent_id")),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_course_equivalent_requirement_id")
        ),
        sa.PrimaryKeyConstraint("requirement_id", "course_id", "equivalent_id", name=op.f("pk_course_equivalent")),
    )
    with op.batch_alter_table("course_equivalent") as batch_op:
        batch_op.create_index("ix_course_equivalent_equivalent", ["equivalent_id"], unique=False)
    op.create_table(
        "due_grant",
        sa.Column("id", big_id(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("kind", code(12), nullable=False),
        sa.Column("due_on", day(), nullable=False),
        sa.Column("granted_on", day(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("decision", sa.String(120), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", moment(), nullable=False),
        sa.Column("superseded_at", moment(), nullable=True),
        sa.CheckConstraint("kind IN ('extended', 'realistic', 'confirmed', 'kept')", name=op.f("ck_due_grant_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_due_grant_person_id")),
        sa.ForeignKeyConstraint(["requirement_id"], ["requirement.id"], name=op.f("fk_due_grant_requirement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_grant")),
    )
    with op.batch_alter_table("due_grant") as batch_op:
        batch_op.create_index("ix_due_grant_person", ["person_id", "requirement_id", "cycle"], unique=False)
        batch_op.create_index("ix_due_grant_requirement", ["requirement_id"], unique=False)


def downgrade():
    op.drop_table("due_grant")
    op.drop_table("course_equivalent")
    with op.batch_alter_table("obligation") as batch_op:
        batch_op.drop_column("valid_until")
    with op.batch_alter_table("requirement_course") as batch_op:
        batch_op.drop_column("min_version")
    with op.batch_alter_table("requirement") as batch_op:
        for name in ("absence_effect", "expiry_base", "repeat_months"):
            batch_op.drop_constraint(f"ck_requirement_{name}", type_="check")
        for name in (
            "minimum_days", "late_days", "absence_effect", "repeat_months", "expiry_base", "renew_months",
            "minimum_months",
        ):  # fmt: skip
            batch_op.drop_column(name)
