"""Who is reached, and in which language: DESIGN.md's rows "matching", "which language", "third-party content"
and "restrictions" as one verdict per recipient, used alike by manifest, reach and explanation.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from dateline.audience.keywords import fold, says
from dateline.core.countries import Country
from dateline.core.languages import Language, serves
from dateline.core.sectors import Sector, ancestors
from dateline.core.words import Circuit, EditionDigest, Origin

Verdict = Literal[
    "matched",
    "kind",
    "country",
    "language",
    "sector",
    "consent",
    "no-choice",
    "choice",
    "own-country",
    "own-issuer",
    "third-party",
    "paused",
    "language-not-there",
    "earlier-edition",
    "same-person",
    "restricted",
    "suppressed",
]
PULL: Final = "feed"
"""The channel of outlets that fetch for themselves: counted, no rows."""
SEPARATOR: Final = ";"


@dataclass(frozen=True, slots=True)
class Targeting:
    """What a lock asks of the audience.

    `editions` are those that go out now, `sectors` the release's. `public` are editions of this version that
    are out already (for a late edition): a person who could have had one of those gets nothing new.
    """

    rule: Circuit
    editions: tuple[EditionDigest, ...]
    sectors: tuple[Sector, ...] = ()
    restrict: tuple[Country, ...] = ()
    origin: Origin = "issuer"
    public: tuple[EditionDigest, ...] = ()
    issuer: str = ""
    countries: tuple[Country, ...] = ()
    """What the release is about; where it names none, the issuer's own."""


class Profile(NamedTuple):
    """A recipient as the rules see one; lists with `;` between their parts. A tuple, because 92,500 are made
    at once straight from rows.
    """

    recipient: str
    person: str
    """Keyed hash of the mail address, of people and mail outlets; else empty."""
    role: str
    """`outlet`, `journalist` or `desktop`."""
    kind: str
    """The outlet's kind; else the role."""
    country: str
    languages: str
    sectors: str
    keywords: str
    channel: str
    domain: str
    format: str
    consent: bool
    third_party: bool
    paused: bool
    suppressed: str
    """The reason why the address is never mailed, or empty."""
    about: str = ""
    """Countries the news must be about; empty = any. Like the next two of people only."""
    issuers_only: str = ""
    issuers_not: str = ""


def parts(cell: str) -> tuple[str, ...]:
    """The parts of a stored list."""
    return tuple(cell.split(SEPARATOR)) if cell else ()


def meets(one: str, other: str) -> bool:
    """Whether two sectors share topics: either lies within the other (each matches its narrower topics)."""
    return one in ancestors(other) or other in ancestors(one)


