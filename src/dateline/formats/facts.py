"""What a rendering needs beyond its edition: facts that only T0 or the operator knows, and the addresses
that follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from dateline.core.clock import Instant
from dateline.core.words import Edition, Media


@dataclass(frozen=True, slots=True)
class PageFacts:
    """`base_url` without trailing slash; `wire` is the wire's name as readers see it.

    Before T0 `at` is None and `languages` empty. `first_at` is the first publication; None means `at`.
    """

    base_url: str
    wire: str
    at: Instant | None = None
    languages: tuple[str, ...] = ()
    first_at: Instant | None = None


def edition_url(edition: Edition, base_url: str) -> str:
    """The edition's page, absolute."""
    return base_url + edition.path


def original_url(edition: Edition, base_url: str) -> str:
    """The page of the original this edition was made from, absolute."""
    return f"{base_url}/{edition.original_language}/{edition.slug}-{edition.release}/"


def media_url(media: Media, base_url: str) -> str:
    """Where the public finds a picture: by the hash of its bytes, so that it may be cached for ever."""
    return f"{base_url}/media/{media.sha256}"


def media_with_facts(media: Media, facts: Mapping[str, str]) -> Media:
    """`media` with what `Media.facts` wrote of it."""
    return replace(
        media,
        copyright=facts.get("copyright", ""),
        source=facts.get("source", ""),
        credentials=facts.get("credentials") == "c2pa",
    )


def media_table(edition: Edition, base_url: str) -> dict[str, tuple[Media, str]]:
    """Name -> (facts, address) for every picture of the edition."""
    return {item.name: (item, media_url(item, base_url)) for item in edition.media}


def identity(edition: Edition, base_url: str, first_at: Instant) -> str:
    """The public name of one release in one language, fixed for life: RSS guid, Atom id, ninjs uri (RFC
    3085).

    `urn:newsml:wire.example:20261124:k7m2x9qd4w-ar`; the date is that of the first publication, UTC.
    """
    return newsml_urn(base_url, first_at, edition.release, edition.language)


def newsml_urn(base_url: str, first_at: Instant, release: str, language: str) -> str:
    """The name of RFC 3085 from its parts."""
    host = urlsplit(base_url).hostname or "wire.invalid"
    return f"urn:newsml:{host}:{first_at:%Y%m%d}:{release}-{language}"
