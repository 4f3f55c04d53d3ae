"""Whom a circuit could reach, decided without a release; used for counts alone."""

from collections.abc import Iterable
from functools import lru_cache

from dateline.audience.keywords import fold, says
from dateline.audience.rules import in_sectors, parts, speaks, wants_issuer
from dateline.core.countries import Country
from dateline.core.words import Circuit


class ReachRule:
    """Counts without a release: whom a circuit, narrowed once more by options, could reach.

    Keywords are looked for among the recipient's own, as if a text said exactly them; who takes everything is
    counted for every keyword. `about` and `issuer`, where a release is known, are held against what
    journalists chose; empty, nobody is left out by them.
    """

    def __init__(self, *narrowings: Circuit, about: Iterable[Country] = (), issuer: str = "") -> None:
        self._about, self._issuer = frozenset(about), issuer
        self.countries = _both(n.countries for n in narrowings)
        self.kinds = _both(n.kinds for n in narrowings)
        self._speaks = lru_cache(None)(
            lambda own: all(not n.languages or speaks(parts(own), n.languages) for n in narrowings)
        )
        self._topics = tuple((n.sectors, tuple(map(fold, n.keywords))) for n in narrowings)
        self._topical = lru_cache(None)(
            lambda role, sectors, keywords: all(
                self._on_topic(role, sectors, keywords, *topic) for topic in self._topics if any(topic)
            )
        )

    def counts(self, role: str, languages: str, sectors: str, keywords: str) -> bool:
        """Whether recipients with these lists are counted; country and kind are the statement's business."""
        if role == "journalist" and not sectors and not keywords:
            return False
        return self._speaks(languages) and self._topical(role, sectors, keywords)

    def wanted(self, about: str, issuers_only: str, issuers_not: str) -> bool:
        """Whether a journalist's own countries and issuers let such news through."""
        return not (about and self._about and self._about.isdisjoint(parts(about))) and (
            not self._issuer or wants_issuer(issuers_only, issuers_not, self._issuer)
        )

    @staticmethod
    def _on_topic(
        role: str, sectors: str, keywords: str, wanted: tuple[str, ...], words: tuple[str, ...]
    ) -> bool:
        if in_sectors(role, sectors, keywords, wanted):
            return True
        own = [fold(keyword) for keyword in parts(keywords)]
        return any(says(word, keyword) for word in words for keyword in own)


def _both(lists: Iterable[tuple[str, ...]]) -> frozenset[str] | None:
    """What all non-empty lists share; None when none narrows."""
    found: frozenset[str] | None = None
    for values in lists:
        if values:
            found = frozenset(values) if found is None else found & frozenset(values)
    return found
