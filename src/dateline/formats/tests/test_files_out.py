"""What is written for files: a message, a fragment for other pages, a PDF; and the list of all formats."""

import io
import re
import sys
import zlib
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from PIL import Image

from dateline.core.errors import BadInput, NotFound, Unavailable
from dateline.core.words import Block, Edition, Run, edition_sha256
from dateline.formats import registry
from dateline.formats.catalogue import formats
from dateline.formats.pdf import pdf_document
from dateline.formats.tests.agency import kinds
from dateline.formats.tests.strategies import PICTURE, editions
from dateline.formats.tests.test_agency_schemas import samples
from dateline.formats.tests.test_round_trips import AFTER, AT, BEFORE, same

pytestmark = pytest.mark.unit
SITE = AFTER.base_url
MACHINE = ["slug", "issuer", "release_type", "sectors", "countries", "keywords", "tickers", "isins", "media"]


@pytest.mark.parametrize("name", ["email", "embed"])
@settings(max_examples=15, deadline=None)
@given(edition=editions())
def test_the_article_reads_back_equal(name: str, edition: Edition) -> None:
    """I8: what `html` carries."""
    codec = registry.codec(name)
    data = codec.render(edition, AFTER)
    same(edition, codec.read(data), without=tuple(MACHINE))
    opened = codec.opened(codec.render(edition, BEFORE), at=AT, languages=AFTER.languages, base_url=SITE)
    assert opened == data


@settings(max_examples=15, deadline=None)
@given(edition=editions())
def test_a_message_is_one_that_mail_programs_read(edition: Edition) -> None:
    data = registry.codec("email").render(edition, AFTER)
    message = message_from_bytes(data, policy=policy.default)
    assert message.defects == [] and all(not part.defects for part in message.walk())
    assert message["subject"] == " ".join(edition.headline.split())
    assert message["x-sha256"] == edition_sha256(edition)
    text = message.get_body(("plain",))
    assert text is not None and edition_sha256(edition) in text.get_content()


def test_a_correction_and_a_kill_stand_in_the_thread_of_the_release() -> None:
    first, *later = (
        message_from_bytes(registry.codec("email").render(kind, AFTER), policy=policy.default)
        for kind in kinds(samples()[0])
    )
    assert [m["in-reply-to"] for m in later] == [first["message-id"]] * 3
    assert first["in-reply-to"] is None
    assert all(m["subject"] != first["subject"] for m in later)


def test_an_embed_has_looks_of_its_own_and_leaves_the_first_heading_to_the_page() -> None:
    for edition in samples()[:15]:
        text = registry.codec("embed").render(edition, AFTER).decode()
        assert "<h1" not in text and '<h2 class="headline"' in text and "style=" in text
        assert "<style" not in text and "<script" not in text and "<link" not in text
        assert text.count(f'lang="{edition.language}"') >= 2


# --- PDF -------------------------------------------------------------------------------------------------

FONTS = {
    "ja": b"CJK-JP", "ko": b"CJK-KR", "zh-Hans": b"CJK-SC", "ar": b"Arabic", "th": b"Thai", "en": b"NotoSans",
}  # fmt: skip


@pytest.mark.parametrize("language", FONTS)
def test_a_pdf_has_the_script_of_its_language_and_says_what_it_is(language: str) -> None:
    """I8: the hash is named; the same edition gives the same bytes, before T0 and after it."""
    edition = next(e for e in samples() if e.language == language)
    data = registry.codec("pdf").render(edition, BEFORE)
    assert data.startswith(b"%PDF-1.7")
    assert language != "ja" or registry.codec("pdf").render(edition, AFTER) == data
    inside = _inflated(data)
    fonts = b" ".join(re.findall(rb"/BaseFont\s*/\S+", inside)).replace(b"#20", b"").replace(b"-", b"")
    assert FONTS[language].replace(b"-", b"") in fonts, fonts
    assert f"/Lang ({language})".encode() in inside and b"/MarkInfo" in inside
    assert edition_sha256(edition).encode() in inside


def _inflated(data: bytes) -> bytes:
    """The file with its streams unpacked, its objects among them."""
    out = [data]
    for start in (found.end() for found in re.finditer(rb"stream\r?\n", data)):
        try:
            out.append(zlib.decompressobj().decompress(data[start:]))
        except zlib.error:
            continue
    return b"\n".join(out)


def _png() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(made, "PNG")
    return made.getvalue()


def test_a_killed_pdf_holds_the_notice_and_only_pictures_at_hand_are_drawn() -> None:
    edition = replace(samples()[0], media=(PICTURE,), blocks=(Block("paragraph", runs=(Run("Text."),)),))
    without = pdf_document(edition, AFTER)
    drawn = pdf_document(edition, AFTER, {PICTURE.sha256: (_png(), "image/png")})
    assert b"/Subtype /Image" in _inflated(drawn) and b"/Subtype /Image" not in _inflated(without)
    killed = replace(edition, type="killed", version=2, reason="Wrong.", blocks=(), media=())
    assert pdf_document(killed, AFTER) != without


def test_a_pdf_reaches_for_no_file_and_no_network() -> None:
    """An address in an article is a link; nothing is fetched, whatever it looks like."""
    hostile = replace(
        samples()[0],
        headline='<img src="file:///etc/passwd">',
        blocks=(Block("embed", href="http://127.0.0.1:1/x"),),
    )
    assert b"/Subtype /Image" not in _inflated(pdf_document(hostile, AFTER))


def test_without_pango_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(Unavailable, match="libpango"):
        pdf_document(samples()[0], AFTER)


def test_a_pdf_is_not_read() -> None:
    with pytest.raises(BadInput, match="another format"):
        registry.codec("pdf").read(b"%PDF-1.7")


# --- the list --------------------------------------------------------------------------------------------


def test_the_list_names_every_format_once_and_every_codec_says_its_standard() -> None:
    cards = formats()
    names = [card.name for card in cards]
    assert names == sorted(set(names)) and {*registry.export_names()} <= {*names}
    asked = [
        "newsml-g2",
        "ninjs",
        "ninjs2",
        "nitf",
        "newsml1",
        "rss",
        "atom",
        "jsonfeed",
        "html",
        "email",
        "text",
        "markdown",
        "pdf",
    ]
    assert {*asked} <= {card.name for card in cards if card.writes}
    assert {"iptc7901", "docx", "opml", *asked} - {"pdf"} <= {card.name for card in cards if card.reads}
    assert {card.name for card in cards if card.delivered} == {*registry.names()} - {"mail"}
    with pytest.raises(NotFound, match="newsml-g2"):
        registry.codec("word")
