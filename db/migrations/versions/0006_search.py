"""Search: the words of entities, and the function that makes words of any text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.migrations.tables import column, create_index, text, uuid
from db.migrations.tenancy import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Letters that Unicode does not take for another with a mark on it, one for one and one for two.
ALIKE = ("øłđðħŧı", "olddhti")
SPELLED_OUT = {"æ": "ae", "œ": "oe", "þ": "th"}
MAX_WORD = 64


def upgrade() -> None:
    create_search_words()
    create_search_term()
    protect("search_term")


def downgrade() -> None:
    op.drop_table("search_term")
    op.execute("DROP FUNCTION search_words(text)")


def create_search_words() -> None:
    """The words of a text, in their order: what is indexed and what is searched for go through the same function.

    Case, compatibility forms and marks are folded away. Punctuation, symbols and white space separate words; what is
    then neither letter nor digit (marks, invisible characters) is left out. Words are cut after 64 characters, which
    keeps any text within what an index takes. One expression, so that PostgreSQL puts it in place of the call; the
    collations are built in, so that the outcome is the same on every machine.
    """
    folded = "normalize(casefold(normalize(given, NFKD) COLLATE pg_unicode_fast), NFKD)"
    plain = f"translate({folded}, '{ALIKE[0]}', '{ALIKE[1]}')"
    for letter, letters in SPELLED_OUT.items():
        plain = f"replace({plain}, '{letter}', '{letters}')"
    # Symbols count as punctuation in pg_c_utf8 alone, the digits of all scripts as digits in pg_unicode_fast alone.
    spaced = f"regexp_replace({plain} COLLATE pg_c_utf8, '[[:punct:][:space:]]+', ' ', 'g')"
    bare = f"regexp_replace({spaced} COLLATE pg_unicode_fast, '[^[:alnum:] ]+', '', 'g')"
    cut = f"regexp_replace({bare}, '([^ ]{{{MAX_WORD}}})[^ ]+', '\\1', 'g')"
    op.execute(
        sa.text(
            "CREATE FUNCTION search_words(given text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE"
            f" RETURN array_remove(string_to_array({cut}, ' '), '')".replace(":", "\\:")
        )
    )


def create_search_term() -> None:
    op.create_table(
        "search_term",
        uuid("workspace_id"),
        column("term", sa.Text(collation="C")),
        text("entity"),
        uuid("entity_id"),
        column("weight", sa.Integer()),
        sa.PrimaryKeyConstraint("workspace_id", "term", "entity", "entity_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
    )
    create_index("search_term", "entity", "entity_id", "term")
