"""The fields of preferences: what is chosen now, what may be chosen, what was typed and is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from dateline.audience.services import Choices
from dateline.core.countries import ALL_COUNTRIES
from dateline.core.languages import WIRE_LANGUAGES, autonym, direction
from dateline.core.phrases import phrase
from dateline.core.sectors import label as label_of
from dateline.core.sectors import vocabulary
from dateline.faces.newsroom.countries import country_name
from dateline.faces.newsroom.sector_words import FRONT, sector_link
from dateline.issuers import services as issuers

_LANGUAGES: Final = 4
_MOST_LANGUAGES: Final = 20
_MOST_TYPED: Final = 2000
"""Of languages typed and shown again: each is a list of all of them."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose, with its words in their language."""

    value: str
    words: str
    chosen: bool
    language: str
    dir: str


@dataclass(frozen=True, slots=True)
class Field:
    """`kind`: text, email, time, number, zone, topics, ordered, many, one, check or radio."""

    name: str
    label: str
    kind: str
    value: str = ""
    options: tuple[Option, ...] = ()
    more: tuple[Option, ...] = ()
    """Of `topics`: those behind a fold. Of `ordered`: unused."""
    rows: tuple[tuple[Option, ...], ...] = ()
    """Of `ordered`: one list per place."""
    hint: str = ""
    error: str = ""
    needed: bool = False


def choosing_fields(
    language: str, choices: Choices, typed: Mapping[str, str], wrong: Mapping[str, str]
) -> list[Field]:
    """All of a person's choices; `typed` and `wrong` after a refused attempt."""

    def value(name: str, now: str) -> str:
        return typed.get(name, now)

    def of(name: str, kind: str, now: str, label: str = "", hint: str = "") -> Field:
        words = phrase(f"preferences.{label or name}", language)
        return Field(name, words, kind, value(name, now), hint=hint, error=wrong.get(name, ""))

    lists = phrase("preferences.lists", language)
    return [
        _topics(language, value("sectors", ";".join(choices.sectors)), wrong),
        of("keywords", "text", ";".join(choices.keywords), "words", lists),
        _languages(language, value("languages", ";".join(choices.languages)), wrong),
        _countries(
            "countries", "countries", language, value("countries", ";".join(choices.countries)), wrong
        ),
        *_issuers(language, choices, typed, wrong),
        Field(
            "mode",
            "",
            "radio",
            options=tuple(
                _option(
                    mode, phrase(f"preferences.mode-{word}", language), value("mode", choices.mode), language
                )
                for mode, word in (("immediate", "now"), ("digest", "digest"))
            ),
        ),
        of("cap", "number", "" if choices.cap is None else str(choices.cap)),
        of("digest_at", "time", choices.digest_at, "digest-at"),
        of("hours", "text", choices.hours),
        of("timezone", "zone", choices.timezone),
        of("third_party", "check", "yes" if choices.third_party else "", "third"),
    ]


def joining_fields(language: str, typed: Mapping[str, str], wrong: Mapping[str, str]) -> list[Field]:
    """What somebody says who wants to join."""

    def of(name: str, kind: str, label: str = "", *, needed: bool = False) -> Field:
        words = phrase(f"preferences.{label or name}", language)
        return Field(name, words, kind, typed.get(name, ""), error=wrong.get(name, ""), needed=needed)

    return [
        of("email", "email", "address", needed=True),
        of("name", "text"),
        of("outlet", "text"),
        _one_country(language, typed.get("country", ""), wrong),
        _topics(language, typed.get("sectors", ""), wrong),
        _languages(language, typed.get("languages", ""), wrong),
        of("timezone", "zone"),
    ]


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Zones people know by a place."""
    return tuple(
        sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    )


def _option(value: str, words: str, chosen: str | Iterable[str], language: str) -> Option:
    is_chosen = value == chosen if isinstance(chosen, str) else value in chosen
    return Option(value, words, is_chosen, language, direction(language))


def _topics(language: str, value: str, wrong: Mapping[str, str]) -> Field:
    chosen = set(filter(None, value.split(";")))
    known = {entry.id for entry in vocabulary()}  # what was typed may be no topic at all
    shown = [*FRONT, *sorted(chosen & known - set(FRONT))]
    seen: set[str] = set()
    options = []
    for code in shown:
        link = sector_link(code, language)
        own = link.words not in seen  # of two that a broader word would show alike, the second says its own
        seen.add(words := link.words if own else label_of(code))
        options.append(_option(code, words, chosen, link.language if own else "en"))
    more = [_option(e.id, e.label, chosen, "en") for e in vocabulary() if e.id not in shown]
    label = phrase("preferences.topics", language)
    return Field(
        "sectors", label, "topics", value, tuple(options), tuple(more), error=wrong.get("sectors", "")
    )


def _languages(language: str, value: str, wrong: Mapping[str, str]) -> Field:
    chosen = [tag for tag in value[:_MOST_TYPED].split(";") if tag][:_MOST_LANGUAGES]
    tags = [*WIRE_LANGUAGES, *(tag for tag in chosen if tag not in WIRE_LANGUAGES and tag != "*")]
    rows = []
    for place in range(max(_LANGUAGES, len(chosen) + 1)):
        now = chosen[place] if place < len(chosen) else ""
        rows.append(
            (
                Option("", "—", not now, language, direction(language)),
                *(Option(tag, autonym(tag), tag == now, tag, direction(tag)) for tag in tags),
                _option("*", phrase("label.original", language), now, language),
            )
        )
    label = phrase("preferences.languages", language)
    return Field("languages", label, "ordered", value, rows=tuple(rows), error=wrong.get("languages", ""))


def _country_options(language: str, chosen: set[str]) -> tuple[Option, ...]:
    named = sorted((country_name(code, language), code) for code in ALL_COUNTRIES)
    return tuple(_option(code, name, chosen, language) for name, code in named)


def _countries(name: str, label: str, language: str, value: str, wrong: Mapping[str, str]) -> Field:
    words, options = (
        phrase(f"preferences.{label}", language),
        _country_options(language, set(value.split(";"))),
    )
    return Field(name, words, "many", value, options, error=wrong.get(name, ""))


def _one_country(language: str, value: str, wrong: Mapping[str, str]) -> Field:
    label, options = phrase("preferences.country", language), _country_options(language, {value})
    return Field("country", label, "one", value, options, error=wrong.get("country", ""), needed=True)


def _issuers(
    language: str, choices: Choices, typed: Mapping[str, str], wrong: Mapping[str, str]
) -> list[Field]:
    """Two lists of the wire's issuers; none where it has none."""
    known = {issuer.slug: issuer.name for issuer in issuers.issuers()}
    fields = []
    for name, label, own in (
        ("issuers_only", "issuers-only", choices.issuers_only),
        ("issuers_not", "issuers-not", choices.issuers_not),
    ):
        value = typed.get(name, ";".join(own))
        chosen = set(filter(None, value.split(";")))
        options = [
            Option(slug, words, slug in chosen, "", "auto")
            for slug, words in sorted({**{s: s for s in chosen}, **known}.items(), key=lambda pair: pair[1])
        ]
        words = phrase(f"preferences.{label}", language)
        if options:
            fields.append(Field(name, words, "many", value, tuple(options), error=wrong.get(name, "")))
    return fields
