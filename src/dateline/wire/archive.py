"""The archive: releases that were public elsewhere before. They get pages, lists and addresses, and nothing
goes out: no hold, no entry of the log, no event, so that no edge, pump or feed can take them for news.

In the public index the log's positions are above zero; the archive stands below, ordered by its own dates.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from django.db import transaction
from django.db.models import Max

from dateline.core.clock import Instant, SystemClock, iso_z
from dateline.core.errors import BadInput, Conflict
from dateline.core.languages import Language
from dateline.core.words import Finding, Story
from dateline.desk import services as desk
from dateline.languages import services as languages
from dateline.plant.db.databases import DEFAULT
from dateline.wire.models import ArchivedItem, OldAddress, PublicMedia, PublicRow
from dateline.wire.opening import open_version
from dateline.wire.public_writing import publish

Outcome = Literal["created", "updated", "unchanged"]
_BELOW: Final = -(1 << 62)
_SECONDS_FROM: Final = 1 << 34
"""Seconds added to an instant's, so that archives older than 1970 stay in order too."""
_IN_A_SECOND: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ArchiveEdition:
    """One language: its story, when it came out, and where it was reached on the old site."""

    story: Story
    at: Instant
    addresses: tuple[tuple[str, str], ...] = ()
    """(host, address), as `intake.address_of` writes them."""


@dataclass(frozen=True, slots=True)
class ArchiveItem:
    """A release that moves in. `editions`: the original first; `item`: its id at the source; `media`:
    (host, address, SHA-256) of its pictures on the old site.
    """

    source: str
    item: str
    fingerprint: str
    issuer: str
    editions: tuple[ArchiveEdition, ...]
    media: tuple[tuple[str, str, str], ...] = ()


def archived_items(source: str) -> dict[str, str]:
    """Item -> fingerprint of everything that came in from a source."""
    return dict(ArchivedItem.objects.using(DEFAULT).filter(source=source).values_list("item", "fingerprint"))


def check_archive(item: ArchiveItem, *, override: str = "") -> dict[str, tuple[Finding, ...]]:
    """What the gate says of each edition. Raises BadInput for an instant to come; Conflict for a blocking
    finding, unless `override` says why it is let pass (I9).
    """
    now = SystemClock().now()
    for edition in item.editions:
        if edition.at > now:
            raise BadInput(
                f"{iso_z(edition.at)} is to come; an archive was published before now", where="date"
            )
    found = {str(e.story.language): languages.check_story(e.story) for e in item.editions}
    for tag, said in found.items():
        first = next((f for f in said if f.severity == "block"), None)
        if first is not None and not override.strip():
            raise Conflict(f"{first.code} in {tag}, {first.where}: {first.message}")
    return found


def archive_release(item: ArchiveItem, *, by: str, override: str = "") -> Outcome:
    """Brings a release in, or its newer text, in one transaction; the same one again changes nothing.

    Raises as `check_archive`, and Conflict when the release was corrected, killed or withdrawn on this wire
    since: what the archive says of it then counts no more.
    """
    known = ArchivedItem.objects.using(DEFAULT).filter(source=item.source, item=item.item).first()
    if known is not None and known.fingerprint == item.fingerprint:
        return "unchanged"
    findings = check_archive(item, override=override)
    original = item.editions[0]
    with transaction.atomic(using=DEFAULT):
        kept = desk.archive(
            [edition.story for edition in item.editions],
            issuer=item.issuer,
            at=original.at,
            by=by,
            findings=findings,
            override=override,
            release=known.release if known else None,
        )
        _publish(kept, {e.story.language: e.at for e in item.editions})
        _addresses(kept.release, item)
        ArchivedItem.objects.using(DEFAULT).update_or_create(
            source=item.source,
            item=item.item,
            defaults={
                "release": kept.release,
                "fingerprint": item.fingerprint,
                "version_id": kept.version_id,
                "at": SystemClock().now(),
            },
        )
    return "updated" if known else "created"


def _publish(kept: desk.Archived, instants: Mapping[Language, Instant]) -> None:
    """The rows that pages read. What stood there of an older import goes."""
    PublicRow.objects.using(DEFAULT).filter(release=kept.release).delete()
    PublicMedia.objects.using(DEFAULT).filter(release=kept.release).delete()
    opened = open_version(kept.version_id, now=instants[kept.editions[0].language])
    for found in opened.editions:
        at = instants[found.edition.language]
        publish(replace(opened, editions=(found,)), at, {found.edition.language: _position(at)}, {})


def _position(at: Instant) -> int:
    """The next free place of that second."""
    first = _BELOW + (int(at.timestamp()) + _SECONDS_FROM) * _IN_A_SECOND
    taken = PublicRow.objects.using(DEFAULT).filter(seq__gte=first, seq__lt=first + _IN_A_SECOND)
    last = taken.aggregate(last=Max("seq"))["last"]
    return first if last is None else int(last) + 1


# --- old addresses ---------------------------------------------------------------------------------------


def _addresses(release: str, item: ArchiveItem) -> None:
    """Makes the old addresses lead here; one that leads to another release already stays with that."""
    rows = [
        _row(release, host, address, str(edition.story.language))
        for edition in item.editions
        for host, address in edition.addresses
    ]
    original = str(item.editions[0].story.language)
    rows += [_row(release, host, address, original, sha) for host, address, sha in item.media]
    OldAddress.objects.using(DEFAULT).filter(release=release).delete()
    OldAddress.objects.using(DEFAULT).bulk_create(rows, ignore_conflicts=True)


def _row(release: str, host: str, address: str, language: str, sha256: str = "") -> OldAddress:
    return OldAddress(
        host=host[:255], key=_key(address), address=address, release=release, language=language, sha256=sha256
    )


def _key(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()


def old_address(host: str, addresses: Sequence[str]) -> str | None:
    """The path here of what stood at one of these addresses of an old site, the first that is known; None for
    all others. `host` decides between old sites that had the same address. Always a path of this newsroom, so
    it leads nowhere else.
    """
    keys = {_key(address): number for number, address in enumerate(addresses)}
    rows = sorted(OldAddress.objects.using(DEFAULT).filter(key__in=keys), key=lambda row: keys[row.key])
    for address in addresses:
        found = [row for row in rows if row.key == _key(address)]
        own = [row for row in found if row.host == host.lower()]
        if chosen := own or (found if len(found) == 1 else []):
            return _target(chosen[0])
    return None


def _target(row: OldAddress) -> str | None:
    if row.sha256:
        public = PublicMedia.objects.using(DEFAULT).filter(sha256=row.sha256).exists()
        return f"/media/{row.sha256}" if public else None
    rows = PublicRow.objects.using(DEFAULT).filter(release=row.release, current=True)
    paths = dict(rows.values_list("language", "path"))
    return paths.get(row.language)
