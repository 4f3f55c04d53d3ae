"""What a file is, by its content; its name decides only between ways of writing prose."""

import json
import re
from typing import Final, Literal

from dateline.formats.iptc7901 import looks_like_7901
from dateline.formats.json_feed_reading import is_json_feed
from dateline.formats.ninjs_reading import looks_like_ninjs
from dateline.formats.rfc822 import looks_like_mail
from dateline.formats.xml_scanning import root_name
from dateline.intake.errors import Unreadable

Kind = Literal[
    "docx", "iptc7901", "rfc822", "newsml-g2", "newsml1", "nitf", "feed", "opml", "json", "ninjs", "jsonfeed",
    "mail", "prose",
]  # fmt: skip

_BY_ROOT: Final[dict[str, Kind]] = {
    **dict.fromkeys(
        (
            "newsitem",
            "newsmessage",
            "packageitem",
            "conceptitem",
            "knowledgeitem",
            "planningitem",
            "catalogitem",
        ),
        "newsml-g2",
    ),
    "newsml": "newsml1",
    "nitf": "nitf",
    **dict.fromkeys(("rss", "rdf", "feed"), "feed"),
    "opml": "opml",
}
_PAGES: Final = frozenset(
    {"html", "article", "body", "head", "div", "section", "main", "p", "h1", "h2", "header"}
)
_REFUSED: Final = (
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file; save it as .docx"),
    (b"%PDF", "a PDF; export it as .docx, or paste its text into a .txt file"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"{\\rtf", "an RTF file; save it as .docx"),
    (b"\x89PNG", "a picture; name it under `media:` of a release"),
    (b"\xff\xd8\xff", "a picture; name it under `media:` of a release"),
)
_READABLE: Final = (
    "NewsML-G2, NewsML 1, NITF, ninjs, RSS, Atom, JSON Feed, IPTC 7901, mail, DOCX, HTML, Markdown "
    "or plain text"
)


def kind_of(data: bytes, text: str | None, name: str) -> Kind:
    """The kind of file. `text` is `data` decoded, None while nobody has tried.

    Raises Unreadable for XML and JSON of no kind we read, naming those we do.
    """
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    for magic, what in _REFUSED:
        if data.startswith(magic):
            raise Unreadable(f"it is {what}", where=name)
    if looks_like_7901(data):
        return "iptc7901"
    if looks_like_mail(data):
        return "rfc822"
    return "prose" if text is None else _of_text(text, name)


def _of_text(text: str, name: str) -> Kind:
    start = text.lstrip("\ufeff \t\n\r")
    if start.startswith("<"):
        return _of_xml(start, name)
    if start[:1] in {"{", "["}:
        return _of_json(start, name)
    return "prose"


def _of_xml(text: str, name: str) -> Kind:
    root = root_name(text).lower()
    if root in _BY_ROOT:
        return _BY_ROOT[root]
    # Markdown may open with a tag or a comment, and pages with any of HTML's: only XML says that it is XML.
    if text.startswith("<?xml") and root and root not in _PAGES:
        raise Unreadable(f"<{root}> is the root of no news format we read; give {_READABLE}", where=name)
    return "prose"


def _of_json(text: str, name: str) -> Kind:
    named = name.lower().endswith((".json", ".ninjs"))
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        if named:
            line = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
            raise Unreadable(f"it is not JSON{line}; export it again", where=name) from None
        return "prose"
    if is_json_feed(document):
        return "jsonfeed"
    if isinstance(document, dict):
        if "edition" in document and "sha256" in document:
            return "json"
        if {"subject", "html", "footer"} <= set(document):
            return "mail"
    if looks_like_ninjs(document):
        return "ninjs"
    if named or isinstance(document, dict | list):
        raise Unreadable(f"it is JSON, but of no news format we read; give {_READABLE}", where=name)
    return "prose"


def is_xml(kind: Kind) -> bool:
    """Whether the reader of this kind wants XML."""
    return kind in set(_BY_ROOT.values())


def without_prolog(text: str) -> str:
    """XML text without its declaration, whose charset no longer holds once the text is decoded."""
    return re.sub(r"\A\s*<\?xml[^>]{0,400}\?>", "", text.lstrip("\ufeff"), count=1)
