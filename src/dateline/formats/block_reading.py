"""Reads HTML of unknown manners into blocks: cleaned by an allow-list first, then walked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape

import nh3
from lxml import etree, html

from dateline.core.errors import BadInput
from dateline.core.words import Block, Run, Runs, plain
from dateline.formats.addresses import clean_href
from dateline.formats.html_depth import refuse_depth
from dateline.formats.runs import normal, squeezed

_BLOCK_TAGS_TEXT = """
p h1 h2 h3 h4 h5 h6 ul ol li blockquote table thead tbody tfoot tr th td caption figure figcaption
pre hr dl dt dd div section article main header footer aside address
"""
BLOCK_TAGS = frozenset(_BLOCK_TAGS_TEXT.split())
_INLINE_TAGS_TEXT = """
a b strong i em br img cite code sub sup span q time bdi
"""
_INLINE_TAGS = frozenset(_INLINE_TAGS_TEXT.split())
_DROPPED_WITH_CONTENT = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "head",
    "title",
    "nav",
    "form",
    "select",
    "textarea",
}
_ATTRIBUTES = {
    "*": {"class"},
    "a": {"href"},
    "img": {"src", "alt", "title", "width", "height"},
    "article": {"lang", "dir"},
}
_MEDIA_NAME = re.compile(r"^[^\s:?#\\]+(?: [^\s:?#\\]+)*$")
_LONGEST_TITLE = 2_000
_SUSPECT = re.compile(
    r"<\s*(script|style|iframe|object|embed|svg|math|form|template)\b|\son\w+\s*=|javascript:", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ReadBlocks:
    """What a page held, in order. `title` is its <title>; `notes` say what was left out, in words for a
    finding.
    """

    blocks: tuple[Block, ...]
    title: str = ""
    language: str = ""
    notes: tuple[str, ...] = ()
    images: tuple[tuple[str, str, str], ...] = ()
    """(name, alt, caption) of every image block."""


def read_html(text: str) -> ReadBlocks:
    """Blocks of a page or fragment. Raises BadInput when it nests too deep."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    refuse_depth(text)
    notes = _notes(text)
    read = read_tree(parse_cleaned(cleaned_html(text)))
    return replace(read, title=_title(text), language=_language(text), notes=(*notes, *read.notes))


def read_tree(root: html.HtmlElement) -> ReadBlocks:
    """Blocks below `root`, a tree whose tags and addresses are already clean."""
    walk = _Walk()
    walk.container(root)
    return ReadBlocks(tuple(walk.blocks), notes=tuple(walk.notes), images=tuple(walk.images))


def cleaned_html(text: str, *, data_attributes: bool = False) -> str:
    """`text` with only allowed tags, attributes and addresses; cleaning it again changes nothing."""
    cleaned = nh3.clean(
        text,
        tags=set(BLOCK_TAGS | _INLINE_TAGS),
        generic_attribute_prefixes={"data-"} if data_attributes else None,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        url_relative="pass_through",
        link_rel=None,
    )
    return cleaned.replace("\r\n", "\n").replace("\r", "\n")


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return clean_href(value) or None
    if attribute == "src":
        if value.startswith(("http:", "https:")):
            return clean_href(value) or None
        return value if _MEDIA_NAME.match(value) and ".." not in value and not value.startswith("/") else None
    return value


def _notes(text: str) -> tuple[str, ...]:
    found = sorted({match[0].strip().lower().lstrip("<").rstrip("= ") for match in _SUSPECT.finditer(text)})
    return tuple(f"'{name}' was removed" for name in found)


