"""Files made to hurt: words that take a careless pattern for ever, documents that hide what they hold, and
small ones that grow (I14, S11). A pattern that is careless again shows as a test that does not end.
"""

import io
import zipfile
from collections.abc import Callable

import pytest

from dateline.core.clock import parse_instant
from dateline.core.errors import BadInput
from dateline.intake import docx as docx_reading
from dateline.intake import docx_child, pictures
from dateline.intake import services as intake
from dateline.intake.errors import Unreadable
from dateline.intake.tests.documents import docx, paragraph, picture

pytestmark = pytest.mark.unit

_PAGE = "<h1>Head line of a release</h1><p>Words of the first paragraph stand here.</p>"
_ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "<w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"
)


def _read(text: str, name: str) -> str:
    return intake.read_bytes(text.encode(), name, lang="en").headline


@pytest.mark.parametrize(
    "words",
    [
        lambda n: _PAGE + "<" + "a" * n,
        lambda n: _PAGE + "<title" * n,
        lambda n: _PAGE + "<title>" + "<title" * n,
        lambda n: _PAGE + "<!--" * n,
        lambda n: _PAGE + "<a b=" * n,
        lambda n: _PAGE + '<a b="' * n,
        lambda n: _PAGE + "</" * n,
        lambda n: _PAGE + "<html lang" * n,
    ],
)
def test_no_page_takes_a_pattern_for_ever(words: Callable[[int], str]) -> None:
    assert _read(words(40_000), "page.html").startswith("Head line")


def test_no_text_takes_a_pattern_for_ever() -> None:
    assert _read("Head line\n\nwords of the text" + "\n--" * 100_000, "release.txt") == "Head line"


def test_a_picture_that_is_none_is_refused_whatever_it_opens_with() -> None:
    with pytest.raises(Unreadable, match="not a readable"):
        pictures.measured("a.png", b"<!---->" * 500)
    for head in (b"", b"<?xml version='1.0'?>\n", b"<!-- a --> <!-- b -->", b"<!-- --><!DOCTYPE svg>\n"):
        with pytest.raises(Unreadable, match="SVG"):
            pictures.measured("a.png", head + b"<svg xmlns='http://www.w3.org/2000/svg'/>")


def test_an_odd_zone_is_refused_at_once() -> None:
    with pytest.raises(BadInput, match="not a time"):
        parse_instant("2026-11-24 09:00 " + "A" * 60 + "!")
    with pytest.raises(BadInput, match="IANA"):
        parse_instant("2026-11-24 09:00 " + "A" * 60)


@pytest.mark.parametrize(
    "fragment",
    [
        "<div>",
        "<div></x>",
        "<div/>",
        '<div title="<">',
        '<div title="</div>">',
        "<div><!--</div>-->",
        "<div></x-div>",
        "<b><div></b>",
        "<ul><li></x>",
        "<DIV ></Div x=''><section>",
    ],
)
def test_no_text_is_lost_in_the_depth_of_a_page(fragment: str) -> None:
    """Elements that only seem to be closed count as open: libxml2 would drop what lies below 256 of them, and
    the sanitiser's time grows with the square of the depth.
    """
    assert _read(_PAGE + fragment * 20 + "the last words", "page.html")
    with pytest.raises(BadInput, match="nests more than"):
        _read(_PAGE + fragment * 3_000 + "the last words", "page.html")


def test_ordinary_pages_are_not_deep() -> None:
    """Scripts, comments, unclosed items and void elements nest nothing."""
    rows = "<tr><td>a<td>b" * 2_000
    items = "<li>one<p>two<br/><img src='a.png'/>" * 2_000
    script = "<script>if (a<b && c<d) { document.write('<div>') }</script>" * 400
    comments = "<!-- <div> <div> -->" * 2_000
    story = intake.read_bytes(
        f"{_PAGE}{script}{comments}<ul>{items}</ul><table>{rows}</table><p>the last words".encode(),
        "page.html",
        lang="en",
    )
    assert story.blocks[-1].text == "the last words"


@pytest.mark.parametrize(
    "value",
    ["!!timestamp x", "!!bool x", "!!int ''", "!!float x", "!!binary '*'", "!!set {a}", "!!str x", "!own x"],
)
def test_front_matter_takes_no_tags(value: str) -> None:
    """A tag picks a constructor of the YAML library, and those fail in ways of their own."""
    with pytest.raises(BadInput, match="tags"):
        _read(f"---\nheadline: {value}\n---\n\nWords.", "release.md")
    with pytest.raises(BadInput, match="tags"):
        _read(f"---\n? {value}\n: a\n---\n\nWords.", "release.md")


def test_a_contacts_address_is_an_address() -> None:
    """It becomes a `mailto:` link on the page and the Reply-To of every mail."""
    story = intake.read_bytes(
        "---\ncontacts:\n"
        "  - {name: Yoon, email: press@hanbit.example}\n"
        "  - {name: Lee, email: 'lee@hanbit.example?bcc=all@wire.example'}\n"
        "  - {name: Kim, email: 'kim@hanbit.example\"><script>'}\n"
        "  - {name: Han, email: 한빛@한빛.example}\n---\n\n# Head line\n\nWords.".encode(),
        "release.md",
        lang="en",
    )
    assert [c.email for c in story.contacts] == ["press@hanbit.example", "", "", "한빛@한빛.example"]
    assert [f.where for f in story.findings if f.code == "contact-address"] == ["contacts"]


def _elsewhere(part: str, content: str) -> bytes:
    """A Word file whose main document is `part`."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx(paragraph("Harmless")))) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for entry in old.namelist():
            data = old.read(entry)
            if entry == "_rels/.rels":
                data = data.replace(b"word/document.xml", part.encode())
            new.writestr(entry, data)
        new.writestr(part, content)
    return out.getvalue()


@pytest.mark.parametrize("part", ["word/document.bin", "word/document.XML", "word/media/x.png"])
def test_a_document_under_another_name_is_looked_at_too(part: str) -> None:
    with pytest.raises(Unreadable, match="entities"):
        intake.read_bytes(_elsewhere(part, _ENTITIES), "a.docx", lang="en")


def test_one_picture_shown_often_is_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture of 20 MB shown fifty times must not become a gigabyte in the web process."""
    data = docx(paragraph("Head line", "Heading1") + paragraph("Words.") + picture("a workshop") * 50)
    converted = docx_reading.convert(data, "a.docx")
    assert len(converted.pictures) == 1
    story = intake.read_bytes(data, "a.docx", lang="en")
    assert len(story.media) == 1 and story.media[0].alt == "a workshop"
    assert sum(block.kind == "image" for block in story.blocks) == 50


def test_a_document_that_grows_is_refused() -> None:
    with pytest.raises(docx_child.TooMuch):
        docx_child.Kept(most_bytes=10).name_of(b"x" * 11, "image/png", "")
    kept = docx_child.Kept(most_bytes=10)
    assert [kept.name_of(b"a" * 4, "image/png", ""), kept.name_of(b"b" * 4, "image/gif", "")] == [
        "image1.png",
        "image2.gif",
    ]
    assert kept.name_of(b"a" * 4, "image/png", "words") == "image1.png"
    with pytest.raises(docx_child.TooMuch):
        kept.name_of(b"c" * 4, "image/png", "")
