"""What a send needs to know of its recipients, read in bulk at the last moment."""

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

from babel.core import Locale, UnknownLocaleError, get_global
from babel.lists import format_list

from dateline.audience import addresses, statements
from dateline.audience.resolving import endpoint_id
from dateline.audience.rules import beats, parts
from dateline.core.ids import RecipientId
from dateline.core.languages import Language
from dateline.core.phrases import phrase
from dateline.core.sectors import Sector, label
from dateline.core.words import Endpoint
from dateline.plant.settings import Settings, get_settings

_OUTLETS = """
    SELECT r.recipient, r.name, r.channel, r.endpoint, r.domain, r.format, r.encoding, r.path, r.secret_ref,
        r.sectors, r.timezone, r.country, COALESCE(s.reason, '')
    FROM audience_outlet r
    LEFT JOIN audience_suppression s ON s.scope = 'all' AND s.key = r.address_key
    WHERE r.recipient IN ({marks})
"""
_PEOPLE = """
    SELECT r.recipient, r.name, r.email, r.domain, r.person, r.sectors, r.keywords, r.consent, r.mode, r.cap,
        r.timezone, r.country, COALESCE(s.reason, '')
    FROM audience_journalist r
    LEFT JOIN audience_suppression s ON s.scope = 'all' AND s.key = r.person
    WHERE r.recipient IN ({marks})
"""


@dataclass(frozen=True, slots=True)
class Addressed:
    """One recipient of one language as a channel needs it. `cap` is immediate mails a day in `timezone`
    (IANA).

    `personal` (mail only): name, stop_url, preferences_url, why (the reason alone, in the row's language),
    source (where the address came from). `suppressed` is a reason not to send after all, else empty.
    """

    endpoint: Endpoint
    personal: Mapping[str, str]
    person: str
    timezone: str
    mode: Literal["immediate", "digest"]
    cap: int
    suppressed: str


def addressed(
    rows: Sequence[tuple[RecipientId, Language]], *, sectors: Sequence[Sector]
) -> dict[tuple[RecipientId, Language], Addressed]:
    """By (recipient, language). `sectors` are the release's, for the reason given. Recipients that are gone
    are left out. Two queries for each thousand.
    """
    settings = get_settings()
    outlets = _read(_OUTLETS, addresses.OUTLET, rows)
    people = _read(_PEOPLE, addresses.JOURNALIST, rows)
    found = {}
    for recipient, language in rows:
        if recipient in people:
            found[recipient, language] = _person(people[recipient], language, sectors, settings)
        elif recipient in outlets:
            found[recipient, language] = _outlet(outlets[recipient], language, sectors, settings)
    return found


def _read(select: str, prefix: str, rows: Iterable[tuple[str, str]]) -> dict[str, tuple[Any, ...]]:
    ids = sorted({recipient for recipient, _ in rows if recipient.startswith(prefix)})
    return {
        row[0]: row
        for chunk in statements.chunked(ids)
        for row in statements.fetch(select.format(marks=statements.marks(chunk)), chunk)
    }


def _person(row: tuple[Any, ...], language: str, sectors: Sequence[str], settings: Settings) -> Addressed:
    recipient, name, email, domain, person, own, words, consent, mode, cap, zone, country, reason = row
    why = _why(own, words, tuple(sectors), language)
    return Addressed(
        endpoint=Endpoint(endpoint_id("mail", recipient, domain), "mail", email, name, language),
        personal=_personal(recipient, name, why, consent, settings.site_url),
        person=person,
        timezone=zone or _zone_of(country),
        mode=cast(Literal["immediate", "digest"], mode),
        cap=cap or settings.mail_day_cap,
        suppressed=reason or ("" if consent else "consent was withdrawn"),
    )


def _outlet(row: tuple[Any, ...], language: str, sectors: Sequence[str], settings: Settings) -> Addressed:
    (
        recipient,
        name,
        channel,
        address,
        domain,
        form,
        encoding,
        path,
        reference,
        own,
        zone,
        country,
        reason,
    ) = row
    options = {"format": form, "encoding": encoding, "path": path}
    secret, fault = (b"", "") if channel == "mail" else _secret(recipient, reference, settings)
    endpoint = Endpoint(
        endpoint_id(channel, recipient, domain),
        channel,
        address,
        name,
        language,
        {key: value for key, value in options.items() if value},
        secret,
    )
    why = _why(own, "", tuple(sectors), language)
    return Addressed(
        endpoint=endpoint,
        personal=_personal(recipient, name, why, "", settings.site_url) if channel == "mail" else {},
        person="",
        timezone=zone or _zone_of(country),
        mode="immediate",
        cap=settings.mail_day_cap,
        suppressed=reason or fault,
    )


def _personal(recipient: str, name: str, why: str, source: str, site_url: str) -> dict[str, str]:
    token = addresses.stop_token(RecipientId(recipient))
    return {
        "name": name,
        "stop_url": f"{site_url}/preferences/stop/{token}",
        "preferences_url": f"{site_url}/preferences/{token}/",
        "why": why,
        "source": source,
    }


@lru_cache(maxsize=4096)
def _why(own: str, keywords: str, sectors: tuple[str, ...], language: str) -> str:
    """The reason why somebody gets this, after "because"."""
    covered = [label(sector, language) for sector in beats(own, sectors)] or list(parts(keywords))
    if not covered:
        return phrase("mail.reason.all", language)
    return phrase("mail.reason.beat", language, sectors=_joined(tuple(dict.fromkeys(covered))[:3], language))


def _joined(words: tuple[str, ...], language: str) -> str:
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return format_list(words, locale=locale)


@lru_cache(maxsize=512)
def _zone_of(country: str) -> str:
    """The zone of a country that has only one, else UTC."""
    zones = get_global("territory_zones").get(country, [])
    return str(zones[0]) if len(zones) == 1 else "UTC"


def _secret(recipient: str, reference: str, settings: Settings) -> tuple[bytes, str]:
    """The key that signs, or why there is none: never signs with another key than the one agreed."""
    if not reference:
        return hmac.digest(addresses.house_secret("webhook"), recipient.encode(), "sha256"), ""
    try:
        data = (settings.home / "secrets" / reference).read_bytes().strip()
        key = (
            base64.b64decode(data.removeprefix(b"whsec_"), validate=True)
            if data.startswith(b"whsec_")
            else data
        )
    except (OSError, binascii.Error):
        key = b""
    return key, "" if key else f"the file secrets/{reference} of the home is missing, empty or not base64"