def parse_cleaned(cleaned: str) -> html.HtmlElement:
    """The tree of what `cleaned_html` wrote. Raises BadInput where libxml2 would drop what lies deep."""
    refuse_depth(cleaned, exact=True)
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    document = f"<html><body><div>{cleaned}</div></body></html>"
    try:
        return html.document_fromstring(document.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise BadInput(f"the HTML cannot be read: {error}") from None


def _title(text: str) -> str:
    # The first one only, and possessive: a page of nothing but "<title" must not be read again from each.
    match = re.search(r"<title(?:[ \t\n\f\r/][^>]*+)?+(?:>|\Z)", text, re.IGNORECASE)
    words = text[match.end() : match.end() + _LONGEST_TITLE] if match else ""
    found = re.match(r"([^<]+)</title", words, re.IGNORECASE)
    return squeezed(unescape(found[1])).strip() if found else ""


def _language(text: str) -> str:
    match = re.search(
        r"<(?:html|article|body)\b[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z0-9_-]{2,35})", text, re.IGNORECASE
    )
    return match[1] if match else ""


@dataclass
class _Look:
    href: str = ""
    strong: bool = False
    em: bool = False


@dataclass
class _Walk:
    """One pass over a cleaned tree; collects blocks in reading order."""

    blocks: list[Block] = field(default_factory=list)
    images: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def container(self, element: html.HtmlElement) -> None:
        """Children that are blocks become blocks; text between them becomes paragraphs."""
        inline: list[Run] = []
        self._text(element.text, inline, _Look())
        for child in element:
            if _holds_blocks(child):
                self._paragraph(inline)
                self.block(child)
            elif child.tag == "img":
                self._paragraph(inline)
                self._image(child, "")
            else:
                inline.extend(self._inline(child, _Look()))
            self._text(child.tail, inline, _Look())
        self._paragraph(inline)

    def block(self, element: html.HtmlElement) -> None:
        tag = str(element.tag)
        if re.fullmatch(r"h[1-6]", tag):
            runs = self._runs(element)
            if runs:
                self.blocks.append(Block("heading", runs=runs, level=min(max(int(tag[1]), 2), 4)))
        elif tag in {"ul", "ol", "dl"}:
            self._list(element, ordered=tag == "ol")
        elif tag == "blockquote":
            self._quote(element)
        elif tag == "table":
            self._table(element)
        elif tag == "figure":
            self._figure(element)
        elif "embed" in _classes(element) and (link := element.find(".//a")) is not None and link.get("href"):
            self.blocks.append(self._reference(element, link))
        elif tag != "hr":
            self.container(element)

    def _paragraph(self, inline: list[Run]) -> None:
        runs = normal(inline)
        inline.clear()
        if not runs:
            return
        if len(runs) == 1 and runs[0].href and runs[0].text == runs[0].href:
            self.blocks.append(Block("embed", href=runs[0].href))
        else:
            self.blocks.append(Block("paragraph", runs=runs))

    def _runs(self, element: html.HtmlElement, skip: tuple[str, ...] = ()) -> Runs:
        """All text below `element`; inner paragraphs are parted by line breaks."""
        return normal(self._inside(element, _Look(), skip))

    def _inside(self, element: html.HtmlElement, look: _Look, skip: tuple[str, ...] = ()) -> Iterator[Run]:
        yield from _text_run(element.text, look)
        for child in element:
            if child.tag not in skip:
                parted = child.tag in BLOCK_TAGS
                if parted:
                    yield Run("\n")
                yield from self._inline(child, look, skip)
                if parted:
                    yield Run("\n")
            yield from _text_run(child.tail, look)

    def _inline(self, element: html.HtmlElement, look: _Look, skip: tuple[str, ...] = ()) -> Iterator[Run]:
        tag = element.tag
        if tag == "br":
            yield Run("\n", look.href, look.strong, look.em)
            return
        if tag == "img":
            self._image(element, "")
            return
        href = (element.get("href") or look.href) if tag == "a" else look.href
        inner = _Look(str(href), look.strong or tag in {"b", "strong"}, look.em or tag in {"i", "em"})
        yield from self._inside(element, inner, skip)

    @staticmethod
    def _text(text: str | None, into: list[Run], look: _Look) -> None:
        into.extend(_text_run(text, look))

    def _list(self, element: html.HtmlElement, ordered: bool) -> None:
        items: list[Runs] = []
        for item in element:
            if item.tag not in {"li", "dt", "dd"}:
                continue
            runs = self._runs(item, skip=("ul", "ol"))
            if runs:
                items.append(runs)
            for nested in item.iterdescendants("li"):
                inner = self._runs(nested, skip=("ul", "ol"))
                if inner:
                    items.append(inner)
        if items:
            self.blocks.append(Block("list", items=tuple(items), ordered=ordered))

    def _quote(self, element: html.HtmlElement) -> None:
        attribution = ""
        for mark in element.xpath(".//footer|.//cite"):
            attribution = attribution or squeezed(mark.text_content()).strip().lstrip("—–- ").strip()
        inner = _Walk(images=self.images, notes=self.notes)
        for mark in element.xpath(".//footer|.//cite"):
            mark.drop_tree()
        inner.container(element)
        quoted = [b for b in inner.blocks if b.text]
        if (
            len(quoted) > 1
            and not attribution
            and re.match(r"[—–] ?\S", quoted[-1].text)
            and len(quoted[-1].text) <= 200
        ):
            attribution = quoted.pop().text.lstrip("—–- ").strip()
        for number, block in enumerate(quoted):
            last = number == len(quoted) - 1
            if block.kind in {"paragraph", "quote", "heading"}:
                self.blocks.append(Block("quote", runs=block.runs, attribution=attribution if last else ""))
            else:
                self.blocks.append(block)

    def _reference(self, element: html.HtmlElement, link: html.HtmlElement) -> Block:
        """A link to what lies elsewhere; its title where our own facts stand beside it."""
        href, runs = str(link.get("href")), self._runs(link)
        kind, size = str(element.get("data-type") or ""), str(element.get("data-size") or "")
        own = bool(kind or size) and plain(runs) != href
        number = int(size) if size.isdecimal() and len(size) < 16 else 0
        titled = tuple(replace(run, href="") for run in runs) if own else ()
        return Block("embed", href=href, runs=titled, media_type=kind, size_bytes=number)

    def _table(self, element: html.HtmlElement) -> None:
        rows: list[tuple[Runs, ...]] = []
        header = False
        for row in element.iterdescendants("tr"):
            cells = [cell for cell in row if cell.tag in {"td", "th"}]
            if not cells:
                continue
            if not rows:
                header = all(cell.tag == "th" for cell in cells)
            rows.append(tuple(self._runs(cell) for cell in cells))
        if any(any(row) for row in rows):
            self.blocks.append(Block("table", rows=tuple(rows), header=header))

    def _figure(self, element: html.HtmlElement) -> None:
        caption = element.find(".//figcaption")
        words = squeezed(caption.text_content()).strip() if caption is not None else ""
        image = element.find(".//img")
        if name := element.get("data-media"):
            self.blocks.append(Block("image", media=str(name)))
            return
        if image is not None:
            self._image(image, words)
            return
        if caption is not None:
            caption.drop_tree()
        before = len(self.blocks)
        self.container(element)
        if words and len(self.blocks) > before and self.blocks[-1].kind == "quote":
            last = self.blocks.pop()
            self.blocks.append(Block("quote", runs=last.runs, attribution=words.lstrip("—–- ").strip()))
        elif words:
            self.blocks.append(Block("paragraph", runs=(Run(words),)))

    def _image(self, element: html.HtmlElement, caption: str) -> None:
        source = str(element.get("src") or "")
        if not source or source.startswith(("http:", "https:")):
            self.notes.append(
                "an image that is not part of the release was left out; name its file under `media:`"
            )
            return
        alt = squeezed(str(element.get("alt") or "")).strip()
        self.images.append((source, alt, caption or squeezed(str(element.get("title") or "")).strip()))
        self.blocks.append(Block("image", media=source))


def _text_run(text: str | None, look: _Look) -> Iterator[Run]:
    if text:
        yield Run(squeezed(text), look.href, look.strong, look.em)


def _classes(element: html.HtmlElement) -> set[str]:
    return set(str(element.get("class") or "").split())


def _holds_blocks(element: html.HtmlElement) -> bool:
    if element.tag in BLOCK_TAGS:
        return True
    return any(
        child.tag in BLOCK_TAGS or (child.tag == "img" and element.tag != "a")
        for child in element.iterdescendants()
    )
