"""Writing XML: elements without fuss, the article as XHTML, and gaps that only T0 fills.

Before T0 a rendering holds tokens where the instant, the date in its name and the links to other languages
will stand. A token contains the edition's own hash, so that no text can imitate it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from dateline.core.clock import Instant, iso_z
from dateline.core.errors import BadInput
from dateline.core.words import Edition, edition_sha256
from dateline.formats.facts import PageFacts, newsml_urn
from dateline.formats.html import article_html

Element = Any
XHTML: Final = "http://www.w3.org/1999/xhtml"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD: Final = re.compile(rb"<\?dateline-gaps (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\?>\n")
_LINKS: Final = "<?dateline-links ?>"
_BODY: Final = "<?dateline-body ?>"
_RELEASED: Final = b"<!--released-->"


@dataclass(frozen=True, slots=True)
class Link:
    """One public language of the same release: its tag, fixed name (RFC 3085) and page."""

    language: str
    urn: str
    url: str
    original: bool
    """Whether it is the text that the edition was made from."""


class Gaps:
    """The tokens of one edition: `at` RFC 3339, `basic` 20261124T000000Z, `day` and `year` of the first
    publication, `first` its instant.
    """

    def __init__(self, edition: Edition, page: PageFacts) -> None:
        self._edition = edition
        self._page = page
        self.sha256 = edition_sha256(edition)
        first = page.first_at
        self.at = self._token("at")
        self.basic = self._token("basic")
        self.day = f"{first:%Y%m%d}" if first else self._token("day")
        self.year = f"{first:%Y}" if first else self._token("year")
        self.first = iso_z(first) if first else self._token("first")
        self.first_basic = f"{first:%Y%m%dT%H%M%SZ}" if first else self._token("firstbasic")

    def _token(self, name: str) -> str:
        return f"GAP{self.sha256}{name}"

    def urn(self, host: str) -> str:
        """The name fixed for life, with its date open where nobody knows it yet."""
        return f"urn:newsml:{host}:{self.day}:{self._edition.release}-{self._edition.language}"

    def head(self) -> bytes:
        """What `filled` needs to know, as an instruction that it takes away."""
        edition, first = self._edition, self._page.first_at
        day = f"{first:%Y%m%d}" if first else "-"
        parts = (
            self.sha256, edition.release, edition.slug, edition.language, edition.original_language, day,
        )  # fmt: skip
        return f"<?dateline-gaps {' '.join(parts)}?>\n".encode()


def element(parent: Element, tag: str, text: str = "", /, **attributes: str) -> Element:
    """A child of `parent`. Attributes with an empty value are left out; `__` in a name stands for a dot."""
    kept = {name.replace("__", "."): value for name, value in attributes.items() if value}
    try:
        made = etree.SubElement(parent, tag, kept)
        if text:
            made.text = text
    except ValueError:
        refuse_forbidden("".join((text, *kept.values())))
        raise
    return made


def links_here(parent: Element) -> None:
    """Marks where the links to other languages will stand."""
    parent.append(etree.ProcessingInstruction("dateline-links"))


def body_here(parent: Element) -> None:
    """Marks where the body, already XML text, will stand."""
    parent.append(etree.ProcessingInstruction("dateline-body"))


def refuse_forbidden(text: str) -> None:
    """Raises BadInput naming the first character that no XML file may hold."""
    if found := _FORBIDDEN.search(text):
        raise BadInput(f"U+{ord(found[0]):04X} cannot stand in XML; remove it from the text", where="XML")


def written(root: Element, gaps: Gaps, body: str = "") -> bytes:
    """The document with its gaps open. `body` is XML text put at `body_here`."""
    refuse_forbidden(body)
    text = etree.tostring(root, encoding="unicode").replace(_BODY, body, 1)
    return _DECLARATION + gaps.head() + text.encode() + b"\n"


def filled(
    data: bytes,
    *,
    at: Instant,
    languages: tuple[str, ...],
    base_url: str,
    link: Callable[[Link], str],
) -> bytes:
    """`data` with its gaps filled; what has none stays as it is. `link` writes one language's element."""
    head = _HEAD.search(data, 0, 2_000)
    if head is None:
        return data
    hash_, release, slug, own, original, day = (part.decode() for part in head.groups())
    for name, value in _values(at).items():
        data = data.replace(f"GAP{hash_}{name}".encode(), value.encode())
    others = (
        Link(
            tag,
            _urn(base_url, at, day, release, tag),
            f"{base_url}/{tag}/{slug}-{release}/",
            original=tag == original,
        )
        for tag in dict.fromkeys((*languages, original))
        if tag != own
    )
    data = data.replace(_LINKS.encode(), "".join(link(other) for other in others).encode(), 1)
    released = f'<p class="released"><time datetime="{iso_z(at)}">{at:%Y-%m-%d %H:%M} UTC</time></p>'
    return data.replace(_RELEASED, released.encode(), 1).replace(head[0], b"", 1)


def _values(at: Instant) -> Mapping[str, str]:
    basic = f"{at:%Y%m%dT%H%M%SZ}"
    return {
        "at": iso_z(at),
        "basic": basic,
        "day": f"{at:%Y%m%d}",
        "year": f"{at:%Y}",
        "firstbasic": basic,  # before `first`, which is the beginning of its name
        "first": iso_z(at),
    }


def _urn(base_url: str, at: Instant, day: str, release: str, language: str) -> str:
    urn = newsml_urn(base_url, at, release, language)
    return urn if day == "-" else urn.replace(f":{at:%Y%m%d}:", f":{day}:", 1)


def article_xhtml(edition: Edition, page: PageFacts, sha256: str) -> str:
    """The article of this wire as the XHTML document that G2 and NewsML 1.2 carry."""
    article = article_html(edition, PageFacts(page.base_url, page.wire), sha256)
    closed = re.sub(r"<img ([^>]*)>", r"<img \1/>", article.replace("<br>", "<br/>"))
    return f'<html xmlns="{XHTML}"><head><title/></head><body>\n{closed}</body></html>'


@dataclass(frozen=True)
class GappedXml:
    """Of a codec whose documents wait for T0 with gaps: rendering, and filling them."""

    document: Callable[[Edition, PageFacts], bytes]
    """Writes it, with gaps where `page.at` is None."""
    link: Callable[[Link], str]
    """Writes the element that points to one other language."""

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        """See formats.registry.Codec."""
        data = self.document(edition, page)
        if page.at is None:
            return data
        return self.opened(data, at=page.at, languages=page.languages, base_url=page.base_url)

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        """See formats.registry.Codec."""
        return filled(data, at=at, languages=languages, base_url=base_url, link=self.link)
