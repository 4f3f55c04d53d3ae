"""The body that an XML format wraps: our article exactly, XHTML or NITF of other wires by recognition, plain
text as lines.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from lxml import etree

from dateline.core.countries import Country
from dateline.core.languages import Language
from dateline.core.sectors import Sector
from dateline.core.words import DatelineLine, Finding, Media, Story
from dateline.formats.article_reading import read_article
from dateline.formats.block_reading import ReadBlocks, read_html
from dateline.formats.carried import Facts, with_facts
from dateline.formats.html import is_our_article
from dateline.formats.nitf_html import nitf_body_html
from dateline.formats.recognise import recognised
from dateline.formats.text import text_blocks
from dateline.formats.xml_in import Element, Parsed, below

_XMLNS = re.compile(r'(?<!\s)\s+xmlns(?::[A-Za-z_][\w.-]*)?="[^"]*"')
_PREFIX = re.compile(r"(</?)[A-Za-z_][\w.-]*:")
_EMPTY = re.compile(r"<(?!br|img|hr|col|meta|link|input|wbr)([A-Za-z][A-Za-z0-9]*)((?:\s[^<>]*?)?)/>")

_GUESSED: Final = Finding(
    "headline-guessed", "warn", "headline", "the item names none; the first line of its text stands in"
)


@dataclass(frozen=True, slots=True)
class Fields:
    """What the fields of an item say, apart from its body."""

    language: Language
    headline: str
    subhead: str = ""
    byline: str = ""
    dateline: DatelineLine | None = None
    slug: str = ""
    provider: str = ""
    disclaimer: str = ""
    sectors: tuple[Sector, ...] = ()
    countries: tuple[Country, ...] = ()
    keywords: tuple[str, ...] = ()
    tickers: tuple[str, ...] = ()
    isins: tuple[str, ...] = ()
    embargo: str = ""
    media: tuple[Media, ...] = field(default=())


def inner_html(element: Element) -> str:
    """An XML element as HTML text: no namespaces, no prefixes, empty elements closed as HTML wants."""
    text = etree.tostring(element, encoding="unicode", with_tail=False)
    text = _PREFIX.sub(r"\1", _XMLNS.sub("", text))
    return _EMPTY.sub(r"<\1\2></\1>", text)


def read_body(
    body: Element | str | None, language: Language, headline: str, findings: Sequence[Finding], where: str
) -> Story:
    """The story in a body. A body of ours gives every part back; another's is recognised."""
    if body is None:
        return Story(language, headline)
    if isinstance(body, str):
        return _other(_text_or_html(body), language, headline)
    if next(below(body, "body.content"), None) is not None:
        return _other(read_html(nitf_body_html(body)), language, headline)
    text = inner_html(body)
    return read_article(text) if is_our_article(text) else _other(read_html(text), language, headline)


def _text_or_html(text: str) -> ReadBlocks:
    if re.search(r"<(?:p|br|div|html|body)\b", text, re.IGNORECASE):
        return read_html(text)
    return ReadBlocks(tuple(text_blocks(text)))


def _other(read: ReadBlocks, language: Language, headline: str) -> Story:
    return recognised(replace(read, title=""), language, {"headline": headline} if headline else {})


def story_from(fields: Fields, body: Story, facts: Facts | None, parsed: Parsed) -> Story:
    """Fields and body together. `facts` are those an item of ours carries; then they beat all else."""
    guessed = () if fields.headline or not body.headline else (_GUESSED,)
    story = replace(
        body,
        language=fields.language,
        headline=fields.headline or body.headline,
        findings=(*parsed.findings, *guessed, *body.findings),
    )
    if facts is not None:
        return replace(with_facts(story, facts), media=fields.media)
    said: Mapping[str, Any] = {
        name: value
        for name in Fields.__dataclass_fields__
        if name not in {"language", "headline", "media"} and (value := getattr(fields, name))
    }
    pictures = fields.media or body.media
    return replace(story, **said, media=pictures)
