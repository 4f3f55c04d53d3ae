"""What an injector is: one kind of error, put into a clean edition at a place drawn by a seeded generator."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from dateline.core.words import Block, Edition, Run

Spoil = Callable[[Edition, Edition, Random], Edition | None]
"""(clean edition, its source, generator) -> spoiled edition, None where this error finds no place."""
TextSpoil = Callable[[str, str, Random], str | None]
"""(text, its language, generator) -> spoiled text, None where this error finds no place."""


@dataclass(frozen=True, slots=True)
class Operator:
    """`codes` are the findings that count as caught, `group` names the promise it is measured for."""

    name: str
    group: str
    codes: tuple[str, ...]
    spoil: Spoil


def with_block(edition: Edition, place: int, text: str) -> Edition:
    """The edition with other words in block `place`; -1 is the headline."""
    if place < 0:
        return replace(edition, headline=text)
    blocks = list(edition.blocks)
    blocks[place] = replace(blocks[place], runs=(Run(text),))
    return replace(edition, blocks=tuple(blocks))


def writable(edition: Edition) -> list[int]:
    """Places of paragraphs and quotations, whose text may be rewritten."""
    return [n for n, block in enumerate(edition.blocks) if block.kind in {"paragraph", "quote"}]


def text_at(edition: Edition, place: int) -> str:
    """The words of block `place`; -1 is the headline."""
    return edition.headline if place < 0 else edition.blocks[place].text


def in_text(spoil: TextSpoil, *, headline: bool = False, only_headline: bool = False) -> Spoil:
    """`spoil` applied to the first block of a shuffled order that takes it."""

    def apply(edition: Edition, source: Edition, random: Random) -> Edition | None:
        places = [-1] if only_headline else writable(edition) + ([-1] if headline else [])
        random.shuffle(places)
        for place in places:
            text = text_at(edition, place)
            changed = spoil(text, edition.language, random)
            if changed is not None and changed != text:
                return with_block(edition, place, changed)
        return None

    return apply


def paragraph(text: str) -> Block:
    """A paragraph of plain words."""
    return Block("paragraph", runs=(Run(text),))