def speaks(languages: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether somebody with these languages belongs to those a rule names; `*` belongs everywhere."""
    wanted = tuple(wanted)
    return any(
        own == "*" or any(serves(asked, Language(own)) or serves(own, Language(asked)) for asked in wanted)
        for own in languages
    )


def takes_all(role: str, sectors: str, keywords: str) -> bool:
    """Whether somebody takes every topic: outlets and desktops that chose none, and whoever wrote `*`."""
    return sectors == "*" or (role != "journalist" and not sectors and not keywords)


def in_sectors(role: str, sectors: str, keywords: str, wanted: Iterable[str]) -> bool:
    """Whether somebody belongs to the sectors a rule names."""
    if takes_all(role, sectors, keywords):
        return True
    own = parts(sectors)
    return any(meets(o, w) for w in wanted for o in own)


def wants_issuer(issuers_only: str, issuers_not: str, issuer: str) -> bool:
    """Whether somebody's own lists of issuers let this one through."""
    only = parts(issuers_only)
    return (not only or issuer in only) and issuer not in parts(issuers_not)


def beats(sectors: str, of_release: Iterable[str]) -> tuple[str, ...]:
    """Those of somebody's sectors that the release falls under."""
    covered = {broad for sector in of_release for broad in ancestors(sector)}
    return tuple(own for own in parts(sectors) if own in covered)


def language_for_person(languages: Iterable[str], editions: Iterable[EditionDigest]) -> str:
    """The first of a person's ordered languages that is there; `*` stands for the original. Empty = none.

    A tag is served exactly, else by the first edition it covers.
    """
    there = tuple(editions)
    for wanted in languages:
        if wanted == "*":
            found = [e.language for e in there if e.is_original]
        else:
            found = [e.language for e in there if e.language == wanted] or [
                e.language for e in there if serves(wanted, e.language)
            ]
        if found:
            return found[0]
    return ""


def languages_for_outlet(languages: Iterable[str], editions: Iterable[EditionDigest]) -> tuple[str, ...]:
    """Every edition in an outlet's languages, in the order of the editions."""
    wanted = tuple(languages)
    return tuple(e.language for e in editions if any(serves(w, e.language) for w in wanted))


class Matcher:
    """One targeting, asked about many recipients. Remembers its answer for each distinct list it has seen: a
    list of languages or sectors is shared by thousands.
    """

    def __init__(self, targeting: Targeting) -> None:
        rule = targeting.rule
        self._kinds = frozenset(rule.kinds)
        self._countries = frozenset(rule.countries)
        self._restrict = frozenset(targeting.restrict)
        self._third_party = targeting.origin == "third-party"
        self._issuer = targeting.issuer
        about = frozenset(targeting.countries)
        self._about = lru_cache(None)(lambda own: not about.isdisjoint(parts(own)))
        text = fold("\n".join(e.text for e in (*targeting.editions, *targeting.public)))
        self._said: Callable[[str], bool] = lru_cache(None)(lambda keyword: says(text, fold(keyword)))
        said_by_rule = any(self._said(k) for k in rule.keywords)
        narrows = bool(rule.sectors or rule.keywords) and not said_by_rule
        self._in_language = lru_cache(None)(
            lambda own: not rule.languages or speaks(parts(own), rule.languages)
        )
        self._in_sector = lru_cache(None)(
            lambda role, own, words: not narrows or in_sectors(role, own, words, rule.sectors)
        )
        covered = frozenset(broad for sector in targeting.sectors for broad in ancestors(sector))
        self._on_beat = lru_cache(None)(lambda own: not covered.isdisjoint(parts(own)))
        self._for_person = lru_cache(None)(lambda own: language_for_person(parts(own), targeting.editions))
        self._for_outlet = lru_cache(None)(lambda own: languages_for_outlet(parts(own), targeting.editions))
        self._had = lru_cache(None)(lambda own: bool(language_for_person(parts(own), targeting.public)))
        self.mailed: set[str] = set()
        """Keyed addresses of mail outlets that get this: the same person gets no second mail (I4)."""

    def languages(self, profile: Profile) -> tuple[str, ...]:
        """Languages of the editions that would go to this recipient: for a person at most one."""
        if profile.role == "journalist":
            found = self._for_person(profile.languages)
            return (found,) if found and not self._had(profile.languages) else ()
        if profile.role == "desktop" and self._had(profile.languages):
            return ()
        return self._for_outlet(profile.languages)

    def verdict(self, profile: Profile) -> Verdict:
        """The first rule that keeps this recipient out, or `matched`. `suppressed` still makes a row;
        `restricted` comes after every other rule.
        """
        return self._outside(profile) or self._own(profile) or self._late(profile) or "matched"

    def _outside(self, p: Profile) -> Verdict | None:
        """The circuit."""
        if self._kinds and p.role == "outlet" and p.kind not in self._kinds:
            return "kind"
        if self._countries and p.country not in self._countries:
            return "country"
        if not self._in_language(p.languages):
            return "language"
        if not self._in_sector(p.role, p.sectors, p.keywords):
            return "sector"
        return None

    def _own(self, p: Profile) -> Verdict | None:
        """Consent and the recipient's own choices."""
        if not p.consent:
            return "consent"
        if not takes_all(p.role, p.sectors, p.keywords) and not self._on_beat(p.sectors):
            if not p.sectors and not p.keywords:
                return "no-choice"
            if not any(self._said(keyword) for keyword in parts(p.keywords)):
                return "choice"
        return self._elsewhere(p) or self._never_now(p)

    def _elsewhere(self, p: Profile) -> Verdict | None:
        """Countries and issuers that a person wants, or does not."""
        if p.about and not self._about(p.about):
            return "own-country"
        if (p.issuers_only or p.issuers_not) and not wants_issuer(
            p.issuers_only, p.issuers_not, self._issuer
        ):
            return "own-issuer"
        return None

    def _never_now(self, p: Profile) -> Verdict | None:
        if self._third_party and not p.third_party and p.role != "desktop" and p.channel != PULL:
            return "third-party"
        return "paused" if p.paused else None

    def _late(self, p: Profile) -> Verdict | None:
        """What depends on the editions and on everything else having matched."""
        if not self.languages(p):
            missing = p.role == "outlet" or not self._had(p.languages)
            return "language-not-there" if missing else "earlier-edition"
        if p.role == "journalist" and p.person in self.mailed:
            return "same-person"
        if p.country in self._restrict:
            return "restricted"
        return "suppressed" if p.suppressed else None
