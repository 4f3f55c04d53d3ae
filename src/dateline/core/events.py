"""Events that travel up the house through the outbox, as frozen values."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from dateline.core.clock import Instant, from_iso
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.words import VersionKind


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became true in one transaction of one room."""


@dataclass(frozen=True, slots=True)
class Approved(Event):
    """desk: the approvals its policy asks for are there over this locked hash. `due_at` None = on approval,
    at `at`.
    """

    version_id: VersionId
    release: ReleaseId
    version: int
    kind: VersionKind
    at: Instant
    due_at: Instant | None


@dataclass(frozen=True, slots=True)
class LockDropped(Event):
    """desk: this lock is void (new lock, return, spike); what was prepared for it must go."""

    version_id: VersionId
    release: ReleaseId


@dataclass(frozen=True, slots=True)
class Held(Event):
    """wire: a hold is open."""

    version_id: VersionId
    release: ReleaseId
    due_at: Instant


@dataclass(frozen=True, slots=True)
class Overdue(Event):
    """wire: T0 was missed by more than `late_limit`; a person must decide."""

    version_id: VersionId
    release: ReleaseId
    due_at: Instant


@dataclass(frozen=True, slots=True)
class HoldWithdrawn(Event):
    """wire: withdrawn before T0; nothing of it will be public."""

    version_id: VersionId
    release: ReleaseId


@dataclass(frozen=True, slots=True)
class Lifted(Event):
    """wire: released; committed with the wire-log rows."""

    version_id: VersionId
    release: ReleaseId
    version: int
    kind: VersionKind
    due_at: Instant
    at: Instant


@dataclass(frozen=True, slots=True)
class Suppressed(Event):
    """audience: this person (or outlet endpoint) must not be mailed any more."""

    person: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class SuppressedMany(Event):
    """audience: none of these people (or outlets, by recipient id) must be mailed any more. A list of
    thousands travels as a few of these: one event each would keep a lift waiting behind them.
    """

    persons: tuple[str, ...]
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Prepared(Event):
    """dispatch: parcels and rows of a version are on disk."""

    version_id: VersionId
    release: ReleaseId
    rows: int
    at: Instant


@dataclass(frozen=True, slots=True)
class Settled(Event):
    """dispatch: every row of a version is final, held, or deferred beyond 60 s."""

    version_id: VersionId
    release: ReleaseId
    at: Instant


@dataclass(frozen=True, slots=True)
class EndpointDisabled(Event):
    """An outlet's endpoint gets nothing more: it said that it is gone, or failed for days. From the ledger's
    outbox.
    """

    endpoint: str
    channel: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class WireHeld(Event):
    """wire: the hold of the whole wire is on; nothing lifts, nothing is sent."""

    by: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class WireFreed(Event):
    """wire: the hold of the whole wire is off."""

    by: str
    at: Instant


@dataclass(frozen=True, slots=True)
class LetterAsked(Event):
    """audience: a mail of the house is to go to one person who asked for it; its link is made at sending.
    Nothing in here is secret or an address.
    """

    letter: str
    recipient: str
    domain: str
    language: str
    at: Instant
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class Erased(Event):
    """audience: this person is gone at their own request; what others hold of them must name nobody."""

    person: str
    at: Instant


@dataclass(frozen=True, slots=True)
class ItemArrived(Event):
    """intake: a provider's item is new, changed or killed; what it says is sealed under its number.
    `revision` grows with each change, so that an event told twice changes nothing.
    """

    item: int
    revision: int
    provider: str
    at: Instant


EVENTS: dict[str, type[Event]] = {
    cls.__name__: cls
    for cls in (
        Approved,
        LockDropped,
        Held,
        Overdue,
        HoldWithdrawn,
        Lifted,
        Suppressed,
        SuppressedMany,
        Prepared,
        Settled,
        EndpointDisabled,
        WireHeld,
        WireFreed,
        LetterAsked,
        Erased,
        ItemArrived,
    )
}


def event_document(event: Event) -> dict[str, Any]:
    """JSON form; instants as RFC 3339 with microseconds."""
    document = {f.name: getattr(event, f.name) for f in dataclasses.fields(event)}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in document.items()
    }


def event_from(kind: str, document: dict[str, Any]) -> Event:
    """Reads what `event_document` wrote. Raises KeyError for an unknown kind."""
    cls = EVENTS[kind]
    values = dict(document)
    for field in dataclasses.fields(cls):
        if "Instant" in str(field.type) and values.get(field.name) is not None:
            values[field.name] = from_iso(values[field.name])
    return cls(**values)
