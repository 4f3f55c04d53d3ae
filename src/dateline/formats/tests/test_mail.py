"""The mail format: rendered once, complete in both forms, personal only where it may be."""

import json
import re
from dataclasses import fields, replace
from html import unescape

import pytest
from hypothesis import given

from dateline.core.errors import BadInput
from dateline.core.languages import WIRE_LANGUAGES, Language
from dateline.core.phrases import phrase
from dateline.core.words import Contact, DatelineLine, Edition, Story, edition_sha256
from dateline.formats import registry
from dateline.formats.mail import SLOTS, filled, html_pieces, read_mail, text_pieces
from dateline.formats.stories import story_of
from dateline.formats.tests.strategies import editions
from dateline.formats.tests.test_round_trips import AFTER, AT, BEFORE, _fixed, many

pytestmark = pytest.mark.unit
CODEC = registry.codec("mail")
PERSON = {
    "why": "your beats include <energy> & {stop_url}",
    "source": "a fair in Oslo",
    "preferences_url": "https://wire.example/preferences/t1/?a=1&b=2",
    "stop_url": "https://wire.example/preferences/stop/t1",
}
ALL = frozenset(SLOTS)


def document(edition: Edition) -> dict[str, object]:
    made: dict[str, object] = json.loads(CODEC.render(edition, AFTER))
    return made


@many
@given(editions())
def test_mail_gives_back_words_structure_and_labels(edition: Edition) -> None:
    """I8: what HTML carries, mail carries, its hash in both forms."""
    data = CODEC.render(edition, AFTER)
    made = read_mail(data)
    assert edition_sha256(edition) in made.text and edition_sha256(edition) in made.html
    read = CODEC.read(data)
    lost = {"slug", "issuer", "release_type", "sectors", "countries", "keywords", "tickers", "isins", "media"}
    for field in fields(Story):
        if field.name not in lost | {"original", "findings", "attachments"}:
            assert getattr(read, field.name) == getattr(story_of(edition), field.name), field.name


@many
@given(editions())
def test_what_is_opened_at_t0_equals_what_is_rendered_after_it(edition: Edition) -> None:
    """I1, I5."""
    before = CODEC.render(edition, BEFORE)
    assert b"24 Nov 2026" not in before and b"2026-11-24T" not in before
    opened = CODEC.opened(before, at=AT, languages=("en", "ko"), base_url="https://wire.example")
    assert opened == CODEC.render(edition, AFTER)
    assert read_mail(opened).date == "Tue, 24 Nov 2026 00:00:00 +0000"


