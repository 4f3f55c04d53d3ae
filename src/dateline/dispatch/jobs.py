"""What dispatch does when an event arrives: it takes note in the ledger; the heavy work is the preparer's and
the pump's.
"""

from collections.abc import Mapping
from typing import Final

from dateline.core.clock import to_micros
from dateline.core.events import (
    Erased,
    Event,
    Held,
    HoldWithdrawn,
    LetterAsked,
    Lifted,
    LockDropped,
    Suppressed,
    SuppressedMany,
    WireFreed,
    WireHeld,
)
from dateline.dispatch import forgetting, letters, pauses, statements, versions
from dateline.plant.db.outbox import Handler

CONSUMER: Final = "dispatch"


def _held(event: Held) -> None:
    versions.hold(event.version_id, event.release, event.due_at)


def _void(event: LockDropped | HoldWithdrawn) -> None:
    versions.drop(event.version_id)


def _suppressed(event: Suppressed) -> None:
    statements.suppress(event.person, event.reason, now=to_micros(event.at))


def _suppressed_many(event: SuppressedMany) -> None:
    statements.suppress_many(event.persons, event.reason, now=to_micros(event.at))


def _wire_held(event: WireHeld) -> None:
    pauses.pause("wire", pauses.HOLD, by=event.by, reason=event.reason)


def _wire_freed(event: WireFreed) -> None:
    pauses.resume("wire", pauses.HOLD, by=event.by)


def _erased(event: Erased) -> None:
    forgetting.erase_person(event.person)


HANDLERS: Final[Mapping[type[Event], Handler]] = {
    Held: _held,
    Lifted: versions.lift,
    LockDropped: _void,
    HoldWithdrawn: _void,
    Suppressed: _suppressed,
    LetterAsked: letters.asked,
    Erased: _erased,
    SuppressedMany: _suppressed_many,
    WireHeld: _wire_held,
    WireFreed: _wire_freed,
}
"""Small and idempotent: each runs in one short transaction of the ledger."""
