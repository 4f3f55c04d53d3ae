"""Counts whom a rule could reach, without a release."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dateline.audience import statements
from dateline.audience.circuits import narrowing
from dateline.audience.reach_rule import ReachRule
from dateline.audience.rules import parts
from dateline.core.clock import Clock, SystemClock
from dateline.core.countries import Country
from dateline.core.errors import BadInput
from dateline.core.words import Circuit


@dataclass(frozen=True, slots=True)
class Reach:
    """How many could be reached. `by_country` adds up to the whole; in `by_language` a recipient counts under
    each of its languages, `*` being a key of its own.
    """

    outlets: int
    journalists: int
    desktops: int
    by_country: Mapping[str, int]
    by_language: Mapping[str, int]


def reach(
    rule: Circuit | None,
    *,
    countries: Iterable[str] = (),
    languages: Iterable[str] = (),
    sectors: Iterable[str] = (),
    keywords: Iterable[str] = (),
    about: Iterable[str] = (),
    issuer: str = "",
    clock: Clock | None = None,
) -> Reach:
    """Exact counts, for desk and operator. The lists narrow the circuit once more; None = everyone.

    `about`, the countries that a release is about, and `issuer`, a slug, leave out journalists who chose
    others; without them these count. Always left out is who cannot be reached: no consent, stopped, paused,
    a journalist who chose no topic. Raises BadInput naming list and value.
    """
    options = narrowing("", countries=countries, languages=languages, sectors=sectors, keywords=keywords)
    matcher = ReachRule(rule or Circuit("all"), options, about=_countries(about), issuer=issuer)
    now = (clock or SystemClock()).now()
    by_role: Counter[str] = Counter()
    by_country: Counter[str] = Counter()
    by_language: Counter[str] = Counter()
    for role in ("outlet", "journalist", "desktop"):
        found = statements.groups(role, now, countries=matcher.countries, kinds=matcher.kinds)
        for group in found:
            if not matcher.counts(role, group.languages, group.sectors, group.keywords):
                continue
            if not matcher.wanted(group.about, group.issuers_only, group.issuers_not):
                continue
            by_role[role] += group.how_many
            by_country[group.country] += group.how_many
            by_language.update(dict.fromkeys(parts(group.languages), group.how_many))
    return Reach(
        outlets=by_role["outlet"],
        journalists=by_role["journalist"],
        desktops=by_role["desktop"],
        by_country=dict(sorted(by_country.items())),
        by_language=dict(sorted(by_language.items())),
    )


def _countries(about: Iterable[str]) -> tuple[Country, ...]:
    try:
        return narrowing("", countries=about).countries
    except BadInput as error:
        raise BadInput(error.message, "about") from None
