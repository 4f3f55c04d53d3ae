"""What goes into the statements and comes out of them. Instants are microseconds."""

from dataclasses import dataclass
from typing import NamedTuple

from dateline.dispatch.rules import State


class Claimed(NamedTuple):
    """A leased row as the claim returned it; `attempts` and `losses` cannot change while we hold it."""

    id: int
    fence: int
    version_id: str
    lock_id: str
    language: str
    recipient_id: str
    channel: str
    person_id: str | None
    endpoint_id: str
    format: str
    held: str
    expires_at: int | None
    attempts: int
    losses: int


class NewDelivery(NamedTuple):
    """A row of the fan-out. `state` is waiting, or suppressed with its `reason`."""

    language: str
    recipient_id: str
    channel: str
    person_id: str | None
    endpoint_id: str
    domain: str
    parcel: str
    kind: str
    country: str
    format: str
    state: State
    reason: str


class Outcome(NamedTuple):
    """What a claim came to: the new state for the row if we still hold it, and the attempt in either case."""

    id: int
    fence: int
    state: State
    reason: str
    due_at: int | None
    attempts: int
    losses: int
    code: int
    done_at: int | None
    kind: str
    at: int
    text: str
    ms: int
    too_late: bool = False
    """The claim is over already: only the attempt is written."""
    published_url: str = ""
    """Where the receiver says it has published it."""


class HandBack(NamedTuple):
    """A claim no channel saw, taken back. `due_at` and `expires_at` None: as before the claim."""

    id: int
    fence: int
    state: State
    reason: str
    held: str
    due_at: int | None
    expires_at: int | None
    gather: int = 0
    """1 = it waits for its person's digest."""
    person: str = ""
    day: str = ""
    """The mail was counted for this person and day, and is not any more."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A row whose holder is gone. `begun` False: no channel ever saw it. `looked_at` False: nor had its
    holder looked at it, so that it counts against nobody's day.
    """

    id: int
    fence: int
    owner: str
    losses: int = 0
    begun: bool = True
    looked_at: bool = True
