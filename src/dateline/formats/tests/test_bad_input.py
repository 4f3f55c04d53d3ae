"""Every reader with the corpora: a story or words that say why not, never a fault, never a file's content."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from lxml import etree, html

from dateline.core.errors import BadInput, DatelineError
from dateline.core.words import Block, Contact, Media, Run
from dateline.formats import opml, registry
from dateline.formats.feeds_streaming import stream_feed
from dateline.formats.json_ import load_json
from dateline.formats.json_feed_reading import read_json_feed
from dateline.formats.rfc822 import read_mail_file
from dateline.formats.tests.test_round_trips import AFTER, _fixed
from dateline.formats.xml_in import parse_xml
from dateline.testing.counts import reduced
from dateline.testing.shared_data import shared

pytestmark = pytest.mark.unit
_ROOTS: Final = {
    "newsml-g2": "newsItem", "newsml1": "NewsML", "nitf": "nitf", "rss": "rss", "atom": "feed",
}  # fmt: skip
_SECRET: Final = "words of a file that nobody asked for"


def json_cases() -> list[bytes]:
    files = sorted((shared("corpora/jsontestsuite") / "test_parsing").glob("*.json"))
    assert len(files) > 300
    return [
        *(file.read_bytes() for file in files[:: reduced(5, 1)]),
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"uri": ' + b"9" * 5_000 + b"}",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 5_000,
    ]


def test_json_is_taken_or_refused_as_the_suite_says() -> None:
    """`y_` is read, `n_` refused with its place, `i_` either; keys that come twice are refused on purpose."""
    files = sorted((shared("corpora/jsontestsuite") / "test_parsing").glob("*.json"))
    ours = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
    for file in files:
        try:
            load_json(file.read_bytes())
        except BadInput as error:
            assert error.message and error.where, file.name
            assert not file.name.startswith("y_") or file.name in ours, file.name
        else:
            assert not file.name.startswith("n_") and file.name not in ours, file.name
    assert len(files) > 300


@pytest.mark.parametrize(
    "bad", ["NaN", "-Infinity", "1e999", "9007199254740993", '"\\ud800"', '{"a":1,"a":1}']
)
def test_what_other_programs_read_differently_is_refused(bad: str) -> None:
    with pytest.raises(BadInput):
        load_json(f'{{"value": {bad}}}'.encode())


def naughty() -> list[str]:
    found: list[str] = json.loads((shared("corpora/blns") / "blns.json").read_text(encoding="utf-8"))
    confusable = (shared("corpora/unicode") / "intentional.txt").read_text(encoding="utf-8-sig").splitlines()
    pairs = [line.partition("#")[0].split(";") for line in confusable if ";" in line.partition("#")[0]]
    found += ["".join(chr(int(code, 16)) for part in pair for code in part.split()) for pair in pairs]
    return [text for text in found if text.strip()][:: reduced(30, 1)]


def tried(name: str, data: bytes) -> None:
    """Reads it; a refusal says something and names a place."""
    try:
        registry.codec(name).read(data)
    except BadInput as error:
        assert error.message and error.where, (name, data[:80])
    except DatelineError as error:
        assert str(error)


@pytest.mark.parametrize("name", registry.export_names())
def test_no_reader_falls_over_broken_json_or_naughty_words(name: str) -> None:
    for data in json_cases():
        tried(name, data)
    for text in naughty():
        tried(name, text.encode("utf-8", "replace"))
        root = _ROOTS.get(name, "html")
        tried(name, f"<{root} lang='en'><title>{text}</title>{text}</{root}>".encode("utf-8", "replace"))
        tried(name, text.encode("utf-16", "replace"))


def test_no_other_reader_does() -> None:
    for data in (*json_cases(), *(text.encode("utf-8", "replace") for text in naughty())):
        for read in (opml.read_opml, read_json_feed, stream_feed, read_mail_file):
            try:
                read(data)
            except DatelineError as error:
                assert str(error)


def attacks(root: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    """What XML has against its readers, each with a root of this name."""
    secret = folder / "secret.txt"
    secret.write_text(_SECRET)
    laughs = "".join(f"<!ENTITY l{n} '" + f"&l{n - 1};" * 10 + "'>" for n in range(1, 10))
    yield "laughs", f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><{root}>&l9;</{root}>'.encode()
    long = "a" * 50_000
    yield "squares", f'<!DOCTYPE x [<!ENTITY a "{long}">]><{root}>{"&a;" * 1_000}</{root}>'.encode()
    uri = secret.as_uri()
    yield "file", f'<!DOCTYPE x [<!ENTITY a SYSTEM "{uri}">]><{root}>&a;</{root}>'.encode()
    yield "parameter", f'<!DOCTYPE x [<!ENTITY % a SYSTEM "{uri}"> %a;]><{root}/>'.encode()
    yield "outside", f'<!DOCTYPE x SYSTEM "{uri}"><{root}>&a;</{root}>'.encode()
    include = f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="{uri}"/>'
    yield "include", f"<{root}><item><title>{include}</title></item></{root}>".encode()
    yield "sheet", f'<?xml-stylesheet type="text/xsl" href="{uri}"?><{root}/>'.encode()
    yield "deep", f"<{root}>{'<a>' * 20_000}{'</a>' * 20_000}</{root}>".encode()
    many = " ".join(f"a{n}='1'" for n in range(20_000))
    yield "attributes", f"<{root} {many}/>".encode()
    yield "names", f"<{root}><{'a' * 200_000}/></{root}>".encode()
    spaces = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(5_000))
    yield "spaces", f"<{root} {spaces}/>".encode()
    yield "utf-7", f'<?xml version="1.0" encoding="utf-7"?><{root}>+ADw-script+AD4-</{root}>'.encode()
    yield "halves", f"<{root}><item>&#xD800;&#xDFFF;&#0;&#xFFFF;</item></{root}>".encode()


@pytest.mark.parametrize("name", _ROOTS)
def test_xml_attacks_end_in_words_and_open_no_file(name: str, tmp_path: Path) -> None:
    for what, data in attacks(_ROOTS[name], tmp_path):
        try:
            story = registry.codec(name).read(data)
        except BadInput as error:
            assert error.where and _SECRET not in str(error), what
            continue
        said = "".join((story.headline, *(block.text for block in story.blocks), *map(str, story.findings)))
        assert _SECRET not in said and "hahaha" not in said, what
        assert len(said) < 1_000_000, what


def test_naughty_words_in_every_field_stay_words_in_every_format() -> None:
    for text in naughty():
        clean = "".join(c for c in text if c.isprintable()) or "a"
        edition = replace(
            _fixed(),
            headline=clean,
            subhead=clean,
            byline=clean,
            provider=clean,
            disclaimer=clean,
            keywords=(clean,),
            contacts=(Contact(clean, clean, clean, clean),),
            media=(Media("a.png", "image/png", "ab" * 32, 7, clean, clean, clean, 4, 3),),
            blocks=(Block("paragraph", runs=(Run(clean, href="https://a.example/"),)),
                    Block("image", media="a.png")),
        )  # fmt: skip
        for name in (*_ROOTS, "html", "embed", "mail"):
            _inert(name, registry.codec(name).render(edition, AFTER), clean)


def _inert(name: str, data: bytes, text: str) -> None:
    """The document parses, and no element of it came from the words."""
    if name == "mail":
        data = json.loads(data)["html"].encode()
    tree = etree.fromstring(data) if name in _ROOTS else html.fromstring(data.decode())
    for element in tree.iter(etree.Element):
        assert not any(str(key).lower().startswith("on") for key in element.attrib), (name, text)
        assert etree.QName(element).localname.lower() not in {"script", "iframe", "object", "svg"}, (
            name,
            text,
        )
        for key in ("href", "src"):
            assert not str(element.get(key) or "").strip().lower().startswith(("javascript:", "data:")), text


def test_a_file_of_tags_alone_is_refused_before_it_becomes_a_tree() -> None:
    """Each takes forty times its letters there; in CDATA they are text."""
    with pytest.raises(BadInput, match="tags; split the file"):
        parse_xml(b"<feed>" + b"<a/>" * 1_000_001 + b"</feed>", "feed.xml")
    text = b"<" * 1_000_001
    assert len(parse_xml(b"<feed><![CDATA[" + text + b"]]></feed>", "feed.xml").root.text) == len(text)
