"""Heartbeats: a small file to each endpoint that asked for one, between deliveries, never beside one."""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final, Protocol

import structlog

from dateline.channels.filedrop.drop import Drop, DropFile
from dateline.core.clock import Clock, iso_z
from dateline.core.words import Endpoint

log = structlog.get_logger("channels")

NAME: Final = "dateline-heartbeat.txt"
_LOOK_S: Final = 20.0

Asking = Callable[[], Sequence[tuple[Endpoint, int]]]
"""Who asks for heartbeats, and every how many minutes. Reads the audience, so it is called in a thread."""


class Beating(Protocol):
    """A channel that can send heartbeats once it is told who asks for them."""

    asking: Asking | None


class Heart:
    """Looks every few seconds whose heartbeat is due. `beat` puts it, False where a delivery is under way,
    which shows as well that the way is open.
    """

    def __init__(
        self, asking: Asking, beat: Callable[[Endpoint, Drop], bool], clock: Clock, *, look_s: float = _LOOK_S
    ) -> None:
        self._asking, self._beat, self._clock, self._look_s = asking, beat, clock, look_s
        self._last: dict[str, float] = {}

    async def run(self) -> None:
        """Until cancelled. An audience that cannot be read is asked again."""
        while True:
            try:
                self._round(await asyncio.to_thread(self._asking))
            except Exception:
                log.exception("channel.heartbeat_failed")
            await asyncio.sleep(self._look_s)

    def _round(self, asked: Sequence[tuple[Endpoint, int]]) -> None:
        now = monotonic()
        for endpoint, minutes in asked:
            last = self._last.get(endpoint.id)
            if last is None or now - last >= minutes * 60:
                self._last[endpoint.id] = now
                self._beat(endpoint, self._drop())

    def _drop(self) -> Drop:
        text = f"{iso_z(self._clock.now())}\n".encode()
        return Drop(DropFile((), NAME, text), overwrites=True)
