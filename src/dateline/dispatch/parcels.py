"""Parcels: rendered into the vault before T0, opened once after it, shared by all tasks that carry them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from django.db import Error as AnyDatabaseError

from dateline.core.clock import Instant, from_micros
from dateline.core.drops import DROP_CHANNELS
from dateline.core.errors import DatelineError, NotFound, Unavailable
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.sectors import Sector
from dateline.core.wordpress import WORDPRESS
from dateline.core.words import Edition, Media, OpenedParcel, sha256_hex
from dateline.dispatch.shelf import Shelf
from dateline.dispatch.upstream import Upstream
from dateline.dispatch.versions import Released, first_lifted_at
from dateline.formats.facts import PageFacts
from dateline.formats.registry import codec
from dateline.plant.db import vault_store
from dateline.plant.db.databases import LEDGER
from dateline.plant.settings import get_settings

_MOST_OPEN: Final = 512
_WITH_PICTURES: Final = frozenset({*DROP_CHANNELS, WORDPRESS})
_MOST_WITH_PICTURES: Final = 2
"""Locks whose pictures stay in memory, up to 100 each."""


COMES_BACK: Final = (AnyDatabaseError, Unavailable)
"""A database or a vault that is away says nothing about the format: whoever asked tries again."""


class Unrenderable(DatelineError):
    """This edition cannot be put into this format; the row that asked for it is refused with these words."""


def parcel_format(channel: str, format_: str) -> str:
    """The codec a channel's parcel is made with: mail is always the `mail` document."""
    return "mail" if channel == "mail" else format_


def render(lock_id: str, wanted: Iterable[tuple[str, str]], upstream: Upstream) -> dict[tuple[str, str], str]:
    """Renders each (language, format) that is not in the vault yet; SHA-256 of each, empty where it cannot be
    made.

    A format that fails leaves its rows to be refused one by one with the reason; the others go on.
    """
    kept = set(vault_store.names(lock_id, "parcel/", using=LEDGER))
    hashes: dict[tuple[str, str], str] = {}
    for language, format_ in sorted(set(wanted)):
        name = _part(language, format_)
        if name in kept:
            hashes[language, format_] = sha256_hex(vault_store.get(lock_id, name, using=LEDGER))
            continue
        try:
            data = _rendered(lock_id, language, format_, upstream)
        except Unrenderable:
            hashes[language, format_] = ""
            continue
        vault_store.put(lock_id, name, data, using=LEDGER)
        hashes[language, format_] = sha256_hex(data)
    return hashes


def _part(language: str, format_: str) -> str:
    return f"parcel/{language}/{format_}"


def _rendered(lock_id: str, language: str, format_: str, upstream: Upstream) -> bytes:
    settings = get_settings()
    edition = upstream.edition(lock_id, language)
    try:
        first = first_lifted_at(edition.release)  # names of a correction keep the day of the first version
        page = PageFacts(
            settings.site_url, settings.wire_name, first_at=None if first is None else from_micros(first)
        )
        return codec(format_).render(edition, page)
    except COMES_BACK:
        raise
    except DatelineError as error:
        raise Unrenderable(str(error)) from None
    except Exception as error:  # another package's codec may raise anything; its text may quote the release
        raise Unrenderable(f"format '{format_}' failed with {type(error).__name__}") from error


@dataclass
class Opener:
    """Opens parcels of lifted versions and keeps the last ones. Safe for use from several threads."""

    upstream: Upstream
    _kept: dict[tuple[str, str, str, str], OpenedParcel] = field(default_factory=dict)
    _sectors: dict[str, tuple[Sector, ...]] = field(default_factory=dict)
    _pictures: dict[str, dict[str, tuple[bytes, str]]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    shelf: Shelf = field(default_factory=Shelf)
    """What digests share."""

    def sectors(self, lock_id: str, language: str) -> tuple[Sector, ...]:
        """What the release is about: why somebody gets it."""
        found = self._sectors.get(lock_id)
        if found is None:
            found = self._sectors[lock_id] = self.upstream.edition(lock_id, language).sectors
            while len(self._sectors) > _MOST_OPEN:
                del self._sectors[next(iter(self._sectors))]
        return found

    def open(self, version: Released, channel: str, language: str, format_: str) -> OpenedParcel:
        """The parcel as this channel sends it. Raises Unrenderable when it cannot be made."""
        key = (version.lock_id, channel, language, format_)
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = self._open(version, channel, language, format_)
                while len(self._kept) > _MOST_OPEN:
                    del self._kept[next(iter(self._kept))]
        return found

    def _open(self, version: Released, channel: str, language: str, format_: str) -> OpenedParcel:
        made_with = parcel_format(channel, format_)
        at = from_micros(version.lifted_at)
        event = self.upstream.event(version.lock_id, language)
        try:
            tool = codec(made_with)
            body = tool.opened(
                self._rendering(version.lock_id, language, made_with),
                at=at,
                languages=self.upstream.public_languages(version.lock_id),
                base_url=get_settings().site_url,
            )
            media_type = tool.media_type
            if channel in {"webhook", WORDPRESS}:
                body, media_type = webhook_body(event, body, made_with, media_type), "application/json"
            edition = self.upstream.edition(version.lock_id, language)
            media = self._media(version.lock_id, edition) if channel in _WITH_PICTURES else ()
        except (Unrenderable, *COMES_BACK):
            raise
        except Exception as error:
            raise Unrenderable(f"format '{format_}' failed with {type(error).__name__}") from error
        return OpenedParcel(
            version_id=VersionId(version.version_id),
            release=ReleaseId(version.release),
            version=int(event["version"]),
            language=Language(language),
            channel=channel,
            format=format_,
            edition_sha256=str(event["sha256"]),
            body=body,
            media_type=media_type,
            at=at,
            slug=edition.slug,
            media=media,
            first_at=_first_at(version) if channel in DROP_CHANNELS else None,
        )

    def _media(self, lock_id: str, edition: Edition) -> tuple[tuple[Media, bytes], ...]:
        """The edition's pictures. All parcels of a lock share their bytes; when others come, they are let
        go together with the parcels that hold them.
        """
        if not edition.media:
            return ()
        found = self._pictures.get(lock_id)
        if found is None:
            found = self._pictures[lock_id] = self.upstream.media(lock_id)
            while len(self._pictures) > _MOST_WITH_PICTURES:
                oldest = next(iter(self._pictures))
                del self._pictures[oldest]
                self._kept = {key: kept for key, kept in self._kept.items() if key[0] != oldest}
        return tuple((item, found[item.sha256][0]) for item in edition.media if item.sha256 in found)

    def _rendering(self, lock_id: str, language: str, format_: str) -> bytes:
        """From the vault; made now where preparation had no time or a format came later."""
        try:
            return vault_store.get(lock_id, _part(language, format_), using=LEDGER)
        except NotFound:
            return _rendered(lock_id, language, format_, self.upstream)


def _first_at(version: Released) -> Instant:
    return from_micros(first_lifted_at(version.release) or version.lifted_at)


def webhook_body(event: Mapping[str, object], body: bytes, format_: str, media_type: str) -> bytes:
    """The wire event with `body` and `body_type`: an object for JSON formats, text for all others."""
    text = body.decode("utf-8")
    carried: object = json.loads(text) if "json" in media_type else text
    document = {**event, "body": carried, "body_type": format_}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
