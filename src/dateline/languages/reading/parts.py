"""An edition taken apart once, for all checks: every text with where it stands and what it says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from threading import local
from typing import Final, Literal

from dateline.core.words import Block, Edition
from dateline.languages.reading import addresses, calendar, clock
from dateline.languages.reading.characters import base_of, plain, scripts
from dateline.languages.reading.money import currency_at
from dateline.languages.reading.numbers import Number, numbers_of
from dateline.languages.reading.quantities import Share, share_at, unit_at
from dateline.languages.reading.scales import letters_of_money
from dateline.languages.reading.small_numbers import spelled

Role = Literal[
    "headline",
    "subhead",
    "byline",
    "disclaimer",
    "body",
    "quote",
    "list",
    "cell",
    "caption",
    "boilerplate",
    "contact",
]
STORY: Final = frozenset({"headline", "subhead", "body", "quote", "list", "cell", "boilerplate"})
"""Roles that a translation repeats block by block."""
_ROLES: Final[dict[str, Role]] = {"quote": "quote", "list": "list", "table": "cell"}
_KEPT: Final = 6
_RANGE: Final = 12
"""Characters between the numbers of a range at most."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with what it counts. `currencies` are the ISO codes it may mean."""

    number: Number
    currencies: frozenset[str]
    share: Share
    unit: str


class Part:
    """One text of an edition: `where` it stands, its `role`, the `raw` text, and what it says (read once)."""

    def __init__(self, where: str, role: Role, raw: str, language: str) -> None:
        self.where, self.role, self.raw, self.language = where, role, raw, language

    @cached_property
    def text(self) -> str:
        """Plain digits, widths and spaces."""
        return plain(self.raw)

    @cached_property
    def digits(self) -> bool:
        return any(c.isdecimal() for c in self.text)

    @cached_property
    def amounts(self) -> tuple[Amount, ...]:
        return tuple(self._amounts()) if self.digits else ()

    def _amounts(self) -> Iterator[Amount]:
        for number in numbers_of(self.text, self.language):
            currencies, letters = currency_at(self.text, number.start, number.end)
            scaled = self._by_letters(number, letters) if letters and not number.scaled else number
            share: Share = "" if currencies else share_at(self.text, number.start, number.end)
            counts = not (currencies or share)
            unit = unit_at(self.text, number.end) or unit_at(self.text, number.digits_end) if counts else ""
            yield Amount(scaled, currencies, share, unit)

    def _by_letters(self, number: Number, letters: str) -> Number:
        """`$3.2bn`: letters are a scale beside a currency alone."""
        factor = 10 ** (letters_of_money(base_of(self.language), letters) or 0)
        value, other = (number.value * factor).normalize() + 0, (number.other * factor).normalize() + 0
        return replace(number, value=value, other=other, scaled=True)

    @cached_property
    def by_value(self) -> dict[Decimal, list[Amount]]:
        """Amounts by their value, in the order of the text."""
        found: dict[Decimal, list[Amount]] = {}
        for amount in self.amounts:
            found.setdefault(amount.number.value, []).append(amount)
        return found

    @cached_property
    def values(self) -> frozenset[Decimal]:
        """Values of all numbers."""
        return frozenset(self.by_value)

    @cached_property
    def other_values(self) -> frozenset[Decimal]:
        """Values of all numbers under the other convention of separators."""
        return frozenset(amount.number.other for amount in self.amounts)

    @cached_property
    def spelled(self) -> frozenset[int]:
        """Values above twelve that are spelled out."""
        return frozenset(spelled(self.text, self.language))

    @cached_property
    def shared(self) -> dict[Decimal, set[Decimal]]:
        """Numbers without a scale word before one that has it, in a range: value -> what both may share.

        `58 to 60 million` may mean 58 million.
        """
        found: dict[Decimal, set[Decimal]] = {}
        for one, two in pairwise(self.amounts):
            if one.number.scaled or not two.number.scaled or two.number.start - one.number.end > _RANGE:
                continue
            bare = two.number.value / 10 ** (len(f"{two.number.value:f}".split(".", maxsplit=1)[0]) - 1)
            for power in (2, 3, 4, 6, 8, 9, 12):
                if bare <= two.number.value / 10**power < 10**5:
                    found.setdefault(one.number.value, set()).add(
                        (one.number.value * 10**power).normalize() + 0
                    )
        return found

    @cached_property
    def days(self) -> tuple[calendar.Day, ...]:
        return tuple(calendar.days_of(self.text, self.language)) if self.digits else ()

    @cached_property
    def months(self) -> frozenset[int]:
        return frozenset(calendar.months_of(self.text, self.language))

    @cached_property
    def weekdays(self) -> tuple[tuple[int, int, int], ...]:
        return tuple(calendar.weekdays_of(self.text, self.language))

    @cached_property
    def times(self) -> tuple[clock.Clock, ...]:
        return tuple(clock.times_of(self.text)) if self.digits else ()

    @cached_property
    def zones(self) -> frozenset[str]:
        return frozenset(clock.zones_of(self.text))

    @cached_property
    def scripts(self) -> dict[str, int]:
        """Letters by script, addresses and codes aside."""
        return scripts(self.prose)

    @cached_property
    def prose(self) -> str:
        """The text without addresses."""
        return addresses.without_addresses(self.text)


