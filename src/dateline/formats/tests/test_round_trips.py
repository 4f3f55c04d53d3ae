"""I8: every rendering names the edition's hash and parses back equal in what it can carry, in every script."""  # noqa: E501

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from dateline.core.clock import Instant
from dateline.core.errors import BadInput
from dateline.core.ids import ReleaseId
from dateline.core.languages import Language
from dateline.core.words import Block, Edition, IssuerRef, Run, Story, edition_sha256, plain
from dateline.formats import registry, text_width
from dateline.formats.facts import PageFacts
from dateline.formats.html import article_html
from dateline.formats.json_ import read_edition
from dateline.formats.stories import story_of
from dateline.formats.tests.strategies import PICTURE, editions

pytestmark = pytest.mark.unit
AT = Instant(datetime(2026, 11, 24, tzinfo=UTC))
BEFORE = PageFacts("https://wire.example", "Dateline")
AFTER = PageFacts("https://wire.example", "Dateline", AT, ("en", "ko"))
many = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def same(written: Edition, read: Story, *, without: tuple[str, ...] = ()) -> None:
    wanted = story_of(written)
    skipped = {"original", "findings", "attachments", *without}
    for field in fields(Story):
        if field.name not in skipped:
            assert getattr(read, field.name) == getattr(wanted, field.name), field.name


@many
@given(editions())
def test_json_gives_back_the_edition_whole(edition: Edition) -> None:
    """I8: json."""
    data = registry.codec("json").render(edition, AFTER)
    assert read_edition(data) == edition
    assert edition_sha256(edition).encode() in data


@many
@given(editions())
def test_html_gives_back_words_structure_and_labels(edition: Edition) -> None:
    """I8: html. Facts for machines (slug, sectors, tickers) have no place in an article."""
    data = registry.codec("html").render(edition, AFTER)
    assert edition_sha256(edition).encode() in data
    for_machines = (
        "slug",
        "issuer",
        "release_type",
        "sectors",
        "countries",
        "keywords",
        "tickers",
        "isins",
        "media",
    )
    read = registry.codec("html").read(data)
    same(edition, read, without=for_machines)
    assert [(m.name, m.alt, m.sha256) for m in read.media] == [
        (m.name, m.alt, m.sha256) for m in edition.media
    ]


@many
@given(editions())
def test_ninjs_gives_back_everything_an_editor_needs(edition: Edition) -> None:
    """I8: ninjs, tickers, sectors and facts about pictures included."""
    data = registry.codec("ninjs").render(edition, AFTER)
    assert edition_sha256(edition).encode() in data
    same(edition, registry.codec("ninjs").read(data))


@many
@given(editions())
def test_markdown_gives_back_the_story(edition: Edition) -> None:
    """I8: markdown; of pictures it names the file and the words. The Japanese dateline has no room for a
    source.
    """
    if edition.language == "ja" and edition.dateline:
        edition = replace(edition, dateline=replace(edition.dateline, source=""))
    data = registry.codec("markdown").render(edition, AFTER)
    assert edition_sha256(edition).encode() in data
    same(edition, registry.codec("markdown").read(data), without=("media",))


@many
@given(editions())
def test_text_gives_back_every_word_in_order(edition: Edition) -> None:
    """I8: text carries the words and no look."""
    data = registry.codec("text").render(edition, AFTER)
    assert edition_sha256(edition).encode() in data and data.endswith(b"\n-0-\n")
    shown = " ".join(data.decode().split())
    for words in (
        edition.headline,
        edition.subhead,
        *(plain(b.runs) for b in edition.blocks if b.kind == "heading"),
    ):
        assert " ".join(words.split()) in shown or any(run.href for b in edition.blocks for run in b.runs)


@pytest.mark.parametrize("name", ["json", "html", "text", "ninjs", "markdown"])
@settings(max_examples=30, deadline=None)
@given(edition=editions())
def test_what_is_opened_at_t0_equals_what_is_rendered_after_it(name: str, edition: Edition) -> None:
    """I1, I5: the parcel made before T0 becomes, byte for byte, what would be rendered after T0."""
    codec = registry.codec(name)
    before = codec.render(edition, BEFORE)
    assert b"2026-11-24T00:00:00" not in before
    opened = codec.opened(before, at=AT, languages=("en", "ko"), base_url="https://wire.example")
    assert opened == codec.render(edition, AFTER)


@many
@given(editions())
def test_wrapping_loses_nothing(edition: Edition) -> None:
    for block in edition.blocks:
        for line in block.text.split("\n"):
            assert text_width.joined(text_width.wrapped(line).split("\n")) == line


@given(editions())
@settings(max_examples=60, deadline=None)
def test_article_holds_no_script_style_or_bare_mark(edition: Edition) -> None:
    """T: hostile text stays text."""
    hostile = replace(
        edition, headline='<script>alert(1)</script>" onload="x', provider='"><img src=x onerror=1>'
    )
    article = article_html(hostile, AFTER)
    assert (
        "<script" not in article
        and "<style" not in article
        and " style=" not in article
        and "<img src=x" not in article
    )


def test_a_changed_word_breaks_the_hash_of_json() -> None:
    """I8: a document whose words were changed is refused."""
    edition = _fixed()
    data = registry.codec("json").render(edition, AFTER).replace(b"Quiet", b"Noisy")
    with pytest.raises(BadInput, match="hash"):
        read_edition(data)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"edition":{}}',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":1,"a":2}',
        b"[" * 100_000,
        b'{"a":"\\ud800"}',
        b"\xff\xfe",
        b'{"a":9007199254740993}',
    ],
)
@pytest.mark.parametrize("name", ["json", "ninjs"])
def test_bad_json_is_refused_in_words(name: str, bad: bytes) -> None:
    """I14."""
    with pytest.raises(BadInput):
        registry.codec(name).read(bad)


def test_pictures_no_block_places_still_show() -> None:
    edition = replace(_fixed(), media=(PICTURE,))
    assert f'src="https://wire.example/media/{PICTURE.sha256}"' in article_html(edition, AFTER)


def _fixed() -> Edition:
    return Edition(
        release=ReleaseId("k7m2x9qd4w"),
        version=1,
        event_id="evt_1",
        type="released",
        language=Language("en"),
        original_language=Language("en"),
        slug="quiet-day",
        headline="Quiet day",
        issuer=IssuerRef("acme", "Acme"),
        wire="Dateline",
        blocks=(Block("paragraph", runs=(Run("Nothing happened."),)),),
    )
