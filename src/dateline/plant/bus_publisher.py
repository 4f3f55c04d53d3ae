"""Copies the wire log into its JetStream stream, in order, and says every second where the log stands.

The log is the truth. The stream is built anew whenever it is not a piece of it: empty store, another epoch.
What the server is asked to check: the event id as message id (a repeat within two minutes is dropped), and
the last number of the stream (whoever else writes into it meanwhile has us, or himself, refused).
"""

import asyncio
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog

from dateline.core.errors import BadInput, Conflict
from dateline.plant.bus import (
    BEAT_S,
    KEY,
    PREV,
    SEQ,
    Beat,
    BusAway,
    Names,
    about_of,
    away,
    connected,
    stream_config,
)

log = structlog.get_logger("plant.publisher")

KEPT: Final = 10_000
"""A stream that is built anew begins at most so many events before the head: as far as an edge's ring."""
_WRONG_LAST: Final = 10071
"""Error code of JetStream: wrong last sequence."""
_LOOK_S: Final = 0.025
_ROWS: Final = 200
_STANDBY_S: Final = 0.5
_TOLD_EVERY: Final = 60
_JITTER = random.SystemRandom()


class SecondWriter(BusAway):
    """Somebody else writes into the stream."""


@dataclass(frozen=True, slots=True)
class Row:
    """One event of the log. `text`: compact JSON. `key`: the key message that goes with it, or `null`."""

    seq: int
    event_id: str
    cursor: str
    text: str
    key: str = "null"


class Source(Protocol):
    """The log, read in one thread of the publisher. Raises what its database raises."""

    whose: str
    """Tells wires apart that were given the same stream by mistake."""

    def leads(self) -> bool:
        """Whether it is ours to publish; another process of the same wire may be at it."""
        ...

    def head(self) -> Beat: ...

    def rows_after(self, seq: int, limit: int) -> list[Row]: ...

    def cursor(self, seq: int) -> str: ...

    def revocations(self) -> str:
        """The signed list of revoked desktop keys."""
        ...

    def hang_up(self) -> None:
        """Closes the connection of this thread."""
        ...


