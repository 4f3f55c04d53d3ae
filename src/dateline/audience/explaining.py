"""Says in one plain sentence why somebody is or is not reached, by the same verdict as the manifest."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from dateline.audience import statements
from dateline.audience.finding import name_of
from dateline.audience.rules import PULL, Matcher, Profile, Targeting, Verdict, parts
from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import NotFound
from dateline.core.ids import RecipientId
from dateline.core.sectors import label
from dateline.core.words import EditionDigest


@dataclass(frozen=True, slots=True)
class Explanation:
    """`rule` is a verdict of `rules`. `language` is the edition's, with commas where an outlet gets several;
    empty when not matched.
    """

    matched: bool
    rule: Verdict
    sentence: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    """What a sentence may need."""

    name: str
    profile: Profile
    targeting: Targeting
    languages: tuple[str, ...]
    outlet: str = ""
    """Of a person: the outlet mailed at the same address."""


def explain(recipient: RecipientId, targeting: Targeting, *, clock: Clock | None = None) -> Explanation:
    """Why this recipient is or is not reached, as of now. Raises NotFound for an unknown recipient."""
    found = statements.profiles([recipient], (clock or SystemClock()).now())
    if not found:
        raise NotFound(f"there is no recipient '{recipient}'; give an id, a mail address or an outlet's name")
    profile = found[0]
    matcher = Matcher(targeting)
    outlet = _outlet_at_same_address(profile, matcher)
    verdict = matcher.verdict(profile)
    languages = matcher.languages(profile) if verdict == "matched" else ()
    case = _Case(name_of(profile.recipient), profile, targeting, languages, outlet)
    return Explanation(verdict == "matched", verdict, _SENTENCES[verdict](case), ", ".join(languages))


def _outlet_at_same_address(profile: Profile, matcher: Matcher) -> str:
    """The name of an outlet that gets the mail in this person's stead, which the matcher is told of."""
    if profile.role != "journalist":
        return ""
    for outlet in statements.outlets_at(profile.person):
        if matcher.verdict(outlet) in {"matched", "suppressed"}:
            matcher.mailed.add(outlet.person)
            return name_of(outlet.recipient)
    return ""


def _matched(case: _Case) -> str:
    name, where = case.name, " and ".join(case.languages)
    if case.profile.role == "desktop":
        return f"{name} matched and sees it in {where}; desktops are counted, no delivery is made."
    if case.profile.channel == PULL:
        return f"{name} matched and fetches the news itself in {where}; no delivery is made."
    return f"{name} matched and gets it in {where} by {case.profile.channel}."


def _no_choice(case: _Case) -> str:
    return f"{case.name} has chosen no sectors and no keywords yet, and a journalist gets nothing until then."


def _choice(case: _Case) -> str:
    own, release = _topics(parts(case.profile.sectors)), _topics(case.targeting.sectors)
    words = _words(parts(case.profile.keywords))
    asked = " or ".join(part for part in (own, words and f"the words {words}") if part)
    return f"{case.name} asked for {asked}, and this release is about {release or 'no sector at all'}."


def _own_country(case: _Case) -> str:
    own, about = _list(parts(case.profile.about)), _list(case.targeting.countries)
    return f"{case.name} wants news about {own} only, and this release is about {about or 'no country'}."


def _own_issuer(case: _Case) -> str:
    issuer = case.targeting.issuer
    if issuer in parts(case.profile.issuers_not):
        return f"{case.name} wants nothing from the issuer {issuer}."
    return (
        f"{case.name} wants releases of {_list(parts(case.profile.issuers_only))} only, and this one is of"
        f" {issuer or 'no issuer'}."
    )


def _late(case: _Case) -> str:
    return (
        f"{case.name} takes {_list(parts(case.profile.languages))}, and no edition in that is there;"
        f" there are {_tags(case.targeting.editions)}."
    )


def _earlier(case: _Case) -> str:
    return (
        f"{case.name} could already have an edition that went out before ({_tags(case.targeting.public)}),"
        " and a person gets one."
    )


_SENTENCES: Mapping[Verdict, Callable[[_Case], str]] = {
    "matched": _matched,
    "kind": lambda c: (
        f"{c.name} is of the kind {c.profile.kind}, and circuit {c.targeting.rule.name} takes only"
        f" {_list(c.targeting.rule.kinds)}."
    ),
    "country": lambda c: (
        f"{c.name} works in {c.profile.country}, which circuit {c.targeting.rule.name} does not cover."
    ),
    "language": lambda c: (
        f"{c.name} takes {_list(parts(c.profile.languages))}, and circuit {c.targeting.rule.name} is for"
        f" {_list(c.targeting.rule.languages)}."
    ),
    "sector": lambda c: (
        f"{c.name} is not in the sectors or keywords of circuit {c.targeting.rule.name}"
        f" ({_topics(c.targeting.rule.sectors) or _words(c.targeting.rule.keywords)})."
    ),
    "consent": lambda c: f"{c.name} gave no consent that we have on record, and is never mailed without one.",
    "no-choice": _no_choice,
    "choice": _choice,
    "own-country": _own_country,
    "own-issuer": _own_issuer,
    "third-party": lambda c: (
        f"{c.name} has not asked for third-party content, which goes by {c.profile.channel} only to who did."
    ),
    "paused": lambda c: f"{c.name} has paused all mail for now.",
    "language-not-there": _late,
    "earlier-edition": _earlier,
    "same-person": lambda c: f"{c.name} is the same person as {c.outlet}, which gets it at the same address.",
    "restricted": lambda c: (
        f"{c.name} works in {c.profile.country}, where this release must not be distributed"
        f" (restricted in {_list(c.targeting.restrict)})."
    ),
    "suppressed": lambda c: f"The address of {c.name} is suppressed: {c.profile.suppressed}.",
}


def _list(values: Iterable[str]) -> str:
    return ", ".join("all languages" if value == "*" else value for value in values)


def _topics(sectors: Iterable[str]) -> str:
    return ", ".join(label(sector) for sector in sectors)


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _tags(editions: Iterable[EditionDigest]) -> str:
    return ", ".join(edition.language for edition in editions) or "none"