@dataclass(frozen=True, slots=True)
class Pair:
    """A part and what it translates; `source` is None where the text stands alone."""

    part: Part
    source: Part | None


class Reading:
    """An edition with its parts in reading order."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.parts = tuple(_parts(edition))
        self.by_where = {part.where: part for part in self.parts}

    @cached_property
    def story(self) -> tuple[Part, ...]:
        """Headline, subhead, blocks and boilerplate."""
        return tuple(part for part in self.parts if part.role in STORY)

    @cached_property
    def body(self) -> str:
        """All words of the story."""
        return "\n".join(part.text for part in self.story)


class _Recent(local):
    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.pairs: list[tuple[Edition, Edition | None, tuple[Pair, ...]]] = []


_RECENT = _Recent()


def reading(edition: Edition) -> Reading:
    """The edition's reading; the last few of each thread are kept, so that all checks share one."""
    for made in _RECENT.readings:
        if made.edition is edition:
            return made
    made = Reading(edition)
    _RECENT.readings = [made, *_RECENT.readings[: _KEPT - 1]]
    return made


def forget() -> None:
    """Drops what this thread keeps of texts that may not be public yet."""
    _RECENT.readings, _RECENT.pairs = [], []


def pairs(edition: Edition, source: Edition | None) -> tuple[Pair, ...]:
    """Every part of the story beside what it translates.

    Block by block where both have the same kinds of blocks; else the two bodies as one part each, `blocks`.
    """
    for known, origin, made in _RECENT.pairs:
        if known is edition and origin is source:
            return made
    made = tuple(_paired(reading(edition), reading(source) if source is not None else None))
    _RECENT.pairs = [(edition, source, made), *_RECENT.pairs[: _KEPT - 1]]
    return made


def same_shape(blocks: Sequence[Block], others: Sequence[Block]) -> bool:
    """Whether blocks correspond one to one by kind."""
    return [block.kind for block in blocks] == [block.kind for block in others]


def _paired(ours: Reading, theirs: Reading | None) -> Iterator[Pair]:
    if theirs is None:
        yield from (Pair(part, None) for part in ours.story)
        return
    for name in ("headline", "subhead"):
        if part := ours.by_where.get(name):
            yield Pair(part, theirs.by_where.get(name))
    for name in ("blocks", "boilerplate"):
        if same_shape(getattr(ours.edition, name), getattr(theirs.edition, name)):
            named = [part for part in ours.story if part.where.startswith(name)]
            yield from (Pair(part, theirs.by_where.get(part.where)) for part in named)
        else:
            yield Pair(_whole(ours, name), _whole(theirs, name))


def _whole(made: Reading, name: str) -> Part:
    texts = [part.raw for part in made.story if part.where.startswith(name)]
    return Part(name, "body", "\n".join(texts), made.edition.language)


def _parts(edition: Edition) -> Iterator[Part]:
    tag = edition.language
    lines: tuple[Role, ...] = ("headline", "subhead", "byline", "disclaimer")
    for line in lines:
        if text := getattr(edition, line):
            yield Part(line, line, text, tag)
    for name in ("blocks", "boilerplate"):
        for number, block in enumerate(getattr(edition, name)):
            yield Part(f"{name}[{number}]", _role(name, block), block.text, tag)
            if block.attribution:
                yield Part(f"{name}[{number}].attribution", "byline", block.attribution, tag)
    for number, contact in enumerate(edition.contacts):
        yield Part(f"contacts[{number}]", "contact", " ".join((contact.name, contact.role)), tag)
    for item in edition.media:
        yield Part(f"media {item.name}", "caption", " ".join((item.alt, item.caption, item.credit)), tag)


def _role(name: str, block: Block) -> Role:
    return "boilerplate" if name == "boilerplate" else _ROLES.get(block.kind, "body")


def hrefs(edition: Edition) -> list[str]:
    """Addresses that the story's runs link to."""
    blocks = (*edition.blocks, *edition.boilerplate)
    cells = (
        runs
        for block in blocks
        for runs in (block.runs, *block.items, *(cell for row in block.rows for cell in row))
    )
    return [run.href for runs in cells for run in runs if run.href]


__all__ = ["Amount", "Pair", "Part", "Reading", "forget", "hrefs", "pairs", "reading", "same_shape"]
