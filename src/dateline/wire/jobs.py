"""What the room does when the desk says that a lock is approved, or void."""

from collections.abc import Mapping
from typing import Final

from django.db import transaction

from dateline.core.errors import NotFound
from dateline.core.events import Approved, Event, Held, HoldWithdrawn, Lifted, LockDropped
from dateline.desk import services as desk
from dateline.plant.db.databases import DEFAULT
from dateline.plant.db.outbox import Handler
from dateline.wire import holds, rules, search_index, staging

CONSUMER: Final = "wire"


def open_hold(event: Approved) -> None:
    """Opens the hold, once; none for a lock that was dropped or withdrawn meanwhile."""
    try:
        version = desk.version(event.version_id)
    except NotFound:
        return
    if version.state != "approved":
        return
    holds.open_hold(
        event.version_id,
        event.release,
        event.version,
        event.kind,
        due_at=rules.due_of(event.due_at, event.at),
        release_class=desk.show(event.release).release_class,
    )


def end_hold(event: LockDropped) -> None:
    """Ends the hold of a void lock. Dispatch and desk heard of it from the desk itself."""
    holds.stand_down(event.version_id, by="desk")
    staging.unstage(event.version_id)


def stage_ahead(event: Held) -> None:
    """Seals the text for those who may have it before T0 without being able to read it."""
    staging.stage(event.version_id, due_at=event.due_at)


def forget_staged(event: HoldWithdrawn) -> None:
    """What does not come needs no key."""
    staging.unstage(event.version_id)


def after_lift(event: Lifted) -> None:
    """A kill takes the keys of what it ends, and its words from the index's pages; keys of long ago are of no
    use to anybody.
    """
    if event.kind == "kill":
        staging.unstage_release(event.release)
        # After this commit, in small ones of its own: no lift waits for it.
        transaction.on_commit(search_index.forget_deleted, using=DEFAULT, robust=True)
    staging.forget_old(event.at)


HANDLERS: Final[Mapping[type[Event], Handler]] = {
    Approved: open_hold,
    LockDropped: end_hold,
    Held: stage_ahead,
    HoldWithdrawn: forget_staged,
    Lifted: after_lift,
}