@dataclass
class Publisher:
    """One stream of one wire."""

    source: Source
    url: str
    names: Names = Names()  # noqa: RUF009  frozen
    replicas: int = 1
    keep_days: int = 30
    ca_file: str = ""
    published: int = 0

    async def run(self, stop: threading.Event) -> None:
        """Publishes until `stop` is set. Losing NATS or the database delays, never loses."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bus-log")
        failures = 0
        try:
            while not stop.is_set():
                try:
                    await self._session(stop)
                    failures = 0
                except (BadInput, Conflict) as error:
                    failures = max(failures, 6)  # somebody must mend it; then we go on by ourselves
                    log.error("bus.refused", error=str(error))  # noqa: TRY400
                except BusAway as error:
                    failures += 1
                    if failures == 1 or failures % _TOLD_EVERY == 0:
                        log.warning("bus.away", error=str(error), failures=failures)
                except Exception as error:  # a database that is away; its words may quote what it holds
                    failures += 1
                    log.error("bus.failed", error=type(error).__name__)  # noqa: TRY400
                    await self._ask(self.source.hang_up)
                await _pause(stop, _JITTER.uniform(0.05, min(5.0, 0.2 * 2.0 ** min(failures, 6))))
        finally:
            await self._ask(self.source.hang_up)
            self._thread.shutdown()

    async def _ask(self, call: Any, *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, *args)

    async def _session(self, stop: threading.Event) -> None:
        while not await self._ask(self.source.leads):
            if await _pause(stop, _STANDBY_S):
                return
        async with connected(self.url, name="dateline publisher", ca_file=self.ca_file) as nc:
            js = nc.jetstream(timeout=5)
            beat: Beat = await self._ask(self.source.head)
            number, seq = await self._standing(js, beat)
            said_at = 0.0
            while not stop.is_set() and await self._ask(self.source.leads):
                rows: list[Row] = await self._ask(self.source.rows_after, seq, _ROWS)
                for row in rows:
                    number, seq = await self._publish(js, row, number, seq)
                if time.monotonic() - said_at >= BEAT_S or rows:
                    said_at = time.monotonic()
                    now: Beat = await self._ask(self.source.head)
                    revoked: str = await self._ask(self.source.revocations)
                    if now.epoch != beat.epoch:
                        raise BusAway("the log began a new epoch; the stream is built anew")
                    with away():
                        await nc.publish(self.names.head, now.dumped())
                        await nc.publish(self.names.revoked, revoked.encode())
                        await nc.flush(timeout=5)
                if not rows:
                    await asyncio.sleep(_LOOK_S)

    async def _publish(self, js: Any, row: Row, number: int, seq: int) -> tuple[int, int]:
        from nats.js.errors import APIError

        headers = {
            "Nats-Msg-Id": row.event_id,
            "Nats-Expected-Last-Sequence": str(number),
            SEQ: str(row.seq),
            PREV: await self._ask(self.source.cursor, seq),
        } | ({KEY: row.key} if row.key != "null" else {})
        with away():
            try:
                answer = await js.publish(
                    self.names.event(row.cursor), row.text.encode(), stream=self.names.stream, headers=headers
                )
            except APIError as error:
                if error.err_code != _WRONG_LAST:
                    raise
                raise SecondWriter("another process writes into this stream; looking at it anew") from None
        if answer.seq != number + 1:  # a repeat that the server dropped, but not of our last message
            raise SecondWriter("the stream holds this event elsewhere; looking at it anew")
        self.published += 1
        return answer.seq, row.seq

    # --- where the stream stands ------------------------------------------------------------------------

    async def _standing(self, js: Any, beat: Beat) -> tuple[int, int]:
        """(last number of the stream, number in the log that it stands for); built anew where it is no piece
        of this log. Raises Conflict for the stream of another wire.
        """
        info = await self._info(js)
        if info is not None:
            about = about_of(info.config.description)
            if about.get("wire") != self.source.whose:
                raise Conflict(
                    f"the stream {self.names.stream} belongs to another wire; set DATELINE_NATS_STREAM "
                    "to a name of this wire's own, or delete that stream"
                )
            seq = int(about.get("first", 1)) - 1 + info.state.last_seq
            if about.get("epoch") == beat.epoch and await self._fits(js, info, seq, beat):
                return info.state.last_seq, seq
            log.warning("bus.rebuild", stream=self.names.stream)
            with away():
                await js.delete_stream(self.names.stream)
        first = max(0, beat.head - KEPT) + 1
        about = {"wire": self.source.whose, "epoch": beat.epoch, "first": first}
        config = stream_config(self.names, about, replicas=self.replicas, keep_days=self.keep_days)
        with away():
            await js.add_stream(config)
        log.info("bus.stream", stream=self.names.stream, first_seq=first)
        return 0, first - 1

    async def _info(self, js: Any) -> Any:
        from nats.js.errors import NotFoundError

        with away():
            try:
                return await js.stream_info(self.names.stream)
            except NotFoundError:
                return None

    async def _fits(self, js: Any, info: Any, seq: int, beat: Beat) -> bool:
        """Whether the stream's last event is that number of the log."""
        if seq > beat.head:
            return False
        if info.state.messages == 0:
            return True  # aged out; the count says how far it had come
        with away():
            last = await js.get_msg(self.names.stream, seq=info.state.last_seq)
        return bool(self.names.cursor(last.subject) == await self._ask(self.source.cursor, seq))


async def _pause(stop: threading.Event, seconds: float) -> bool:
    """Waits; True when `stop` was set meanwhile."""
    for _ in range(max(1, round(seconds / 0.05))):
        if stop.is_set():
            break
        await asyncio.sleep(0.05)
    return stop.is_set()
