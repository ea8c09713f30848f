"""The words of people's names, kept by the database itself, so that a search in a whole city is one look into an index;
and the day from which a changed field of a person holds.

Compatible with the previous release: a table, triggers and a column are added.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019_people_search"
down_revision = "0018_days_off"
branch_labels = None
depends_on = None

POSTGRESQL = (
    """CREATE FUNCTION person_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        DELETE FROM person_word WHERE person_id = NEW.id;
      END IF;
      INSERT INTO person_word (word, person_id)
      SELECT DISTINCT word, NEW.id FROM unnest(string_to_array(NEW.search_key, ' ')) AS words(word) WHERE word <> '';
      RETURN NULL;
    END $$""",
    "CREATE TRIGGER person_words_added AFTER INSERT ON person FOR EACH ROW EXECUTE FUNCTION person_words()",
    """CREATE TRIGGER person_words_changed AFTER UPDATE OF search_key ON person FOR EACH ROW
    WHEN (OLD.search_key IS DISTINCT FROM NEW.search_key) EXECUTE FUNCTION person_words()""",
    """INSERT INTO person_word (word, person_id)
    SELECT DISTINCT word, id FROM person, unnest(string_to_array(search_key, ' ')) AS words(word) WHERE word <> ''""",
)
WORDS = "json_each('[' || replace(json_quote({of}search_key), ' ', '\",\"') || ']')"
SQLITE = (
    f"""CREATE TRIGGER person_words_added AFTER INSERT ON person BEGIN
      INSERT INTO person_word (word, person_id)
      SELECT DISTINCT value, NEW.id FROM {WORDS.format(of="NEW.")} WHERE value <> '';
    END""",
    f"""CREATE TRIGGER person_words_changed AFTER UPDATE OF search_key ON person
    WHEN OLD.search_key IS NOT NEW.search_key BEGIN
      DELETE FROM person_word WHERE person_id = NEW.id;
      INSERT INTO person_word (word, person_id)
      SELECT DISTINCT value, NEW.id FROM {WORDS.format(of="NEW.")} WHERE value <> '';
    END""",
    f"""INSERT INTO person_word (word, person_id)
    SELECT DISTINCT value, person.id FROM person, {WORDS.format(of="person.")} WHERE value <> ''""",
)


def upgrade():
    op.create_table(
        "person_word",
        sa.Column("word", sa.String(160).with_variant(sa.String(160, collation="C"), "postgresql"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_word_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("word", "person_id", name=op.f("pk_person_word")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_person_word_person", "person_word", ["person_id"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement.replace(":", "\\:")))
    op.add_column(
        "person_correction", sa.Column("from_on", sa.Date().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )


def downgrade():
    op.drop_column("person_correction", "from_on")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER person_words_added")
        op.execute("DROP TRIGGER person_words_changed")
    else:
        op.execute("DROP TRIGGER person_words_added ON person")
        op.execute("DROP TRIGGER person_words_changed ON person")
        op.execute("DROP FUNCTION person_words()")
    op.drop_table("person_word")