@many
@given(editions())
def test_nothing_personal_is_in_the_parcel_and_slots_are_only_in_the_footer(edition: Edition) -> None:
    edition = replace(edition, subhead=edition.subhead + " {why} {stop_url} <!--footer-->")
    made = read_mail(CODEC.render(edition, AFTER))
    for pieces in (text_pieces(made, ALL), html_pieces(made, ALL)):
        assert [slot for _, slot in pieces] == [
            "why", "source", "preferences_url", "preferences_url", "stop_url", None,
        ]  # fmt: skip
    assert filled(text_pieces(made, ALL), PERSON).startswith(made.text)


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_subject_sender_and_footer_speak_the_language(language: Language) -> None:
    made = read_mail(CODEC.render(replace(_fixed(), language=language), AFTER))
    assert made.subject == "Quiet day"
    assert made.from_name == phrase("mail.from", language, issuer="Acme", wire="Dateline")
    text = filled(text_pieces(made, ALL), PERSON)
    html = filled(html_pieces(made, ALL), PERSON, html=True)
    for name in ("fewer", "pause", "stop"):
        assert phrase(f"mail.{name}", language) in text
        assert phrase(f"mail.{name}", language) in unescape(html)
    assert phrase("mail.why", language, reason=PERSON["why"]) in text
    assert phrase("mail.source", language, source=PERSON["source"]) in text
    plain = unescape(re.sub("</?bdi>", "", html))
    assert phrase("mail.why", language, reason=PERSON["why"]) in plain


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("corrected", "mail.subject.correction"),
        ("killed", "mail.subject.kill"),
        ("withdrawn", "mail.subject.withdrawn"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ar", "ja"])
def test_notices_are_prefixed_in_the_language(kind: str, key: str, language: str) -> None:
    edition = replace(_fixed(), type=kind, language=Language(language), reason="Wrong figure.")  # type: ignore[arg-type]
    made = read_mail(CODEC.render(edition, AFTER))
    assert made.subject == phrase(key, language, headline="Quiet day") != "Quiet day"
    assert "Wrong figure." in made.text and "Wrong figure." in made.html


def test_right_to_left_is_right_to_left_throughout() -> None:
    made = read_mail(CODEC.render(replace(_fixed(), language=Language("ar")), AFTER))
    assert '<html lang="ar" dir="rtl">' in made.html and "text-align:right" in made.html
    assert 'dir="ltr"' not in made.html
    # Addresses and reasons in another script must not reorder the line they stand in.
    assert "<bdi>" in filled(html_pieces(made, ALL), PERSON, html=True)


def test_labels_and_provider_stand_above_the_headline() -> None:
    edition = replace(
        _fixed(),
        labels=("paid", "third-party"),
        origin="third-party",
        provider="Prov Inc",
        disclaimer="Not ours.",
    )
    made = read_mail(CODEC.render(edition, AFTER))
    for form in (made.text, made.html[made.html.index("<article") :]):
        assert form.index("Prov Inc") < form.index("Quiet day") < form.index("Not ours.")
    assert document(edition)["labels"] == ["paid", "third-party"]


def test_reply_goes_to_the_first_contact_with_a_real_address() -> None:
    bad = Contact(name="X", email="no address\r\nBcc: a@b.example")
    good = Contact(name="Ana Lima", email="press@acme.example")
    assert document(replace(_fixed(), contacts=(bad, good)))["reply_to"] == {
        "name": "Ana Lima",
        "email": "press@acme.example",
    }
    assert document(replace(_fixed(), contacts=(bad,)))["reply_to"] is None


def test_a_line_break_in_a_headline_becomes_a_blank_in_the_subject() -> None:
    made = document(replace(_fixed(), headline="Quiet\r\nBcc: a@b.example"))
    assert made["subject"] == "Quiet Bcc: a@b.example"


def test_values_are_escaped_and_a_slot_name_in_a_value_is_only_words() -> None:
    made = read_mail(CODEC.render(_fixed(), AFTER))
    html = filled(html_pieces(made, ALL), PERSON, html=True)
    assert "&lt;energy&gt; &amp; {stop_url}" in html
    assert 'href="https://wire.example/preferences/t1/?a=1&amp;b=2"' in html


def test_an_outlet_has_no_personal_footer() -> None:
    made = read_mail(CODEC.render(_fixed(), AFTER))
    assert filled(text_pieces(made, frozenset()), {}) == made.text
    assert phrase("mail.stop", "en") not in filled(html_pieces(made, frozenset()), {}, html=True)


def test_no_tracking() -> None:
    """Design rule: no open or click tracking. Without pictures of the release nothing is loaded at all."""
    html = read_mail(CODEC.render(_fixed(), AFTER)).html
    assert "<img" not in html and "<link" not in html and "<script" not in html and "url(" not in html


@pytest.mark.parametrize("bad", [b"", b"{", b"[]", b"{}", b'{"subject": 1}', b"\xff"])
def test_what_is_no_mail_document_is_refused(bad: bytes) -> None:
    """I14."""
    with pytest.raises(BadInput):
        CODEC.read(bad)


def test_a_document_without_our_article_is_refused() -> None:
    made = document(_fixed()) | {"html": "<p>Hello</p>"}
    with pytest.raises(BadInput, match="article"):
        CODEC.read(json.dumps(made).encode())


@pytest.mark.parametrize(
    ("language", "contact"),
    [
        ("en", "Ana Lima, Press, press@acme.example, +82 2 5550 0100"),
        ("ar", "Ana Lima، Press، press@acme.example، +82 2 5550 0100"),
        ("ja", "Ana Lima、Press、press@acme.example、+82 2 5550 0100"),
        ("zh-Hant", "Ana Lima，Press，press@acme.example，+82 2 5550 0100"),
    ],
)
def test_a_line_of_contacts_is_punctuated_as_its_language_is(language: str, contact: str) -> None:
    edition = replace(
        _fixed(),
        language=Language(language),
        contacts=(Contact("Ana Lima", "Press", "press@acme.example", "+82 2 5550 0100"),),
    )
    made = read_mail(CODEC.render(edition, AFTER)).html
    (item,) = re.findall(r"<section class=\"contacts\".*?<li>(.*?)</li>", made, re.DOTALL)
    assert re.sub(r"<[^>]*>", "", item) == contact
    assert "white-space: nowrap" in item, "no line breaks within a telephone number"


def test_a_latin_place_does_not_draw_the_day_to_its_side_in_arabic() -> None:
    line = DatelineLine("SEOUL", "2026-11-24", "Dateline")
    for language, place in (("ar", "<bdi>SEOUL</bdi>، 24 "), ("en", ">SEOUL, November 24")):
        edition = replace(_fixed(), language=Language(language), dateline=line)
        data = CODEC.render(edition, AFTER)
        assert place in read_mail(data).html
        assert CODEC.read(data).dateline == line
