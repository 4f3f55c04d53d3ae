"""The versions dispatch knows of: what is to be prepared, what may be sent, what is done."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from dateline.core.clock import Instant, to_micros
from dateline.core.events import Lifted
from dateline.dispatch.models import Version
from dateline.dispatch.rules import EXPANDED_KINDS, rank
from dateline.dispatch.sql import query
from dateline.dispatch.upstream import LockFacts


@dataclass(frozen=True, slots=True)
class Released:
    """A lifted version with work left, as the pump sees it. `lifted_at` in microseconds."""

    lock_id: str
    version_id: str
    release: str
    rank: int
    lifted_at: int
    prepared: bool
    superseded: bool
    settled: bool
    channels: tuple[str, ...]
    circuit: str = ""
    provider: str = ""


def hold(lock_id: str, release: str, due_at: Instant | None) -> None:
    """Takes note of a lock to prepare; harmless when it is known."""
    Version.objects.get_or_create(
        lock_id=lock_id,
        defaults={"release": release, "due_at": None if due_at is None else to_micros(due_at)},
    )


def lift(event: Lifted) -> None:
    """Lets claims begin. A correction, kill or withdrawal stops every earlier version of its release at once
    (I7).
    """
    hold(event.version_id, event.release, event.due_at)
    at = to_micros(event.at)
    news: dict[str, Any] = {"lifted_at": at, "kind": event.kind, "number": event.version}
    if event.kind in EXPANDED_KINDS:
        news["rank"] = rank(
            event.kind, "normal"
        )  # known from the kind alone: it overtakes from its first row
    mine = Version.objects.filter(lock_id=event.version_id, lifted_at__isnull=True)
    late = {} if event.kind in EXPANDED_KINDS else {"unprepared": True}
    mine.exclude(state="prepared").update(**late, **news)
    mine.update(**news)
    if event.kind in EXPANDED_KINDS:
        Version.objects.filter(
            release=event.release,
            number__lt=event.version,
            lifted_at__isnull=False,
            superseded_at__isnull=True,
        ).update(superseded_at=at)


def drop(lock_id: str) -> bool:
    """Marks a lock as void unless it has been lifted; what was prepared for it goes next."""
    dropped = Version.objects.filter(lock_id=lock_id, lifted_at__isnull=True)
    return bool(dropped.exclude(state__in=["dropped", "gone"]).update(state="dropped"))


def void() -> list[str]:
    """Locks whose rows and parcels must go."""
    return list(Version.objects.filter(state="dropped").values_list("lock_id", flat=True))


def to_prepare() -> list[Version]:
    """What waits for preparation, most urgent first: what is public already, by rank, then by T0.

    A correction, kill or withdrawal has recipients only once it is public.
    """
    waiting = Version.objects.filter(state="held").exclude(lifted_at__isnull=True, kind__in=EXPANDED_KINDS)
    return list(
        waiting.order_by(F("lifted_at").asc(nulls_last=True), "rank", F("due_at").asc(nulls_last=True))
    )


def is_void(lock_id: str) -> bool:
    """Whether the lock was dropped meanwhile."""
    return Version.objects.filter(lock_id=lock_id, state__in=["dropped", "gone"]).exists()


def know(facts: LockFacts) -> None:
    """Writes down what the desk says of the lock."""
    Version.objects.filter(lock_id=facts.lock_id).update(
        version_id=facts.version_id,
        number=facts.number,
        kind=facts.kind,
        rank=rank(facts.kind, facts.release_class),
        circuit=facts.circuit,
        provider=facts.provider,
    )


def name_channels(lock_id: str, channels: set[str]) -> None:
    """Which channels its rows use."""
    Version.objects.filter(lock_id=lock_id).update(channels=",".join(sorted(channels)))


def prepared(lock_id: str, *, rows: int, addendum: str, now: int) -> bool:
    """Rows and parcels are on disk. False when the lock was dropped or somebody else was first."""
    return bool(
        Version.objects.filter(lock_id=lock_id, state="held").update(
            state="prepared", prepared_at=now, rows=rows, addendum=addendum
        )
    )


def gone(lock_id: str, *, now: int) -> None:
    """Nothing of the void lock is left. Other late editions of its version look again for people it had
    taken.
    """
    void_one = Version.objects.filter(lock_id=lock_id, state="dropped").first()
    Version.objects.filter(lock_id=lock_id, state="dropped").update(state="gone", drained_at=now)
    if void_one is not None and void_one.kind == "late-edition":
        others = Version.objects.filter(version_id=void_one.version_id, kind="late-edition", state="prepared")
        others.update(state="held", drained_at=None)


def released() -> dict[str, Released]:
    """Every lifted version that is not drained, by lock."""
    rows = Version.objects.filter(lifted_at__isnull=False, drained_at__isnull=True)
    return {row.lock_id: _released(row) for row in rows}


def lifted_of(version_id: str) -> dict[str, Released]:
    """The version and its late editions, as far as they are out, by lock; drained ones too."""
    rows = Version.objects.filter(version_id=version_id, lifted_at__isnull=False)
    return {row.lock_id: _released(row) for row in rows}


def _released(row: Version) -> Released:
    return Released(
        lock_id=row.lock_id,
        version_id=row.version_id or row.lock_id,
        release=row.release,
        rank=row.rank,
        lifted_at=row.lifted_at or 0,
        prepared=row.state == "prepared",
        superseded=row.superseded_at is not None,
        settled=row.settled_at is not None,
        channels=tuple(name for name in row.channels.split(",") if name),
        circuit=row.circuit,
        provider=row.provider,
    )


def settle(lock_id: str, *, now: int) -> bool:
    """True for the one who marks it first."""
    return bool(Version.objects.filter(lock_id=lock_id, settled_at__isnull=True).update(settled_at=now))


def unsettle(lock_ids: Collection[str]) -> None:
    """What was held of these is under way again."""
    Version.objects.filter(lock_id__in=lock_ids, drained_at__isnull=True).update(settled_at=None)


def drain(lock_id: str, *, now: int) -> None:
    """Nothing of it is open any more."""
    Version.objects.filter(lock_id=lock_id, state="prepared", drained_at__isnull=True).update(drained_at=now)


def reopen(lock_ids: set[str]) -> None:
    """There is work again after a person asked for another try."""
    Version.objects.filter(lock_id__in=lock_ids).update(drained_at=None, settled_at=None)


def is_archived(lock_id: str) -> bool:
    """Whether its rows have left the table."""
    return Version.objects.filter(lock_id=lock_id, archived_at__isnull=False).exists()


def numbers(release: str) -> Mapping[str, int]:
    """lock -> version number, of all locks of the release that were lifted."""
    rows = query(
        "SELECT lock_id, number FROM dispatch_version WHERE release = %s AND lifted_at IS NOT NULL", [release]
    )
    return {lock: int(number) for lock, number in rows}


def first_lifted_at(release: str) -> int | None:
    """When the release's first version went out, in microseconds: dates in file names keep to it."""
    first = Version.objects.filter(release=release, lifted_at__isnull=False).order_by("number").first()
    return None if first is None else first.lifted_at
