"""What a send needs to know of its recipients, read in bulk at the last moment."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from babel.core import Locale, UnknownLocaleError, get_global
from babel.lists import format_list

from dateline.audience import addresses, outlet_keys, statements
from dateline.audience.consent_words import consent_words
from dateline.audience.resolving import endpoint_id
from dateline.audience.rules import beats, parts
from dateline.core.clock import SystemClock, to_micros
from dateline.core.drops import DROP_CHANNELS
from dateline.core.ids import RecipientId
from dateline.core.languages import WIRE_LANGUAGES, Language, serves
from dateline.core.phrases import phrase
from dateline.core.sector_words import sector_link
from dateline.core.sectors import Sector
from dateline.core.wordpress import WORDPRESS
from dateline.core.words import Endpoint
from dateline.plant.settings import Settings, get_settings

_OUTLETS = """
    SELECT r.recipient, r.name, r.channel, r.endpoint, r.domain, r.format, r.encoding, r.path, r.secret_ref,
        r.sectors, r.timezone, r.country, COALESCE(s.reason, ''), k.generation, k.previous, k.secret_ref,
        k.previous_until
    FROM audience_outlet r
    LEFT JOIN audience_suppression s ON s.scope = 'all' AND s.key = r.address_key
    LEFT JOIN audience_endpointkey k ON k.recipient = r.recipient
    WHERE r.recipient IN ({marks})
"""
_PEOPLE = """
    SELECT r.recipient, r.name, r.email, r.domain, r.person, r.sectors, r.keywords, r.consent, r.mode, r.cap,
        r.timezone, r.country, COALESCE(s.reason, ''), r.languages, r.hours, r.digest_at,
        (r.paused_until IS NOT NULL AND r.paused_until > %s)
    FROM audience_journalist r
    LEFT JOIN audience_suppression s ON s.scope = 'all' AND s.key = r.person
    WHERE r.recipient IN ({marks})
"""


class Addressed(NamedTuple):
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
    own_language: str = ""
    """The first of a person's languages that the wire speaks: of digests and of their pages."""
    hours: str = ""
    """When immediate mail may come, `08:00-18:00` in `timezone`; empty = always."""
    digest_at: str = ""
    """When their digest goes, `07:30` in `timezone`."""
    paused: bool = False


def addressed(
    rows: Sequence[tuple[RecipientId, Language]], *, sectors: Sequence[Sector]
) -> dict[tuple[RecipientId, Language], Addressed]:
    """By (recipient, language). `sectors` are the release's, for the reason given. Recipients that are gone
    are left out. Two queries for each thousand.
    """
    settings = get_settings()
    outlets = _read(_OUTLETS, addresses.OUTLET, rows)
    now = statements.stored_instant(SystemClock().now())
    people = _read(_PEOPLE, addresses.JOURNALIST, rows, now)
    found = {}
    for recipient, language in rows:
        if recipient in people:
            found[recipient, language] = _person(people[recipient], language, sectors, settings)
        elif recipient in outlets:
            found[recipient, language] = _outlet(outlets[recipient], language, sectors, settings)
    return found


def _read(
    select: str, prefix: str, rows: Iterable[tuple[str, str]], *leading: object
) -> dict[str, tuple[Any, ...]]:
    ids = sorted({recipient for recipient, _ in rows if recipient.startswith(prefix)})
    return {
        row[0]: row
        for chunk in statements.chunked(ids)
        for row in statements.fetch(select.format(marks=statements.marks(chunk)), [*leading, *chunk])
    }


def _person(row: tuple[Any, ...], language: str, sectors: Sequence[str], settings: Settings) -> Addressed:
    recipient, name, email, domain, person, own, words, consent, mode, cap, zone, country, reason = row[:13]
    languages, hours, digest_at, paused = row[13:]
    why, source = _why(own, words, tuple(sectors), language), consent_words(consent, language)
    return Addressed(
        endpoint=Endpoint(endpoint_id("mail", recipient, domain), "mail", email, name, language),
        personal=_personal(recipient, name, why, source, settings.site_url),
        person=person,
        timezone=zone or _zone_of(country),
        mode="digest" if mode == "digest" else "immediate",
        cap=cap or settings.mail_day_cap,
        suppressed=reason or ("" if consent else "consent was withdrawn"),
        own_language=own_language(languages),
        hours=hours,
        digest_at=digest_at or settings.digest_at,
        paused=bool(paused),
    )


@lru_cache(maxsize=4096)
def own_language(languages: str) -> str:
    """The first of these that the wire speaks; empty when none is."""
    return next((spoken for own in parts(languages) if (spoken := _spoken(own))), "")


@lru_cache(maxsize=1024)
def _spoken(tag: str) -> str:
    """The wire's language for a tag: itself, or one that the bare tag covers."""
    return next(
        (str(language) for language in WIRE_LANGUAGES if tag != "*" and serves(tag, language)),
        "",
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
        *rotation,
    ) = row
    options = {"format": form, "encoding": encoding, "path": path}
    none_needed = channel == "mail" or (channel in (*DROP_CHANNELS, WORDPRESS) and not reference)
    keys = outlet_keys.Signing(b"")
    if not none_needed:
        rotations = None if rotation[0] is None else outlet_keys.Kept(*rotation)
        keys = outlet_keys.signing(recipient, reference, rotations, now=to_micros(SystemClock().now()))
    endpoint = Endpoint(
        endpoint_id(channel, recipient, domain),
        channel,
        address,
        name,
        language,
        {key: value for key, value in options.items() if value},
        keys.secret,
        keys.previous,
    )
    why = _why(own, "", tuple(sectors), language)
    return Addressed(
        endpoint=endpoint,
        personal=_personal(recipient, name, why, "", settings.site_url) if channel == "mail" else {},
        person="",
        timezone=zone or _zone_of(country),
        mode="immediate",
        cap=settings.mail_day_cap,
        suppressed=reason or keys.fault,
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
    covered = [sector_link(sector, language).words for sector in beats(own, sectors)] or list(parts(keywords))
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
