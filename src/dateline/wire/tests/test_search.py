"""Search in the public index: the same words in both databases, and nothing that is not public."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from dateline.core.words import Block, Run, edition_document
from dateline.plant.db.databases import DEFAULT
from dateline.wire import rules, search_index, search_words
from dateline.wire import services as wire
from dateline.wire.models import PublicRow, SearchText
from dateline.wire.opening import split
from dateline.wire.search_words import indexed
from dateline.wire.tests.builders import draft, edition, lifted, out, story
from dateline.wire.tests.searches import SEARCHES

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(databases=["default", "ledger"]),
    pytest.mark.usefixtures("house"),
]


def shelve(number: int, language: str, *texts: str) -> int:
    """Puts an edition into the index as a lift does; its primary key."""
    found = edition(
        language,
        headline=f"Number {number}",
        blocks=tuple(Block("paragraph", runs=(Run(text),)) for text in texts),
    )
    head, body = split(edition_document(found))
    at = datetime(2026, 11, 24, tzinfo=UTC)
    row = PublicRow.objects.using(DEFAULT).create(
        release=f"release{number}",
        language=language,
        version=1,
        version_id=f"v{number}",
        seq=number,
        current=True,
        state="released",
        at=at,
        first_at=at,
        path=f"/{language}/{number}/",
        original=True,
        sha256="0" * 64,
        head=head,
        body=body,
    )
    kept = indexed(rules.search_parts(found), language)
    SearchText.objects.using(DEFAULT).create(row_id=row.pk, text=kept.text, tokens=kept.tokens)
    return int(row.pk)


def found(query: str, language: str | None = None, **more: object) -> list[str]:
    return [row.version_id for row in wire.public_list(query=query, language=language, **more)]  # type: ignore[arg-type]


def index_holds(token: str) -> bool:
    """Whether the database's own index knows the token."""
    with connections[DEFAULT].cursor() as cursor:
        if connections[DEFAULT].vendor == "postgresql":
            cursor.execute(search_index._POSTGRES, [f"'{token}'"])
        else:
            cursor.execute("INSERT INTO wire_searchtokens(wire_searchtokens) VALUES ('integrity-check')")
            cursor.execute(search_index._SQLITE, [f'"{token}"'])
        return bool(cursor.fetchall())


def in_pages(token: str) -> bool:
    """Whether pages of SQLite's index hold the token, deleted or not; PostgreSQL's vacuum is not ours."""
    if connections[DEFAULT].vendor == "postgresql":
        return False
    with connections[DEFAULT].cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM wire_searchtokens_data WHERE instr(block, CAST(%s AS BLOB)) > 0", [token]
        )
        return bool(cursor.fetchall())


