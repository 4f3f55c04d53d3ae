"""What a person gets, in sentences of their language."""

from collections.abc import Iterable

from babel.lists import format_list

from dateline.audience.services import Choices
from dateline.core.clock import SystemClock
from dateline.core.languages import autonym
from dateline.core.phrases import phrase
from dateline.faces.newsroom.countries import country_name
from dateline.faces.newsroom.dates import babel_locale, long_time
from dateline.faces.newsroom.sector_words import sector_link
from dateline.issuers import services as issuers
from dateline.plant.settings import get_settings


def isolated(text: str) -> str:
    """The text as a run of its own direction, whatever stands around it: times, words as written."""
    return f"\u2068{text}\u2069"


def is_paused(choices: Choices) -> bool:
    """Whether nothing new is sent now."""
    return choices.paused_until is not None and choices.paused_until > SystemClock().now()


def sentences(choices: Choices, language: str) -> list[str]:
    """One sentence for each choice that says something."""
    settings = get_settings()
    time = choices.digest_at or settings.digest_at
    said = []
    if choices.paused_until and is_paused(choices):
        said.append(_say("paused", language, until=long_time(choices.paused_until, language)))
    topics = [
        *(topic_words(code, language) for code in choices.sectors),
        *(f"“{w}”" for w in choices.keywords),
    ]
    said.append(
        _say("say-topics", language, topics=joined(topics, language))
        if topics
        else _say("say-nothing", language)
    )
    tongues = [phrase("label.original", language) if t == "*" else autonym(t) for t in choices.languages]
    said.append(_say("say-languages", language, languages=joined(tongues, language)))
    if choices.countries:
        names = [country_name(code, language) for code in choices.countries]
        said.append(_say("say-countries", language, countries=joined(names, language)))
    known = {issuer.slug: issuer.name for issuer in issuers.issuers()}
    for key, slugs in (("say-only", choices.issuers_only), ("say-not", choices.issuers_not)):
        if slugs:
            said.append(_say(key, language, issuers=joined([known.get(s, s) for s in slugs], language)))
    if choices.mode == "digest":
        said.append(_say("say-digest", language, time=time))
    else:
        said.append(_say("say-now", language, count=choices.cap or settings.mail_day_cap, time=time))
        if choices.hours:
            said.append(_say("say-hours", language, hours=isolated(choices.hours)))
    if choices.third_party:
        said.append(_say("say-third", language))
    return said


def topic_words(code: str, language: str) -> str:
    """A topic in the language where it has words there."""
    if code == "*":
        return "*"
    link = sector_link(code, language)
    return link.words


def joined(words: Iterable[str], language: str) -> str:
    """A list as the language writes it."""
    return format_list(list(dict.fromkeys(words)), locale=babel_locale(language))


def _say(key: str, language: str, **values: object) -> str:
    return phrase(f"preferences.{key}", language, **values)
