"""XML made to cost time, to hide entities, or to name codecs that are no encodings (I14)."""

import pytest

from dateline.core.errors import BadInput
from dateline.formats import body_reading, xml_in, xml_scanning
from dateline.formats.article_reading import read_article
from dateline.formats.newsml_g2_reading import read_items

pytestmark = pytest.mark.unit

_MANY = 200_000
"""Of each thing: with a search anew for each, minutes; with one walk, below a second."""


def test_text_with_many_references_is_walked_once() -> None:
    """The line of each is counted on from the one before."""
    parsed = xml_in.parse_xml(b"<a>" + b"&amp;" * _MANY + b"</a>", "x")

    assert xml_in.words(parsed.root) == "&" * _MANY


def test_many_cdata_sections_that_never_end_are_looked_for_once() -> None:
    """Only whole sections are kept from mending."""
    text = "<a>" + "<![CDATA[" * _MANY + "</a>"

    assert list(xml_scanning.cdata_sections(text)) == []
    assert list(xml_scanning.cdata_sections("<a><![CDATA[1]]>&<![CDATA[2]]>")) == [(3, 16), (17, 30)]


def test_many_doctypes_are_no_document() -> None:
    """Only the first place is looked at."""
    with pytest.raises(BadInput, match="not XML"):
        xml_in.parse_xml(b"<!DOCTYPE" * _MANY, "x")


def test_mended_references_are_told_with_their_lines_up_to_a_number() -> None:
    """Each with its line, across CDATA; then only how many more."""
    parsed = xml_in.parse_xml(b"<a>\n<![CDATA[\n&nope;\n]]>\n&nope;\n" + b"&nope; " * 1000 + b"</a>", "x")

    assert parsed.findings[0].where == "x line 5"
    assert parsed.findings[1].where == "x line 6"
    assert len(parsed.findings) == 201
    assert "801 more" in parsed.findings[-1].message


@pytest.mark.parametrize("doctype", ["<!DOCTYPE", "<!doctype"])
def test_a_comment_that_looks_like_the_root_hides_no_entities(doctype: str) -> None:
    """The DOCTYPE is found behind comments and instructions."""
    text = f"<!-- <a --><?x <b?>\n{doctype} r [<!ENTITY y 'sixty'>]><r x='&y;'>&y;</r>"

    with pytest.raises(BadInput, match="entities"):
        xml_in.parse_xml(text.encode(), "x")


@pytest.mark.parametrize("name", ["zip", "hex", "rot13", "undefined", "idna", "punycode", "unicode_escape"])
def test_a_codec_that_is_no_encoding_is_read_as_utf_8_and_said(name: str) -> None:
    """No file of the field is written in them, and some raise other errors or take very long."""
    parsed = xml_in.parse_xml(f'<?xml version="1.0" encoding="{name}"?><a>héllo</a>'.encode(), "x")

    assert xml_in.words(parsed.root) == "héllo"
    assert [finding.code for finding in parsed.findings] == ["encoding-unknown"]


def test_blanks_in_a_body_are_walked_once() -> None:
    """They might each begin a declaration of a namespace."""
    root = xml_in.parse_xml(b'<p xmlns="urn:x">a' + b" " * _MANY + b"b</p>", "x").root

    assert body_reading.inner_html(root) == "<p>a" + " " * _MANY + "b</p>"


def test_numbers_of_thousands_of_digits_are_none() -> None:
    """Python refuses to read them, with an error that is not BadInput."""
    digits = "9" * 5000
    image = f'<img src="/media/{"a" * 64}" alt="" width="{digits}" height="2">'
    figure = f'<figure class="image">{image}</figure>'
    article = f'<article class="release" lang="en"><h1 class="headline">H</h1>{figure}</article>'
    [picture] = read_article(article).media
    item = f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="g"><itemMeta>
        <itemMetaExtProperty reluri="https://wire.example/terms/sha256" value="{"a" * 64}"/>
        <link reluri="https://wire.example/terms/media" size="{digits}">
        <itemMetaExtProperty reluri="https://wire.example/terms/width" value="{digits}"/></link>
        </itemMeta><contentSet><inlineData>Text</inlineData></contentSet></newsItem>"""

    assert (picture.width, picture.height) == (0, 2)
    [sent] = read_items(item.encode())[0].media
    assert (sent.size_bytes, sent.width) == (0, 0)
