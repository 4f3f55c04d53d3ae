"""From an event to the slots that want it: for each value of each filter a set of slots.

`Index.select` equals `Profile.takes` for every slot (tests compare them); its cost depends on the event's
values, not on how many different filters there are.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from dateline.core.languages import wishes
from dateline.core.sectors import ancestors
from dateline.edge.bitsets import Bits
from dateline.edge.choice import NARROWED, public_languages, stands_for
from dateline.edge.engine import Profile
from dateline.edge.words import Words

Facts = Mapping[str, Any]
_NOTICES: Final = frozenset({"killed", "withdrawn"})


def _tickers(facts: Facts) -> set[str]:
    own = {ticker.upper() for ticker in facts["tickers"]}
    return own | {ticker.rpartition(":")[2] for ticker in own}


def _sectors(facts: Facts) -> set[str]:
    return {broad for sector in facts["sectors"] for broad in ancestors(sector)}


# The values of a filter that an event fulfils (core.filters, turned round).
_FULFILS: Final[Mapping[str, Callable[[Facts], Iterable[str]]]] = {
    "language": lambda facts: wishes(facts["language"]),
    "sector": _sectors,
    "topic": lambda facts: (f"sector:{sector}" for sector in _sectors(facts)),
    "keyword": lambda facts: (),
    "ticker": _tickers,
    "issuer": lambda facts: (facts["issuer"]["slug"],),
    "country": lambda facts: facts["countries"],
    "isin": lambda facts: facts["isins"],
    "class": lambda facts: (facts["class"],),
    "origin": lambda facts: (facts["origin"],),
    "restrict": lambda facts: facts.get("restrict", ()),
}


@lru_cache(maxsize=64)
def _text(headline: str, summary: str) -> str:
    return f"{headline}\n{summary}".casefold()


class Dimension:
    """One filter name: who narrows by it, and who by which value."""

    __slots__ = ("_name", "_values", "_words", "narrowed")

    def __init__(self, name: str) -> None:
        self._name = name
        self.narrowed = Bits()
        self._values: dict[str, Bits] = {}
        self._words = Words()

    def add(self, slot: int, values: Iterable[str]) -> None:
        """The slot narrows to these values."""
        self.narrowed.add(slot)
        for value in values:
            if value not in self._values:
                self._values[value] = Bits()
                if (word := self._word(value)) is not None:
                    self._words.add(word)
            self._values[value].add(slot)

    def remove(self, slot: int, values: Iterable[str]) -> None:
        """The slot is free again: none of its bits stays."""
        self.narrowed.remove(slot)
        for value in values:
            bits = self._values[value]
            bits.remove(slot)
            if not bits.count:
                del self._values[value]
                if (word := self._word(value)) is not None:
                    self._words.remove(word)

    def hits(self, facts: Facts) -> int:
        """The slots one of whose values the event fulfils."""
        if self._name in {"keyword", "topic"} and facts.get("type") in _NOTICES:
            return self.narrowed.mask()  # whoever may have had the release hears of its end
        mask = 0
        for value in _FULFILS[self._name](facts):
            if bits := self._values.get(value):
                mask |= bits.mask()
        if self._name in {"keyword", "topic"}:
            prefix = "keyword:" if self._name == "topic" else ""
            for word in self._words.found_in(_text(facts["headline"], facts["summary"])):
                mask |= self._values[prefix + word].mask()
        return mask

    def _word(self, value: str) -> str | None:
        if self._name == "keyword":
            return value
        return value.removeprefix("keyword:") if value.startswith("keyword:") else None


class Order:
    """Who takes one line per release: the wishes of every rank."""

    __slots__ = ("_chosen", "_ranks", "ordered")

    def __init__(self) -> None:
        self.ordered = Bits()
        self._ranks: list[dict[str, Bits]] = []
        self._chosen: dict[tuple[str, ...], dict[str, int]] = {}

    def add(self, slot: int, languages: tuple[str, ...]) -> None:
        """The slot prefers its languages in this order."""
        self._chosen.clear()
        self.ordered.add(slot)
        while len(self._ranks) < len(languages):
            self._ranks.append({})
        for rank, wish in zip(self._ranks, languages, strict=False):
            rank.setdefault(wish, Bits()).add(slot)

    def remove(self, slot: int, languages: tuple[str, ...]) -> None:
        """The slot is free again."""
        self._chosen.clear()
        self.ordered.remove(slot)
        for rank, wish in zip(self._ranks, languages, strict=False):
            bits = rank[wish]
            bits.remove(slot)
            if not bits.count:  # anybody may name any tag: none may stay when nobody asks for it any more
                del rank[wish]

    def passes(self, facts: Facts) -> int:
        """The ordered slots for which this edition is the one line."""
        public = public_languages(facts)
        if public not in self._chosen:
            if len(self._chosen) > 64:
                self._chosen.clear()
            self._chosen[public] = self._choose(public)
        return self._chosen[public].get(facts["language"], 0)

    def _choose(self, public: tuple[str, ...]) -> dict[str, int]:
        """Language -> the ordered slots whose first wish that can be fulfilled it fulfils."""
        chosen: dict[str, int] = {}
        wanted = {wish: stands_for(wish, public) for tag in public for wish in wishes(tag)}
        settled = 0
        for rank in self._ranks:
            found = 0
            for wish, language in wanted.items():
                bits = rank.get(wish)
                if bits and language and bits.count:
                    mask = bits.mask()
                    fresh = mask ^ (mask & settled)
                    chosen[language] = chosen.get(language, 0) | fresh
                    found |= mask
            settled |= found
        return chosen


class Index:
    """The filters of all slots."""

    def __init__(self) -> None:
        self.occupied = Bits()
        self.staged = Bits()
        self._dimensions: dict[tuple[str, int], Dimension] = {}
        self._order = Order()

    def add(self, slot: int, profile: Profile) -> None:
        """The slot has this profile from now on."""
        self.occupied.add(slot)
        if profile.staged:
            self.staged.add(slot)
        for key, values in _narrowing(profile):
            if key not in self._dimensions:
                self._dimensions[key] = Dimension(key[0])
            self._dimensions[key].add(slot, values)
        if profile.languages:
            self._order.add(slot, profile.languages)

    def remove(self, slot: int, profile: Profile) -> None:
        """The slot is free: every bit of it is cleared."""
        self.occupied.remove(slot)
        self.staged.remove(slot)
        for key, values in _narrowing(profile):
            self._dimensions[key].remove(slot, values)
        if profile.languages:
            self._order.remove(slot, profile.languages)

    def select(self, facts: Facts) -> int:
        """The slots whose profile takes the event."""
        not_wanted = 0
        for (name, _), dimension in self._dimensions.items():
            narrowed = dimension.narrowed
            if narrowed.count:
                hits = dimension.hits(facts)
                not_wanted |= hits if name == "restrict" else narrowed.mask() ^ hits
        if self._order.ordered.count and facts.get("type") in NARROWED:
            not_wanted |= self._order.ordered.mask() ^ self._order.passes(facts)
        mask = self.occupied.mask()
        return mask ^ (mask & not_wanted)


def _narrowing(profile: Profile) -> Iterable[tuple[tuple[str, int], frozenset[str]]]:
    """((name, which of several with that name), values); the order is that of a stable sort."""
    seen: dict[str, int] = {}
    for name, values in sorted(profile.wanted.wanted, key=lambda pair: (pair[0], sorted(pair[1]))):
        layer = seen.get(name, 0)
        seen[name] = layer + 1
        yield (name, layer), values
    if profile.works_in:
        yield ("restrict", 0), frozenset({profile.works_in})
