"""Releases for tests of the room, ready to be locked, approved or lifted; the wire is its events."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import Conflict
from dateline.core.events import Event, Held, HoldWithdrawn, Lifted, Overdue
from dateline.core.ids import ReleaseId
from dateline.core.languages import Language
from dateline.core.words import Block, Finding, Media, Run, Story, sha256_hex
from dateline.desk import services as desk
from dateline.desk.jobs import HANDLERS
from dateline.issuers import services as issuers
from dateline.plant.db.models import OutboxRow

PICTURE = b"\x89PNG a picture of the harbour"
BLOCK = Finding("text-empty", "block", "blocks", "there is no text below the headline")
WARN = Finding("dateline-missing", "warn", "dateline", "no dateline was recognised")


def story(language: str = "en", **changes: Any) -> Story:
    """A short text in the language."""
    values: dict[str, Any] = {
        "language": Language(language),
        "headline": f"Harbour museum opens its new hall ({language})",
        "blocks": (
            Block("paragraph", runs=(Run(f"The museum opens its hall next week, it says in {language}."),)),
        ),
    }
    return Story(**{**values, **changes})


def picture(data: bytes = PICTURE, name: str = "hall.png") -> dict[str, Any]:
    """`media` and `attachments` of a story with one picture."""
    item = Media(name, "image/png", sha256_hex(data), len(data), alt="The hall")
    return {"media": (item,), "attachments": ((name, data),)}


def ahead(seconds: float = 3600) -> Instant:
    """A T0 that is to come."""
    return Instant(SystemClock().now() + timedelta(seconds=seconds))


def added(*stories: Story, at: Instant | None = None, circuit: str = "all", by: str = "ana") -> ReleaseId:
    """A draft of the issuer `museum`."""
    with suppress(Conflict):  # an earlier release of the same test may have added it
        issuers.add_issuer("museum", "Harbour Museum", "KR")
    return desk.add_release(stories or (story(),), issuer="museum", circuit=circuit, at=at, by=by)


def checked(version: desk.VersionCard, *findings: Finding) -> desk.VersionCard:
    """Plays the gate: every edition of the lock gets a record with these findings."""
    for edition in version.editions:
        desk.record_findings(edition.sha256, findings, release=version.release)
    return version


def locked(release: str, *, by: str = "ana") -> desk.VersionCard:
    """A checked lock of the drafts."""
    return checked(desk.lock(release, by=by))


def approved(release: str, *, by: str = "ana") -> desk.VersionCard:
    """A lock approved under policy solo."""
    version = locked(release, by=by)
    assert desk.approve(release, by=by).complete
    return desk.version(version.version_id)


def tell(event: Event) -> None:
    """Hands the desk an event, as the outbox does."""
    HANDLERS[type(event)](event)


def hold(version: desk.VersionCard) -> None:
    """The wire opens the hold."""
    tell(Held(version.version_id, version.release, version.due_at or SystemClock().now()))


def miss(version: desk.VersionCard) -> None:
    """The wire missed T0 by more than the limit."""
    tell(Overdue(version.version_id, version.release, version.due_at or SystemClock().now()))


def take_back(version: desk.VersionCard) -> None:
    """The wire withdrew the hold before T0."""
    tell(HoldWithdrawn(version.version_id, version.release))


def lifted_event(version: desk.VersionCard) -> Lifted:
    """What the wire says of the lift."""
    now = SystemClock().now()
    return Lifted(
        version.version_id, version.release, version.number, version.kind, version.due_at or now, now
    )


def lift(version: desk.VersionCard) -> None:
    """The wire lifts: the claim inside its transaction, then the event."""
    assert desk.begin_lift(version.version_id)
    tell(lifted_event(version))


def released(*stories: Story, **values: Any) -> ReleaseId:
    """A release that is out."""
    release = added(*stories, **values)
    version = approved(release)
    hold(version)
    lift(version)
    return release


def events(kind: str, release: str) -> list[dict[str, Any]]:
    """Bodies of the events of this kind that went out for the release, oldest first."""
    rows = OutboxRow.objects.filter(kind=kind).order_by("seq")
    return [row.body for row in rows if row.body.get("release") == release]
