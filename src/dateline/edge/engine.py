"""The seams of the edge: what a desktop asks for, how bytes look and travel, and what an engine does.

Nothing here touches a socket. `hub.Hub` implements `Engine`; `sse` and `websocket` are framings; a `Pipe`
stands in for the bare file descriptor where writing is more than `send` (TLS).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from dateline.core.filters import Filter
from dateline.edge.choice import is_sent
from dateline.edge.ring import Entry

_EVERYTHING = Filter()


class Reason(StrEnum):
    """Why a connection ended; the label of `dateline_edge_dropped_total`."""

    LEFT = "left"  # the other side closed or was lost
    SLOW = "slow"  # it owed more than it may
    EXPIRED = "expired"  # its token's time is over
    REVOKED = "revoked"
    RESET = "reset"  # the origin began a new epoch
    DRAINED = "drained"
    BROKEN = "broken"  # it spoke what its framing does not allow
    FULL = "full"  # no slot was free


@dataclass(frozen=True, slots=True)
class Profile:
    """Which events a desktop is sent.

    `wanted`: token and request together, so that asking never widens; a name may occur twice, then both must
    hold. `languages` in the order of preference: of a release's editions the desktop gets the first of these
    that is public, one line a release; empty: every edition that passes (`choice.in_order`). `works_in`: the
    country that an event's `restrict` may exclude. `staged`: it also holds a grant for sealed frames.
    """

    wanted: Filter = _EVERYTHING
    languages: tuple[str, ...] = ()
    works_in: str = ""
    staged: bool = False

    def takes(self, event: Mapping[str, Any]) -> bool:
        """The rule that the bitsets must equal."""
        return (
            self.works_in not in event.get("restrict", ())
            and self.wanted.takes(event)
            and is_sent(self.languages, event)
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of bytes that a desktop sent after its request."""

    reply: bytes = b""
    kept: bytes = b""
    """The beginning of something not yet complete; handed in again with the bytes that follow."""
    said: tuple[str, ...] = ()
    """Complete text messages, for instance acknowledgements."""
    over: bool = False
    """Close once `reply` is written."""
    broken: bool = False
    """It is over because the desktop spoke what the framing does not allow."""
    frames: int = 0
    """How many frames were read for this, those of an unfinished message each time anew."""


class Framing(Protocol):
    """How events look on the line. One object serves all connections; it keeps nothing of any."""

    name: str
    """`sse` or `ws`: the label in counts."""

    def event(self, cursor: str, data: bytes) -> bytes:
        """One event: its cursor and one line of compact JSON in UTF-8. Staged frames have no cursor ("")."""
        ...

    def place(self, cursor: str) -> bytes:
        """A cursor alone, so that a desktop can resume before its first event."""
        ...

    def heartbeat(self) -> bytes:
        """What an idle line gets, so that dead ones are found."""
        ...

    def reset(self) -> bytes:
        """Catch up over the API: the cursor is too old."""
        ...

    def retry(self, milliseconds: int) -> bytes:
        """Come back after so long."""
        ...

    def farewell(self, reason: Reason) -> bytes:
        """The last bytes before we close in order; may be empty."""
        ...

    def heard(self, data: bytes, kept: bytes) -> Heard:
        """Takes what the desktop said; `kept` is what the call before left over."""
        ...


class Pipe(Protocol):
    """One connection whose bytes are not simply those of its descriptor (TLS). Never blocks."""

    def fileno(self) -> int: ...

    def handshake(self) -> str:
        """`done`, or what it waits for: `read` or `write`. Raises OSError when it fails."""
        ...

    def recv(self) -> bytes | None:
        """All that came; None when nothing now, b"" when the other side is gone."""
        ...

    def send(self, data: bytes | memoryview) -> int:
        """How many bytes were taken, or -errno (-EAGAIN: none now; the next call brings the same bytes again,
        perhaps with more behind them).
        """
        ...

    def close(self) -> None:
        """Closes the descriptor without waiting."""
        ...


@dataclass(frozen=True, slots=True)
class Admission:
    """A desktop that passed the door."""

    profile: Profile
    framing: Framing
    head: bytes = b""
    """The answer to its request, written before anything else."""
    position: str = ""
    """The cursor it resumes from; empty: from now on."""
    visitor: Any = None
    """What the door wants to hear again when the desktop has its slot and when it leaves it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer after which the connection closes."""

    data: bytes


class Engine(Protocol):
    """Keeps the connections that were admitted. All calls come from the event loop's thread."""

    capacity: int
    """How many connections it has room for."""

    def admit(self, line: int | Pipe, admission: Admission, rest: bytes = b"") -> None:
        """Takes over a non-blocking descriptor (detached: nobody else closes it) or a pipe.

        Writes the head, what was missed since the position, and from then on every event that the profile
        takes, each once and in order. It happens at once or in the gap after the running round. `rest` came
        behind the request.
        """
        ...

    def broadcast(self, entries: Sequence[Entry]) -> None:
        """Takes new entries in log order; they leave with the next tick, kills at once."""
        ...

    def stage(self, data: bytes, *, urgent: bool = False) -> None:
        """Writes one sealed frame or key (compact JSON) to all whose profile is `staged`, whatever they
        filter; it has no cursor and is not repeated. Who owes bytes misses it.
        """
        ...

    def drop(self, slot: int, reason: Reason, last: bytes = b"") -> None:
        """Closes one connection, after trying to write `last` to it."""
        ...

    async def drain(self, *, within_s: float, retry_most_s: float) -> None:
        """Tells everyone a random moment to come back at and closes them, some at a time."""
        ...
