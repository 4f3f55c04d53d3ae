"""An edition as the parts that a page shows, each with the id that findings jump to."""

from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from dateline.core.words import Block, Edition, Media
from dateline.formats.block_writing import block_html
from dateline.formats.html import dateline_html, labels_html


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `id` within the page, what it was recognised as, its HTML (escaped by the formats)."""

    id: str
    kind: str
    html: SafeString


def is_picture(name: str) -> bool:
    """Whether a file is a picture by its name; its bytes are looked at later."""
    return name.lower().endswith((".jpg", ".jpeg", ".png", ".webp", ".gif"))


def parts(edition: Edition, media_base: str) -> list[Part]:
    """Head, blocks, boilerplate, contacts and disclaimer, in reading order. `media_base` is where the page
    finds pictures by their hash.
    """
    media = {item.name: (item, f"{media_base}/{item.sha256}/") for item in edition.media}
    found = [
        _part("labels", "labels", labels_html(edition)),
        _part("sections", "section line", _line("p", ", ".join(edition.sections))),
        _part("headline", "headline", _line("p", edition.headline, "headline")),
        _part("subhead", "subhead", _line("p", edition.subhead, "subhead")),
        _part("byline", "byline", _line("p", edition.byline, "byline")),
        _part("dateline", "dateline", _dateline(edition)),
        *_blocks("blocks", edition.blocks, media),
        *_blocks("boilerplate", edition.boilerplate, media),
        *(_part(f"contacts-{n}", "contact", _line("p", text)) for n, text in enumerate(_contacts(edition))),
        _part("media", "pictures", _pictures(edition, media)),
        _part("disclaimer", "disclaimer", _line("p", edition.disclaimer)),
    ]
    return [part for part in found if part.html]


def _part(name: str, kind: str, html: str) -> Part:
    return Part(name, kind, mark_safe(html))  # noqa: S308 - every piece was escaped where it was made


def _line(tag: str, text: str, look: str = "") -> str:
    return f'<{tag} class="{look or "plain"}">{escape(text)}</{tag}>' if text else ""


def _dateline(edition: Edition) -> str:
    html = dateline_html(edition)
    return f"<p>{html}</p>" if html else ""


def _blocks(name: str, blocks: tuple[Block, ...], media: dict[str, tuple[Media, str]]) -> list[Part]:
    prefix = "boilerplate: " if name == "boilerplate" else ""
    return [
        _part(f"{name}-{n}", prefix + block.kind, block_html(block, media)) for n, block in enumerate(blocks)
    ]


def _contacts(edition: Edition) -> list[str]:
    return [", ".join(p for p in (c.name, c.role, c.email, c.phone) if p) for c in edition.contacts]


def _pictures(edition: Edition, media: dict[str, tuple[Media, str]]) -> str:
    placed = {block.media for block in (*edition.blocks, *edition.boilerplate)}
    loose = [name for name in media if name not in placed]
    return "".join(block_html(Block("image", media=name), media) for name in loose)
