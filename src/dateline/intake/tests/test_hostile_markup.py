"""Mark-up made to break parsers comes out as plain elements or is refused in words (I14).

The corpora are html5lib's tokenizer cases and the list of naughty strings; every case goes in as HTML,
Markdown, feed and ninjs, and comes out as article, embed and mail.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree, html

from dateline.core.errors import BadInput
from dateline.core.words import Story
from dateline.formats import registry
from dateline.formats.mail import read_mail
from dateline.formats.tests.test_agency_schemas import edition_of
from dateline.formats.tests.test_round_trips import AFTER
from dateline.intake import services as intake
from dateline.testing.counts import reduced
from dateline.testing.shared_data import shared

pytestmark = pytest.mark.unit
_WORDS = "p h1 h2 h3 h4 ul ol li blockquote table thead tbody tr th td a em strong span br bdi code time hr"
_FRAMES = "article header footer section aside div figure figcaption img html head body meta title"
_ELEMENTS = frozenset(f"{_WORDS} {_FRAMES}".split())
_SCHEMES = ("http://", "https://", "mailto:", "tel:", "#", "cid:")


def hostile() -> list[str]:
    """Every case of the corpora, or some in an ordinary run; the same ones each time."""
    found: list[str] = json.loads((shared("corpora/blns") / "blns.json").read_text(encoding="utf-8"))
    for file in sorted((shared("corpora/html5lib") / "tokenizer").glob("*.test")):
        found += [case["input"] for case in json.loads(file.read_bytes()).get("tests", [])]
    return found[:: reduced(40, 1)]


def files(text: str) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) with the case as its body."""
    lead = "SEOUL, Nov. 24, 2026 /Wire/ -- The museum opens."
    escaped = json.dumps(text)
    yield "a.html", f"<h1>Opens</h1><p>{lead}</p><div>{text}</div>".encode("utf-8", "replace")
    yield "a.md", f"# Opens\n\n{lead}\n\n{text}\n".encode("utf-8", "replace")
    yield (
        "a.json",
        (
            '{"uri": "urn:x:1", "headlines": [{"value": "Opens"}], "language": "en", '
            f'"bodies": [{{"contenttype": "text/html", "value": {escaped}}}]}}'
        ).encode("utf-8", "replace"),
    )
    root = etree.Element("rss", version="2.0")
    item = etree.SubElement(etree.SubElement(root, "channel"), "item")
    etree.SubElement(item, "title").text = "Opens"
    try:
        etree.SubElement(item, "description").text = text
    except ValueError:  # XML has no way to write it
        return
    yield "a.rss", etree.tostring(root)


def read(name: str, data: bytes) -> Story | None:
    try:
        return intake.read_bytes(data, name, lang="en")
    except BadInput as error:
        assert str(error).startswith(name)
        return None


def written(story: Story) -> Iterator[str]:
    """The HTML that others show."""
    edition = edition_of(story, "en")
    for form in ("html", "embed"):
        yield registry.codec(form).render(edition, AFTER).decode()
    yield read_mail(registry.codec("mail").render(edition, AFTER)).html


def active(shown: str) -> list[str]:
    """What a browser could run or fetch against our will."""
    page: Any = html.fromstring(shown)
    found = []
    for element in page.iter(etree.Element):
        found += [] if element.tag in _ELEMENTS else [element.tag]
        found += [key for key in element.attrib if key.lower().startswith("on")]
        addresses = [element.get(key, "#") for key in ("href", "src")]
        found += [address for address in addresses if not address.lower().startswith(_SCHEMES)]
    return found


def test_only_plain_elements_and_safe_addresses_come_out() -> None:
    stories = 0
    for text in hostile():
        for name, data in files(text):
            if (story := read(name, data)) is None:
                continue
            stories += 1
            for shown in written(story):
                assert active(shown) == [], text
    assert stories > 100
