"""What all connections to one relay share."""

from collections.abc import Callable
from typing import Final

import structlog

from dateline.channels.mail.connection import Connection
from dateline.channels.mail.pace import Pace
from dateline.channels.mail.relay import Gate, Relay
from dateline.channels.mail.remembered import Remembered

log = structlog.get_logger("channels.mail")

_SINGLY_S: Final = 3600.0
"""How long a relay that broke the protocol is spoken to one command at a time."""


class Road:
    """What the connections to one relay share: the gate while it is away, its pace, and whether it can take
    commands in groups.
    """

    def __init__(
        self,
        relay: Relay,
        now: Callable[[], float],
        pause: Callable[[float], float] | None = None,
        memory: Remembered | None = None,
        *,
        by_domain: bool = False,
    ) -> None:
        self.relay = relay
        self.by_domain = by_domain
        """Whether dispatch paces recipients' domains: their wish for patience is not the relay's."""
        self.gate = Gate(pause, relay=relay.name)
        self.pace = Pace(relay, now)
        self._memory = memory
        if memory is not None:
            memory.restore(relay, self.pace)
        self._now = now
        self._singly_until = 0.0
        self._connections: list[Connection] = []

    def take(self, connection: Connection) -> None:
        """One more connection to this relay."""
        connection.on_fault = self._fault
        self._connections.append(connection)

    def before_open(self) -> None:
        """Groups again, an hour after a fault."""
        if self._singly_until and self._now() >= self._singly_until:
            self._singly_until = 0.0
            for connection in self._connections:
                connection.in_groups = True

    def _fault(self, what: str) -> None:
        if not self._singly_until:
            log.warning("mail.relay_fault", relay=self.relay.name, what=what, singly_s=_SINGLY_S)
        self._singly_until = self._now() + _SINGLY_S
        for connection in self._connections:
            connection.in_groups = False

    def turn(self) -> float:
        """Takes one message's turn; seconds that it has to wait first."""
        wait_s = self.pace.wait_s()
        if self.pace.changed:
            self._keep()
        return wait_s

    def _keep(self) -> None:
        self.pace.changed = False
        if self._memory is not None:
            self._memory.keep(self.relay, self.pace)

    def throttled(self) -> None:
        """The relay asked for patience."""
        if rate := self.pace.throttled():
            self._keep()
            log.warning("mail.relay_throttles", relay=self.relay.name, rate=round(rate, 2))
