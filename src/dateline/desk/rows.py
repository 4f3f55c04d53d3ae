"""What every verb of the room does to its rows: take the release's lock, move its state, drop a lock, write
history.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import Conflict, NotFound
from dateline.core.events import LockDropped
from dateline.core.ids import ReleaseId, VersionId
from dateline.desk import rules
from dateline.desk.models import History, Release, Version
from dateline.plant.db import outbox, vault_store

COVER = "cover"
STORY = "story/"
MEDIA = "media/"
EDITION = "edition/"
MANIFEST = "manifest"
TARGETING = "targeting"
INTAKE = "intake/"
FINDINGS = "findings/"
"""Names of parts in the vault, or what they start with."""


def drafts_owner(release: str) -> str:
    """Whose parts the drafts are: `cover`, `story/{language}`, `media/{sha256}`, `reason/{number of the
    line}`.
    """
    return f"draft/{release}"


def now_of(clock: Clock | None) -> Instant:
    """The time on the given clock, else on the machine's."""
    return (clock or SystemClock()).now()


def found(release: str) -> Release:
    """The row. Raises NotFound, in the same words whether the release never was or may not be known to
    exist.
    """
    row = Release.objects.filter(release=release).first()
    if row is None:
        raise NotFound(f"there is no release '{release}'; see `dateline release list`")
    return row


@contextmanager
def changing(release: str) -> Iterator[Release]:
    """One transaction over one release: whoever else changes it waits. Raises NotFound.

    The row lock is PostgreSQL's; on SQLite every transaction is the only writer from its start.
    """
    with transaction.atomic():
        row = Release.objects.select_for_update().filter(release=release).first()
        yield row if row is not None else found(release)


class Changed(Conflict):
    """It is not any more what the caller saw."""


@contextmanager
def unchanged(release: str, revision: int) -> Iterator[None]:
    """As `changing`, for callers that act on what they saw. Raises Changed when it is of another revision."""
    with changing(release) as row:
        must_be(row, revision)
        yield


def must_be(row: Release, revision: int | None) -> None:
    """Raises Changed unless the row, which is locked, is of this revision; None is any."""
    if revision is not None and row.revision != revision:
        raise Changed(f"{row.release} was changed since you read it; read it again and decide anew")


def is_public(row: Release) -> bool:
    """Whether any version has been out. The hold may be lifted a moment before the event tells so."""
    return row.lifted_at is not None or row.state == "lifted"


def allowed(row: Release, act: rules.Act) -> rules.State:
    """The state after `act`. Raises Conflict with the acts that are possible."""
    return rules.after(act, row.state, what=row.release, public=is_public(row))


def move(row: Release, act: rules.Act, **changes: object) -> None:
    """Compare-and-set of state and revision; `row` follows. Raises Conflict when somebody else was first."""
    target = allowed(row, act)
    moved = Release.objects.filter(release=row.release, state=row.state, revision=row.revision).update(
        state=target, revision=row.revision + 1, **changes
    )
    if not moved:
        raise Conflict(f"{row.release} was changed by somebody else just now; look at it and try again")
    row.state, row.revision = target, row.revision + 1
    for name, value in changes.items():
        setattr(row, name, value)


def write(row: Release, act: str, *, by: str, detail: str = "", reason: str = "", at: Instant) -> None:
    """Appends a line to the history. The reason may quote the text, so it goes to the vault."""
    line = History.objects.create(release=row.release, at=at, by=by, act=act, detail=detail[:300])
    if reason:
        vault_store.put(drafts_owner(row.release), f"reason/{line.pk}", reason.encode())


def has_line(row: Release, act: str) -> bool:
    """Whether the history says so already."""
    return History.objects.filter(release=row.release, act=act).exists()


def cover(row: Release, slug: str, headline: str) -> None:
    """Keeps working name and headline for lists, sealed."""
    document = {"slug": slug, "headline": headline}
    vault_store.put(drafts_owner(row.release), COVER, json.dumps(document, ensure_ascii=False).encode())


def live(release: str) -> list[Version]:
    """Locks that are not dropped, the oldest first."""
    return list(Version.objects.filter(release=release).exclude(state="dropped").order_by("id"))


def newest_waiting(release: str) -> Version | None:
    """The newest lock that awaits approval."""
    return Version.objects.filter(release=release, state="locked").order_by("-id").first()


def drop(versions: Sequence[Version]) -> None:
    """Voids locks: their parts of the vault are destroyed, and the event that tells so goes out with the
    same commit.

    Raises Conflict when one of them has been lifted meanwhile. The last thing a transaction does to rows,
    for the outbox's head stays locked from here to its end.
    """
    for version in versions:
        dropped = (
            Version.objects.filter(pk=version.pk, lifting=False)
            .exclude(state="dropped")
            .update(state="dropped")
        )
        if not dropped:
            raise Conflict(
                f"{version.release} has gone out or was changed just now; look at it: dateline release show "
                f"{version.release}"
            )
        vault_store.destroy(version.version_id)
    for version in versions:
        outbox.append(LockDropped(VersionId(version.version_id), ReleaseId(version.release)))


def open_locks(release: str, *, kinds: Sequence[str] = (), states: Sequence[str] = ()) -> list[Version]:
    """Locks that are neither dropped nor lifted, of these kinds and states where given."""
    rows = Version.objects.filter(release=release, lifting=False).exclude(state="dropped")
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if states:
        rows = rows.filter(state__in=states)
    return list(rows.order_by("id"))