@pytest.mark.parametrize("newest", [0, 3, search_index.NEWEST])
def test_both_databases_find_what_the_words_say(newest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the index alone, by both, and by looking at the newest alone."""
    monkeypatch.setattr(search_index, "NEWEST", newest)
    for number, (language, text, *_) in enumerate(SEARCHES, start=1):
        shelve(number, language, text)
    for number, (language, _, hits, misses) in enumerate(SEARCHES, start=1):
        for query in hits:
            assert found(query, language) == [f"v{number}"], (language, query)
        for query in misses:
            assert found(query, language) == [], (language, query)


def test_without_a_language_all_are_searched() -> None:
    shelve(1, "en", "The museum opens.")
    shelve(2, "es", "El museo abre, Museum.")
    shelve(3, "de", "Das Hafenmuseum.")
    assert found("museum") == ["v2", "v1"]


@pytest.mark.parametrize(
    "query", ["%!", "💥", "'; DROP TABLE wire_searchtext; --zebra", '" OR *', "a:* & !b zebra", "(("]
)
def test_signs_of_a_query_mean_nothing_to_a_database(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "NEWEST", 0)
    shelve(1, "en", "The museum opens.")
    assert found(query, "en") == [] and found("museum", "en") == ["v1"]


def test_a_long_query_of_one_run_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "NEWEST", 0)
    run = "".join(chr(0x4E00 + n) for n in range(400))
    shelve(1, "ja", run)
    assert found(run, "ja") == ["v1"] and found(run + "猫", "ja") == []


def test_marks_do_not_matter_when_nothing_has_them() -> None:
    """Vietnamese: what was typed with its tones is looked for so, and without them when there is none."""
    shelve(1, "vi", "Họ bán nhà")
    shelve(2, "vi", "Người bạn")
    assert found("bán", "vi") == ["v1"]
    assert found("ban", "vi") == found("bàn", "vi") == ["v2", "v1"]


@pytest.mark.parametrize("newest", [0, 1, 2, 3, 500])
def test_pages_of_hits_follow_one_another(newest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the index takes over from looking at the newest: no gap and no repeat."""
    monkeypatch.setattr(search_index, "NEWEST", newest)
    for number in range(1, 8):
        shelve(number, "en", "The museum opens." if number % 2 else "A station closes.")
    first = wire.public_list(query="museum", language="en", limit=3)
    rest = wire.public_list(query="museum", language="en", limit=3, before=first[-1].cursor)
    assert [row.version_id for row in [*first, *rest]] == ["v7", "v5", "v3", "v1"]


def test_held_text_is_in_no_index_before_its_release_and_found_after(clock: object) -> None:
    """I1: the words of a draft are nowhere; those of a release are found in the transaction of its lift."""
    draft("en", blocks=(Block("paragraph", runs=(Run("The giraffe is still a secret of the museum."),)),))
    assert found("giraffe") == [] and not index_holds("giraffe")
    out("en")
    assert len(found("budget", "en")) == 1 and index_holds("budget")


def test_a_correction_replaces_the_words() -> None:
    release = out("en", "ja")
    lifted(
        wire.submit_correction(release, [story(headline="Harbour pavilion opens")], reason="Name", by="ana")
    )
    assert len(found("pavilion", "en")) == 1 and found('"opens its new hall" harbour new', "en") != []
    lifted(
        wire.submit_correction(
            release,
            [
                story(
                    blocks=(Block("paragraph", runs=(Run("The pavilion opens next week for all people."),)),)
                )
            ],
            reason="Text",
            by="ana",
        )
    )
    assert found("budget", "en") == [] and not index_holds("budget")
    assert len(found("博物館", "ja")) == 1


def test_killed_words_leave_the_index_and_withdrawn_ones_stay_marked(
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    """T22: a kill leaves no word behind; a withdrawn release keeps its page, and is found with its mark."""
    killed = out("en")
    assert index_holds("budget")
    assert connections[DEFAULT].vendor == "postgresql" or in_pages("budget")
    with django_capture_on_commit_callbacks(execute=True):
        lifted(wire.submit_kill(killed, reason="Not from us", by="ana"))
    assert found("budget") == [] and not index_holds("budget")
    assert not in_pages("budget"), "nor in the pages of SQLite's index, where a file's reader would find it"
    withdrawn = out("en")
    lifted(wire.submit_withdrawal(withdrawn, reason="Mistake", by="ana"))
    assert [row.state for row in wire.public_list(query="budget")] == ["withdrawn"]


def test_the_index_follows_whatever_changes_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "NEWEST", 0)
    one = shelve(1, "en", "The museum opens.")
    SearchText.objects.using(DEFAULT).filter(row_id=one).update(text=" station ", tokens="station")
    assert found("museum", "en") == [] and found("station", "en") == ["v1"]
    assert not index_holds("museum")
    PublicRow.objects.using(DEFAULT).filter(pk=one).delete()
    assert found("station", "en") == [] and not index_holds("station")


def test_a_question_goes_through_the_index() -> None:
    shelve(1, "en", "The museum opens.")
    rows = PublicRow.objects.using(DEFAULT).filter(current=True)
    (needles,) = search_words.asked("museum").wordings
    with connections[DEFAULT].cursor() as cursor:
        if connections[DEFAULT].vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # ten rows would be read as they lie
    assert any(
        name in search_index.having(rows, needles, "en").explain()
        for name in ("VIRTUAL TABLE INDEX", "wire_search_tokens")
    )


@pytest.fixture
def before_search() -> Iterator[MigrationExecutor]:
    """The tables as of the migration before; afterwards they are as they were."""
    yield MigrationExecutor(connections[DEFAULT])
    executor = MigrationExecutor(connections[DEFAULT])
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True, databases=["default", "ledger"])
def test_the_migration_brings_old_texts_in_and_goes_back(before_search: MigrationExecutor) -> None:
    shelve(1, "ja", "ＡＣＭＥは港湾博物館を開く。", "Straße 50%")
    kept = SearchText.objects.using(DEFAULT).values_list("text", "tokens").get()
    before_search.migrate([("wire", "0005_archive")])
    with connections[DEFAULT].cursor() as cursor:
        cursor.execute("SELECT text FROM wire_searchtext")
        (old,) = cursor.fetchone()
    assert old.startswith("number 1\n") and "acmeは港湾博物館を開く。\nstrasse 50%" in old
    executor = MigrationExecutor(connections[DEFAULT])
    executor.migrate([("wire", "0006_search")])
    assert SearchText.objects.using(DEFAULT).values_list("text", "tokens").get() == kept
    assert found("博物館", "ja") == found("strasse", "ja") == ["v1"]
