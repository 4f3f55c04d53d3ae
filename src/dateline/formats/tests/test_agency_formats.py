"""The agency formats (NewsML-G2, NITF, NewsML 1.2, ninjs 2) carry an edition whole and its fate."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from dateline.audience import known
from dateline.core.clock import Instant
from dateline.core.countries import Country
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Block, DatelineLine, Edition, Run, edition_sha256
from dateline.formats import registry, wording
from dateline.formats.tests.agency import GONE, NAMES, XML, kinds
from dateline.formats.tests.strategies import PICTURE, editions
from dateline.formats.tests.test_round_trips import AFTER, AT, BEFORE, _fixed, same

pytestmark = pytest.mark.unit
some = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("name", NAMES)
@some
@given(edition=editions())
def test_the_story_is_read_back_equal(name: str, edition: Edition) -> None:
    """I8: words, shapes, dateline, contacts, pictures, subjects, instruments, labels, and the hash."""
    data = registry.codec(name).render(edition, AFTER)
    assert edition_sha256(edition).encode() in data
    read = registry.codec(name).read(data)
    same(edition, read)
    assert read.findings == () and read.embargo == ""


@pytest.mark.parametrize("name", NAMES)
@some
@given(edition=editions())
def test_what_is_opened_at_t0_equals_what_is_rendered_after_it(name: str, edition: Edition) -> None:
    """I1, I5: before T0 no instant stands in it; at T0 every gap is filled as if rendered then."""
    codec = registry.codec(name)
    before = codec.render(edition, BEFORE)
    opened = codec.opened(before, at=AT, languages=("en", "ko"), base_url="https://wire.example")
    assert b"2026-11-24T00:00:00" not in before and b"20261124T000000Z" not in before
    assert opened == codec.render(edition, AFTER)
    assert b"GAP" + edition_sha256(edition).encode() not in opened and b"<?dateline" not in opened
    assert codec.opened(opened, at=AT, languages=("en",), base_url="https://wire.example") == opened or (
        name == "ninjs2"
    )


@pytest.mark.parametrize("name", NAMES)
def test_what_is_gone_says_why_and_holds_no_word_of_the_story(name: str) -> None:
    """A kill and a withdrawal: the same name, a higher version, the standard's own status, no body."""
    told = replace(
        _fixed(), blocks=(Block("paragraph", runs=(Run("Secret words."),)),), media=(PICTURE,), byline="By A"
    )
    for edition in list(kinds(told))[2:]:
        data = registry.codec(name).render(edition, AFTER).decode()
        assert "Secret words." not in data and PICTURE.sha256 not in data
        assert name == "ninjs2" or "By A" not in data
        assert GONE in data and wording.notice(edition.type, "en") in data
        assert re.search('stat:canceled|["=]Canceled|status="canceled|pubstatus": "canceled', data)


@pytest.mark.parametrize("name", XML)
def test_a_correction_keeps_its_name_and_says_what_it_is(name: str) -> None:
    """Same identity with the day of the first publication, a higher version, the reason, what it replaces."""
    first = Instant(datetime(2026, 11, 20, 8, tzinfo=UTC))
    corrected = list(kinds(_fixed()))[1]
    known = replace(BEFORE, first_at=first)
    codec = registry.codec(name)
    data = codec.opened(
        codec.render(corrected, known), at=AT, languages=("en",), base_url="https://wire.example"
    ).decode()
    assert "20261124" in data or "2026-11-24" in data
    if name != "nitf":
        assert "urn:newsml:wire.example:20261120:k7m2x9qd4w-en" in data
    assert GONE in data and "cd" * 32 in data and wording.notice("corrected", "en") in data
    mark = {
        "newsml-g2": 'qcode="sig:correction"',
        "nitf": "<correction info=",
        "newsml1": '<RevisionId PreviousRevision="1" Update="N">2</RevisionId>',
    }
    assert mark[name] in data


@pytest.mark.parametrize("name", NAMES)
def test_third_party_content_carries_provider_label_and_disclaimer(name: str) -> None:
    edition = replace(
        _fixed(),
        origin="third-party",
        provider="Prov & Co",
        labels=("paid", "third-party", "state-affiliated"),
        disclaimer="Nobody here checked <this>.",
        restrict=(Country("US"),),
    )
    codec = registry.codec(name)
    data = codec.render(edition, AFTER)
    text = data.decode()
    for label in edition.labels:
        words = wording.label(label, "en", "Prov & Co")
        assert words.replace("&", "&amp;") in text or words in text
    assert wording.restriction(edition.restrict, "en") in text
    read = codec.read(data)
    assert (read.provider, read.disclaimer, read.origin) == (
        edition.provider,
        edition.disclaimer,
        "third-party",
    )
    assert read.paid and read.state_affiliated and read.restrict == ("US",)


@pytest.mark.parametrize("name", XML)
def test_every_public_language_is_linked_and_the_original_named(name: str) -> None:
    edition = replace(_fixed(), original_language=Language("ko"))
    page = replace(AFTER, languages=("ko", "en", "ar"))
    text = registry.codec(name).render(edition, page).decode()
    for tag in ("ko", "ar"):
        assert f"urn:newsml:wire.example:20261124:k7m2x9qd4w-{tag}" in text
        assert f"https://wire.example/{tag}/quiet-day-k7m2x9qd4w/" in text
    assert re.search("translationOfWork|dateline-original-ko|TranslationOf", text)


@pytest.mark.parametrize("name", XML)
def test_a_text_cannot_imitate_a_gap(name: str) -> None:
    """I1: what looks like our own marks in a text stays text."""
    forged = "GAP" + "0" * 64 + "at <?dateline-links ?> <!--released--> <?dateline-body ?> <note/>"
    edition = replace(_fixed(), headline=forged, blocks=(Block("paragraph", runs=(Run(forged),)),))
    read = registry.codec(name).read(registry.codec(name).render(edition, AFTER))
    assert read.headline == forged and read.blocks == edition.blocks


@pytest.mark.parametrize("name", XML)
def test_a_character_that_xml_forbids_is_refused_in_words(name: str) -> None:
    """I14: intake removes them; a codec never drops one silently."""
    edition = replace(_fixed(), blocks=(Block("paragraph", runs=(Run("a\x01b"),)),))
    with pytest.raises(BadInput, match="U\\+0001"):
        registry.codec(name).render(edition, AFTER)


@pytest.mark.parametrize("name", NAMES)
def test_an_edition_without_anything_but_words_is_written_and_read(name: str) -> None:
    bare = replace(_fixed(), dateline=DatelineLine("OSLO"))
    same(bare, registry.codec(name).read(registry.codec(name).render(bare, AFTER)))


def test_an_import_of_outlets_knows_every_format() -> None:
    """`audience` lies below `formats` and keeps the names by itself; a new format is added in both."""
    assert {*known.formats()} == {*registry.names()}


def test_ninjs_keeps_its_name_over_a_correction_too() -> None:
    """The day in the name is that of the first publication, also when the correction goes out later."""
    first = Instant(datetime(2026, 11, 20, 8, tzinfo=UTC))
    corrected = list(kinds(_fixed()))[1]
    for name in ("ninjs", "ninjs2"):
        codec = registry.codec(name)
        before = codec.render(corrected, replace(BEFORE, first_at=first))
        opened = codec.opened(before, at=AT, languages=("en",), base_url="https://wire.example")
        assert opened == codec.render(corrected, replace(AFTER, first_at=first))
        assert b"urn:newsml:wire.example:20261120:k7m2x9qd4w-en" in opened
