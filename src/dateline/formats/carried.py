"""The facts of an edition that a standard has no field of its own for, as names and values that every XML
format repeats in its own extension point; and the way back into a story.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from dateline.core.countries import parse_country
from dateline.core.errors import DatelineError
from dateline.core.sectors import parse_sector
from dateline.core.words import DatelineLine, Edition, Finding, Story, Translation
from dateline.formats import wording
from dateline.formats.facts import PageFacts, edition_url, original_url

Facts = Mapping[str, Sequence[str]]
_CLASSES: Final[Mapping[str, Literal["regulated", "priority"]]] = {
    "regulated": "regulated",
    "priority": "priority",
}
URGENCY: Final[Mapping[str, int]] = {"regulated": 1, "priority": 3, "normal": 5}
"""IPTC's urgency, 1 (most) to 9, of each class."""


def facts_of(edition: Edition, page: PageFacts, sha256: str) -> list[tuple[str, str]]:
    """(name, value), a name again for each entry of a list; empty values left out. `sha256` is
    the edition's hash (I8).
    """
    line, made = edition.dateline, edition.translation
    single = (
        ("sha256", sha256),
        ("release", edition.release),
        ("event", edition.type),
        ("url", edition_url(edition, page.base_url)),
        ("original", "" if edition.is_original else original_url(edition, page.base_url)),
        ("slug", edition.slug),
        ("issuer", edition.issuer.slug),
        ("class", edition.release_class),
        ("release-type", edition.release_type),
        ("origin", edition.origin),
        ("provider", edition.provider),
        ("on-behalf-of", edition.on_behalf_of),
        ("lei", edition.lei),
        ("supersedes", edition.supersedes),
        ("reason", edition.reason),
        ("subhead", edition.subhead),
        ("byline", edition.byline),
        ("disclaimer", edition.disclaimer),
        ("dateline-place", line.place if line else ""),
        ("dateline-date", line.date if line else ""),
        ("dateline-source", line.source if line else ""),
        ("translation", made.kind if made else ""),
        ("translation-engine", (made.engine or "") if made else ""),
        ("translation-reviewed-by", (made.reviewed_by or "") if made else ""),
    )
    lists: tuple[tuple[str, Sequence[str]], ...] = (
        ("label", edition.labels),
        ("sector", edition.sectors),
        ("country", edition.countries),
        ("keyword", edition.keywords),
        ("ticker", edition.tickers),
        ("isin", edition.isins),
        ("restrict", edition.restrict),
        ("section", edition.sections),
    )
    unsaid = {"subhead", "byline"} if is_gone(edition) else set()
    out = [(name, value) for name, value in single if value and name not in unsaid]
    return out + [(name, value) for name, values in lists for value in values]


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Values by name, in order."""
    out: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        out[name].append(value)
    return dict(out)


def with_facts(story: Story, facts: Facts) -> Story:
    """`story` with what `facts` say of it. A value that cannot be read is left out and reported."""
    notes: list[Finding] = []

    def one(name: str) -> str:
        return next(iter(facts.get(name, ())), "")

    def each(name: str, parse: Callable[[str], Any]) -> tuple[Any, ...]:
        return tuple(parsed for value in facts.get(name, ()) for parsed in _parsed(name, value, parse, notes))

    labels = set(facts.get("label", ()))
    return replace(
        story,
        subhead=one("subhead"),
        byline=one("byline"),
        dateline=_dateline(facts),
        disclaimer=one("disclaimer"),
        sections=tuple(facts.get("section", ())),
        slug=one("slug"),
        issuer=one("issuer"),
        release_class=_CLASSES.get(one("class"), "normal"),
        release_type=one("release-type"),
        origin="third-party" if one("origin") == "third-party" else "issuer",
        provider=one("provider"),
        on_behalf_of=one("on-behalf-of"),
        paid="paid" in labels,
        state_affiliated="state-affiliated" in labels,
        ai_assisted="ai-assisted" in labels,
        sectors=each("sector", parse_sector),
        countries=each("country", parse_country),
        keywords=tuple(facts.get("keyword", ())),
        tickers=tuple(facts.get("ticker", ())),
        isins=tuple(facts.get("isin", ())),
        restrict=each("restrict", parse_country),
        translation=_translation(facts),
        findings=(*story.findings, *notes),
    )


def _parsed(
    name: str, value: str, parse: Callable[[str], Any], notes: list[Finding]
) -> tuple[Any] | tuple[()]:
    try:
        return (parse(value),)
    except DatelineError as error:
        notes.append(Finding("value-left-out", "warn", name, str(error)))
        return ()


def _dateline(facts: Facts) -> DatelineLine | None:
    place, date, source = (
        next(iter(facts.get(f"dateline-{part}", ())), "") for part in ("place", "date", "source")
    )
    return DatelineLine(place, date, source) if place or date or source else None


def _translation(facts: Facts) -> Translation | None:
    kind = next(iter(facts.get("translation", ())), "")
    if not kind:
        return None
    engine, reviewer = (
        next(iter(facts.get(f"translation-{part}", ())), None) for part in ("engine", "reviewed-by")
    )
    return Translation("human" if kind == "human" else "machine", engine, reviewer)


def note_of(edition: Edition) -> str:
    """The notice of a correction, kill or withdrawal with its reason, in the edition's language; else ""."""
    notice = wording.notice(edition.type, edition.language)
    return f"{notice}: {edition.reason}" if notice and edition.reason else notice


def is_gone(edition: Edition) -> bool:
    """Whether nothing of the story may be shown any more."""
    return edition.type in {"killed", "withdrawn"}


def label_lines(edition: Edition) -> list[tuple[str, str]]:
    """(name, words) of all that stands above a headline, in the edition's language."""
    lang = edition.language
    out: list[tuple[str, str]] = [
        (name, wording.label(name, lang, edition.provider)) for name in edition.labels
    ]
    if edition.translation is not None:
        out.append(
            (f"translation-{edition.translation.kind}", wording.translation(edition.translation, lang))
        )
    if edition.on_behalf_of:
        out.append(("on-behalf-of", wording.on_behalf_of(edition.on_behalf_of, lang)))
    if edition.restrict:
        out.append(("restrict", wording.restriction(edition.restrict, lang)))
    return out


def digital_source(edition: Edition) -> str:
    """IPTC's word for how the text came to be; "" where people wrote it."""
    made = edition.translation
    if made is not None and made.kind == "machine":
        return "compositeWithTrainedAlgorithmicMedia" if made.reviewed_by else "trainedAlgorithmicMedia"
    return "compositeWithTrainedAlgorithmicMedia" if "ai-assisted" in edition.labels else ""
