"""What dispatch does when an event arrives: it takes note in the ledger; the heavy work is the preparer's and
the pump's.
"""

from collections.abc import Mapping
from typing import Final

from dateline.core.clock import to_micros
from dateline.core.events import Event, Held, HoldWithdrawn, Lifted, LockDropped, Suppressed
from dateline.dispatch import statements, versions
from dateline.plant.db.outbox import Handler

CONSUMER: Final = "dispatch"


def _held(event: Held) -> None:
    versions.hold(event.version_id, event.release, event.due_at)


def _void(event: LockDropped | HoldWithdrawn) -> None:
    versions.drop(event.version_id)


def _suppressed(event: Suppressed) -> None:
    statements.suppress(event.person, event.reason, now=to_micros(event.at))


HANDLERS: Final[Mapping[type[Event], Handler]] = {
    Held: _held,
    Lifted: versions.lift,
    LockDropped: _void,
    HoldWithdrawn: _void,
    Suppressed: _suppressed,
}
"""Small and idempotent: each runs in one short transaction of the ledger."""
