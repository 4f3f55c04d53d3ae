"""Files of every kind come in by one door, told by what they hold and not by their names."""

import io
import json
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dateline.core.errors import BadInput
from dateline.demo.releases import main_releases
from dateline.formats import registry
from dateline.formats.opml import read_opml
from dateline.formats.tests.test_agency_schemas import samples
from dateline.formats.tests.test_round_trips import AFTER
from dateline.intake import services as intake
from dateline.intake.errors import Unreadable
from dateline.intake.wire_files import _with_controls
from dateline.testing.shared_data import shared

pytestmark = pytest.mark.unit
SITE = "https://a.example"
KINDS = {
    "json": "json", "ninjs": "ninjs", "ninjs2": "ninjs", "newsml-g2": "newsml-g2", "nitf": "nitf",
    "newsml1": "newsml1", "rss": "feed", "atom": "feed", "jsonfeed": "jsonfeed", "html": "prose",
    "embed": "prose", "email": "rfc822", "text": "prose", "markdown": "prose", "mail": "mail",
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("language", ["en", "ar", "ja", "ko", "zh-Hans", "th"])
def test_what_we_write_comes_in_whatever_its_name(name: str, language: str) -> None:
    """I8 through the door."""
    edition = next(e for e in samples() if e.language == language)
    data = registry.codec(name).render(edition, AFTER)
    found = intake.read_document(data, intake.Asked("file.bin"))
    assert found.kind == KINDS[name]
    story = found.story
    assert (story.language, story.headline) == (edition.language, edition.headline)
    assert story.blocks == edition.blocks or name in {"text", "markdown"}
    assert "�" not in story.headline
    assert not [f for f in story.findings if f.severity == "block"]


def test_pictures_of_a_wire_file_come_from_beside_it(tmp_path: Path) -> None:
    item = {
        "uri": "urn:x", "language": "en", "standard": {"name": "ninjs", "version": "3.1"},
        "headlines": [{"value": "Head of it"}], "bodies": [{"contentType": "text/plain", "value": "Words."}],
        "associations": [
            {"name": n, "uri": "urn:p", "type": "picture", "renditions": [{"href": f"{SITE}/{n}"}]}
            for n in ("here.png", "gone.png")
        ],
    }  # fmt: skip
    made = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(made, "PNG")
    (tmp_path / "here.png").write_bytes(made.getvalue())
    file = tmp_path / "item.json"
    file.write_text(json.dumps(item))
    story = intake.read_file(file)
    assert [m.name for m in story.media] == ["here.png"] and story.attachments[0][0] == "here.png"
    assert any(f.code == "media-skipped" and "gone.png" in f.message for f in story.findings)


RSS = """\
<?xml version="1.0" encoding="windows-1251"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Wire</title>
<link>https://x.example/</link><language>ru-ru</language>
<item><title>Завод открыт</title><media:title>no</media:title><link>https://x.example/a</link>
<pubDate>Mon, 23 Nov 2026 12:00</pubDate><category domain="https://x.example/RSS/Stock">Nasdaq:ACME</category>
<category>Energy</category>
<description>&lt;p&gt;Завод открыт сегодня. &lt;a href="/b"&gt;Ещё&lt;/a&gt;&lt;/p&gt;</description></item>
<item><title>Two</title><guid>2</guid>
<description>&amp;lt;p&amp;gt;Twice&amp;lt;/p&amp;gt;</description></item></channel></rss>"""


def test_a_feed_of_the_field_is_read_with_every_oddity_named() -> None:
    data = RSS.encode("cp1251")
    story = intake.read_bytes(data, "feed.rss")
    assert (story.headline, story.tickers, story.keywords) == ("Завод открыт", ("Nasdaq:ACME",), ("Energy",))
    assert story.blocks[0].runs[-1].href == "https://x.example/b"
    codes = {f.code for f in story.findings}
    assert {"encoding-declared", "several-items", "date-zoneless", "links-relative"} <= codes
    second = intake.read_bytes(data, "feed.rss", item=2)
    assert second.blocks[0].text == "Twice" and "escaped-twice" in {f.code for f in second.findings}
    with pytest.raises(BadInput, match="2 entries"):
        intake.read_bytes(data, "feed.rss", item=3)


FRAME = (
    b"\x16\x16\x01ACM0123 3 F 240 results\r\nACME-RESULTS\r\n"
    b"\x02Acme opens a plant near the port of Seoul\r\n"
    b"\tSEOUL, Nov. 23, 2026 (Wire) -- Acme said on Monday that it opens a new plant for\r\n"
    b"batteries and cables.\r\n"
    b"\tThe caf\xe9 of the plant is open to all neighbours from the first day on.\r\n"
    b"\x03231200 GMT NOV 26\x04"
)


def test_a_telegraph_frame_is_read_in_paragraphs() -> None:
    story = intake.read_bytes(FRAME, "x")
    assert story.headline == "Acme opens a plant near the port of Seoul" and story.slug == "acme-results"
    assert story.dateline is not None and story.dateline.source == "Wire"
    assert [b.text for b in story.blocks] == [
        "Acme said on Monday that it opens a new plant for batteries and cables.",
        "The café of the plant is open to all neighbours from the first day on.",
    ]
    torn = intake.read_bytes(FRAME.partition(b"\x03")[0], "x")
    assert sum(f.code == "frame-broken" for f in torn.findings) == 2 and torn.blocks == story.blocks


@pytest.mark.parametrize("codec", ["x-sjis", "iso-2022-jp", "utf-8", "nonsense"])
def test_a_saved_message_is_read_by_its_own_sets(codec: str) -> None:
    python = {"x-sjis": "cp932", "nonsense": "utf-8"}.get(codec, codec)
    text = "東京、11月23日、アクメは本日、新しい工場を開設すると発表しました。\n\n次の段落です。"
    data = (
        b"From: A <a@b.example>\r\nSubject: Fwd: =?shift_jis?B?g2WDWINn?=\r\nMIME-Version: 1.0\r\n"
        b"Date: Mon, 23 Nov 2026 12:00:00 +0900\r\nContent-Type: text/plain; charset=" + codec.encode()
        + b"\r\n\r\n" + text.encode(python)
    )  # fmt: skip
    story = intake.read_bytes(data, "a.txt", lang="ja")
    assert story.headline == "テスト" and story.blocks[-1].text == "次の段落です。"
    codes = {f.code for f in story.findings}
    assert "mail-sender" in codes and ("encoding-unknown" in codes) == (codec == "nonsense")


def test_a_header_that_cannot_be_decoded_stays_as_it_is_written() -> None:
    data = b"From: A\nDate: x\nMIME-Version: 1.0\nSubject: =?utf-8?b?A?=\n\nWords of the text."
    story = intake.read_bytes(data, "a.eml", lang="en")
    assert story.headline == "=?utf-8?b?A?=" and "header-broken" in {f.code for f in story.findings}


def test_a_list_of_feeds_says_what_it_is() -> None:
    opml = b'<opml><body><outline text="A"><outline xmlUrl="https://a.example/f" title="F"/><outline xmlUrl="file:///x"/></outline></body></opml>'
    with pytest.raises(Unreadable, match="a list of 1 feeds"):
        intake.read_bytes(opml, "list.opml")
    feeds, findings = read_opml(opml)
    assert [(f.url, f.title, f.folder) for f in feeds] == [("https://a.example/f", "F", "A")]
    assert [f.where for f in findings] == ["OPML outline 3"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"a": 1}', "no news format we read"),
        (b"[1, 2]", "no news format we read"),
        (b'<?xml version="1.0"?><svg/>', "<svg> is the root of no news format"),
        (b"%PDF-1.7", "a PDF"),
        (b'<!DOCTYPE nitf [<!ENTITY a "b">]><nitf>&a;</nitf>', "declares entities"),
        (b"<rss><channel/></rss>", "0 entries"),
        (b'{"uri": "x", "headline": NaN}', "not a JSON number"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_name_of_the_file(data: bytes, words: str) -> None:
    """I14."""
    with pytest.raises(BadInput, match=words) as caught:
        intake.read_bytes(data, "given.x", lang="en")
    assert str(caught.value).startswith("given.x")


def test_every_sample_of_the_standards_body_comes_in_or_is_refused_in_words() -> None:
    files = [p for p in shared("samples").rglob("*") if p.suffix in {".xml", ".json"}]
    read = 0
    for file in files:
        try:
            intake.read_bytes(file.read_bytes(), file.name, lang=None)
            read += 1
        except BadInput as error:
            assert str(error).startswith(file.name)
    assert read > len(files) * 0.9, f"{read} of {len(files)}"


def test_a_character_torn_by_a_control_is_named_and_not_fatal() -> None:
    story = intake.read_bytes(FRAME[:1] + b"\x87\x00" + FRAME[202:], "x.txt", lang="ja")
    assert "characters-lost" in {finding.code for finding in story.findings}
    assert _with_controls(b"a\x87\x00", "cp932", "x.txt")[1][0].where == "x.txt"
    assert _with_controls(b"\x02abc\x03", "cp932", "x.txt") == ("\x02abc\x03", ())


def test_no_corpus_file_ends_in_anything_but_words() -> None:
    """Broken JSON and naughty strings through the same door (I14)."""
    strings = json.loads((shared("corpora/blns") / "blns.json").read_text(encoding="utf-8"))
    given = [p.read_bytes() for p in sorted(shared("corpora/jsontestsuite").rglob("*.json"))[::3]]
    given += [
        f"<rss><channel><item><title>{s}</title></item></channel></rss>".encode("utf-8", "replace")
        for s in strings[::3]
    ]
    for data in given:
        for name in ("x.json", "x.txt"):
            try:
                story = intake.read_bytes(data, name, lang="en")
            except BadInput as error:
                assert str(error).startswith(name)
            else:
                assert "<script" not in story.headline or story.blocks == ()


def test_the_releases_of_the_demo_are_still_prose() -> None:
    assert {s.language for s in main_releases()[0].stories()} >= {"en", "ar", "ja"}


@lru_cache(maxsize=1)
def _written() -> tuple[bytes, ...]:
    """One sample in every format, and the frame."""
    edition = next(e for e in samples() if e.language == "ja")
    return (*(registry.codec(name).render(edition, AFTER) for name in KINDS), FRAME)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_torn_or_spoilt_file_ends_in_a_story_or_in_words(data: st.DataObject) -> None:
    """I14: a piece cut out, bytes put in, the end missing; whatever format it was."""
    whole = data.draw(st.sampled_from(_written()))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 400)))
    spoilt = whole[:start] + data.draw(st.binary(max_size=6)) + whole[end:]
    spoilt = spoilt[: data.draw(st.integers(1, len(spoilt) or 1))] if data.draw(st.booleans()) else spoilt
    try:
        story = intake.read_bytes(spoilt or b"x", "spoilt", lang="ja")
    except BadInput as error:
        assert str(error).startswith("spoilt")
    else:
        assert story.language == "ja"
