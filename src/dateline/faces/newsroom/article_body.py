"""The text of an edition as HTML for its page: the blocks of `formats`, with tables that scroll by
themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dateline.core.words import Block, Edition, Media
from dateline.faces.newsroom.pictures import picture_html
from dateline.formats.block_writing import block_html
from dateline.formats.facts import media_table
from dateline.formats.html import dateline_html


@dataclass(frozen=True, slots=True)
class BodyParts:
    """HTML of the text and of what the issuer says about itself; safe to put into the page."""

    body: str
    boilerplate: str


def body_parts(edition: Edition, site_url: str) -> BodyParts:
    """Both parts. The dateline opens the first paragraph, as the trade writes it."""
    media = media_table(edition, site_url)
    lead = dateline_html(edition)
    blocks = list(edition.blocks)
    opening = ""
    if lead and not (blocks and blocks[0].kind == "paragraph"):
        opening, lead = f"<p>{lead.rstrip()}</p>\n", ""
    language = edition.language
    return BodyParts(
        opening + _blocks(blocks, media, language, lead), _blocks(edition.boilerplate, media, language)
    )


def pictures_html(edition: Edition, site_url: str) -> str:
    """Pictures that no block of the text places."""
    placed = {block.media for block in (*edition.blocks, *edition.boilerplate) if block.kind == "image"}
    media = media_table(edition, site_url)
    return _blocks(
        [Block("image", media=name) for name in media if name not in placed], media, edition.language
    )


def _blocks(
    blocks: Sequence[Block], media: Mapping[str, tuple[Media, str]], language: str, lead: str = ""
) -> str:
    return "\n".join(
        _block(block, media, language, "" if number else lead) for number, block in enumerate(blocks)
    )


def _block(block: Block, media: Mapping[str, tuple[Media, str]], language: str, lead: str) -> str:
    if block.kind == "image" and (found := media.get(block.media)) is not None:
        return picture_html(*found, language)
    html = block_html(block, media, lead)
    if block.kind == "table":
        # Wide tables scroll inside their own frame, which the keyboard must reach.
        return f'<div class="wide" role="group" aria-labelledby="headline" tabindex="0">{html}</div>'
    return html
