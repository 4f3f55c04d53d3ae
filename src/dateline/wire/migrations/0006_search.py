"""Words in the form that search compares, and the index over them. Reversible: the older form comes back."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from django.db import migrations, models

from dateline.core.words import edition_from
from dateline.wire.rules import search_parts
from dateline.wire.search_words import indexed

_AT_ONCE = 500

# The tokens are letters and digits of ASCII, so that no tokeniser has an opinion. The index holds no text of
# its own: it follows the table by triggers, in the transaction that changes it.
_SQLITE = (
    """CREATE VIRTUAL TABLE wire_searchtokens USING fts5(
        tokens, content='wire_searchtext', content_rowid='row_id', detail=none, tokenize='ascii')""",
    """CREATE TRIGGER wire_search_added AFTER INSERT ON wire_searchtext BEGIN
        INSERT INTO wire_searchtokens(rowid, tokens) VALUES (NEW.row_id, NEW.tokens); END""",
    """CREATE TRIGGER wire_search_deleted AFTER DELETE ON wire_searchtext BEGIN
        INSERT INTO wire_searchtokens(wire_searchtokens, rowid, tokens)
            VALUES ('delete', OLD.row_id, OLD.tokens); END""",
    """CREATE TRIGGER wire_search_changed AFTER UPDATE ON wire_searchtext BEGIN
        INSERT INTO wire_searchtokens(wire_searchtokens, rowid, tokens)
            VALUES ('delete', OLD.row_id, OLD.tokens);
        INSERT INTO wire_searchtokens(rowid, tokens) VALUES (NEW.row_id, NEW.tokens); END""",
    "INSERT INTO wire_searchtokens(wire_searchtokens) VALUES ('rebuild')",
)
_SQLITE_BACK = (
    "DROP TRIGGER wire_search_added",
    "DROP TRIGGER wire_search_deleted",
    "DROP TRIGGER wire_search_changed",
    "DROP TABLE wire_searchtokens",
)
# A function of its own for its price alone: the planner takes the plain expression for cheap, and would work it
# out for every row of the table instead of asking the index.
_POSTGRES = (
    """CREATE FUNCTION wire_search_vector(tokens text) RETURNS tsvector
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000 AS $$
        BEGIN RETURN array_to_tsvector(string_to_array(tokens, ' ')); END $$""",
    "CREATE INDEX wire_search_tokens ON wire_searchtext USING gin (wire_search_vector(tokens))",
)
_POSTGRES_BACK = ("DROP INDEX wire_search_tokens", "DROP FUNCTION wire_search_vector(text)")

Row = tuple[int, str, str, str, str]
"""Primary key, kept text, language, head, body."""


def _install(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, _POSTGRES, _SQLITE)


def _take_down(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, _POSTGRES_BACK, _SQLITE_BACK)


def _run(schema_editor: Any, postgres: tuple[str, ...], sqlite: tuple[str, ...]) -> None:
    for statement in postgres if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement, params=None)


def _forward(apps: Any, schema_editor: Any) -> None:
    """The old text is folded already and has one line for each part: it has all that is needed."""
    _rewrite(schema_editor, lambda row: _new(row[1], row[2]), "SET text = %s, tokens = %s")


def _new(text: str, language: str) -> tuple[str, ...]:
    found = indexed(text.split("\n"), language)
    return found.text, found.tokens


def _backward(apps: Any, schema_editor: Any) -> None:
    _rewrite(schema_editor, lambda row: (_old(row[3], row[4]),), "SET text = %s")


def _old(head: str, body: str) -> str:
    """The text as it was kept before: folded, with all its signs."""
    document = json.loads(head)
    document.pop("summary", None)
    parts = search_parts(edition_from({**document, **json.loads(body)}))
    folded = unicodedata.normalize("NFKC", "\n".join(part for part in parts if part)).casefold()
    return unicodedata.normalize("NFKC", folded)


def _rewrite(schema_editor: Any, made: Callable[[Row], tuple[str, ...]], setting: str) -> None:
    with schema_editor.connection.cursor() as cursor:
        for rows in _chunks(cursor):
            cursor.executemany(
                f"UPDATE wire_searchtext {setting} WHERE row_id = %s",  # noqa: S608  two constants
                [(*made(row), row[0]) for row in rows],
            )


def _chunks(cursor: Any) -> Iterator[list[Row]]:
    """By primary key, so that no more than one chunk of texts is in memory."""
    last = 0
    while True:
        cursor.execute(
            """SELECT s.row_id, s.text, p.language, p.head, p.body FROM wire_searchtext s
                JOIN wire_publicrow p ON p.id = s.row_id WHERE s.row_id > %s ORDER BY s.row_id LIMIT %s""",
            [last, _AT_ONCE],
        )
        rows: list[Row] = cursor.fetchall()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [
        ("wire", "0005_archive"),
    ]

    operations = [
        migrations.AddField(
            model_name="searchtext",
            name="tokens",
            field=models.TextField(default=""),
        ),
        migrations.RunPython(_forward, _backward),
        migrations.RunPython(_install, _take_down),
    ]
