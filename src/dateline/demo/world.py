"""The seeded recipients of the sample world in 90 countries, as rows of an import."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from babel.core import Locale

from dateline.core.countries import WIRE_COUNTRIES
from dateline.core.languages import WIRE_LANGUAGES
from dateline.demo.people import NAMES, TIMEZONES, languages_of, named

SEED: Final = 20261124
OUTLETS: Final = 650
JOURNALISTS: Final = 8_600
DESKTOPS: Final = 3_500
SLOW_LANGUAGES: Final = ("de", "ko", "pt-BR")
"""Languages in which some receivers take three seconds to answer."""

_KINDS = ("site", "site", "paper", "agency", "broadcaster", "portal", "terminal")
_NOUNS = (
    "Courier",
    "Ledger",
    "Tribune",
    "Observer",
    "Post",
    "Chronicle",
    "Herald",
    "Record",
    "Gazette",
    "Monitor",
)
_BEATS = (
    "04000000", "13000000", "20000209", "07000000", "05000000", "06000000", "01000000", "10000000",
    "20000256", "20000337", "20000205", "20000302",
)  # fmt: skip
_FORMATS = ("json", "html", "text", "ninjs")
# The largest newsrooms sit in the wire's fifteen languages; every one of the ninety countries has some.
_LARGE = (
    "KR",
    "JP",
    "CN",
    "TW",
    "VN",
    "TH",
    "ID",
    "MY",
    "DE",
    "FR",
    "ES",
    "BR",
    "RU",
    "AE",
    "SA",
    "EG",
    "US",
    "GB",
    "SG",
    "MX",
)


@dataclass(frozen=True, slots=True)
class Receivers:
    """Where the sample outlets listen. `dead` is a port nobody listens on; all on loopback."""

    webhooks: int
    dead: int

    def address(self, behaviour: str, number: int) -> str:
        """URL of outlet `number`; the behaviour is the first part of the path."""
        port = self.dead if behaviour == "dead" else self.webhooks
        return f"http://127.0.0.1:{port}/{behaviour}/{number}"


def outlets(receivers: Receivers, scale: int = 1) -> Iterator[dict[str, str]]:
    """Rows for `--kind outlet`: webhooks, mail and feeds; some slow, failing or dead on purpose."""
    draw = random.Random(SEED)  # noqa: S311  a sample world must come out the same each time
    for number, country in enumerate(_countries(OUTLETS * scale, draw)):
        languages = languages_of(country)
        name = f"{_country_name(country)} {draw.choice(_NOUNS)} {number + 1}"
        channel = draw.choices(("webhook", "mail", "feed"), (70, 22, 8))[0]
        yield {
            "name": name,
            "country": country,
            "languages": ";".join(languages),
            "sectors": "" if draw.random() < 0.6 else ";".join(draw.sample(_BEATS, 3)),
            "kind": draw.choice(_KINDS),
            "channel": channel,
            **_endpoint(channel, number, languages, receivers, draw),
            "timezone": TIMEZONES.get(country, ""),
        }


def _endpoint(
    channel: str, number: int, languages: tuple[str, ...], receivers: Receivers, draw: random.Random
) -> dict[str, str]:
    if channel == "feed":
        return {"endpoint": "", "format": ""}
    if channel == "mail":
        return {"endpoint": f"newsroom{number}@outlet{number}.example", "format": ""}
    return {
        "endpoint": receivers.address(behaviour(languages, draw), number),
        "format": draw.choice(_FORMATS),
    }


def behaviour(languages: tuple[str, ...], draw: random.Random) -> str:
    """How an outlet's endpoint answers. Slow ones exist in three languages only: no other one waits."""
    chance = draw.random()
    if chance < 0.015:
        return "dead"
    if chance < 0.03:
        return "failing"
    if chance < 0.08 and set(languages) <= set(SLOW_LANGUAGES):
        return "slow"
    return "accept"


def journalists(scale: int = 1) -> Iterator[dict[str, str]]:
    """Rows for `--kind journalist`. Two in a hundred gave no consent and are never mailed."""
    draw = random.Random(SEED + 1)  # noqa: S311
    for number, country in enumerate(_countries(JOURNALISTS * scale, draw)):
        languages = languages_of(country)
        name, address = _person(languages[0], number, draw)
        others = [] if draw.random() < 0.7 else [draw.choice(WIRE_LANGUAGES)]
        yield {
            "email": address,
            "name": name,
            "country": country,
            "languages": ";".join(dict.fromkeys((*languages, *others))),
            "sectors": ";".join(draw.sample(_BEATS, draw.randint(2, 5))),
            "outlet": "",
            "consent": "" if draw.random() < 0.02 else "own sign-up form, 2026",
            "timezone": TIMEZONES.get(country, ""),
            "mode": "digest" if draw.random() < 0.05 else "immediate",
        }


def desktops(scale: int = 1) -> Iterator[dict[str, str]]:
    """Rows of `audience import --kind desktop`."""
    draw = random.Random(SEED + 2)  # noqa: S311
    for number, country in enumerate(_countries(DESKTOPS * scale, draw)):
        yield {
            "account": f"terminal-{number:07}",
            "country": country,
            "languages": ";".join(languages_of(country)),
            "sectors": "" if draw.random() < 0.5 else draw.choice(_BEATS),
            "keywords": "",
        }


def _countries(count: int, draw: random.Random) -> list[str]:
    """`count` countries: each of the ninety at least once where there is room, the large ones more often."""
    found: list[str] = list(WIRE_COUNTRIES[:count])
    while len(found) < count:
        found.append(draw.choice(_LARGE) if draw.random() < 0.75 else draw.choice(WIRE_COUNTRIES))
    draw.shuffle(found)
    return found


def _country_name(country: str) -> str:
    return str(Locale.parse("en").territories[country])


def _person(language: str, number: int, draw: random.Random) -> tuple[str, str]:
    given, family, family_first = NAMES[language]
    first, first_latin = named(draw.choice(given.split()))
    last, last_latin = named(draw.choice(family.split()))
    joint = "" if language in {"ja", "ko", "zh-Hans", "zh-Hant"} else " "
    name = f"{last}{joint}{first}" if family_first else f"{first} {last}"
    return name, f"{first_latin}.{last_latin}.{number}@desk{number % 900}.example"
