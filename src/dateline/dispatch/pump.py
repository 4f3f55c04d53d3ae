"""The pump: one event loop that keeps every channel busy, and the threads that do its database work."""

import asyncio
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

import structlog

from dateline.core.channel import Channel
from dateline.core.clock import from_micros
from dateline.dispatch import (
    begun,
    digests,
    endpoints,
    feedback,
    health,
    pauses,
    statements,
    upkeep,
    versions,
)
from dateline.dispatch.begun import Journal
from dateline.dispatch.breaker import Breaker
from dateline.dispatch.claiming import Claimer, Ground
from dateline.dispatch.destinations import paced_by_domain
from dateline.dispatch.feed import Feed
from dateline.dispatch.leases import Leases
from dateline.dispatch.ledger_clock import LedgerClock
from dateline.dispatch.nowhere import Nowhere
from dateline.dispatch.parcels import Opener
from dateline.dispatch.pauses import Stops
from dateline.dispatch.rules import SECOND
from dateline.dispatch.running import every, keep_sending
from dateline.dispatch.statements.digests import forget_carriers
from dateline.dispatch.threads import Worker
from dateline.dispatch.versions import Released
from dateline.dispatch.writer import Writer
from dateline.plant.settings import Settings

log = structlog.get_logger("dispatch")

_ADDRESSERS: Final = 2
_REFRESH_S: Final = 0.5
_UPKEEP_S: Final = 1.0
_STOP_POLL_S: Final = 0.05
_DRAIN_S: Final = 8.0  # less than the supervisor's patience
_FORGET_DAYS_AFTER_S: Final = 3 * 86_400
_FORGET_CARRIERS_AFTER_S: Final = 60 * 86_400
_FORGET_EVERY_S: Final = 3600.0


class Pump:
    """One per process start. `owner` is `HOME.RANDOM`: new each time, and its first part tells whose orphans
    are whose.
    """

    def __init__(
        self,
        channels: Mapping[str, Channel],
        *,
        opener: Opener,
        settings: Settings,
        clock: LedgerClock,
        owner: str,
        journals: Path,
    ) -> None:
        self._channels = channels
        self._settings = settings
        self._clock = clock
        self._owner = owner
        self._journals = journals
        self._journal = Journal(journals, owner)
        self._breakers: dict[str, Breaker] = {}
        self._claimers: dict[str, Claimer] = {}
        self._senders: list[asyncio.Task[None]] = []
        self._claims: list[asyncio.Task[None]] = []
        self._looks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._forget_next = 0.0
        self._gathering = digests.Gathering()
        self._resting: set[str] = set()
        """Endpoints whose breaker was open at the last look: what waits for one goes as soon as it closes."""
        self._ground = Ground(
            owner=owner,
            lease_s=settings.lease_s,
            clock=clock,
            opener=opener,
            writer=Writer(owner, clock.now, lease_s=settings.lease_s, on_commit=self._committed),
            addressers=[Worker(f"dispatch-address-{number}") for number in range(_ADDRESSERS)],
        )

    @property
    def busy(self) -> bool:
        """Whether news that is out already is on its way to somebody."""
        return any(claimer.feed.in_flight for claimer in list(self._claimers.values()))

    def wake(self) -> None:
        """Something changed in the ledger: look again now. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._look)

    async def run(self, stop: threading.Event) -> None:
        """Pumps until `stop`, then lets what is under way end and gives back the rest."""
        self._journal.open()
        for worker in (self._ground.writer, *self._ground.addressers):
            worker.start()
        try:
            await self._ground.do(self._start, atomic=False)
            self._loop = asyncio.get_running_loop()
            for kind, channel in self._channels.items():
                self._open(kind, channel)
            leases = Leases(self._ground, self._journal, self._feeds)
            rounds = [
                asyncio.create_task(every(seconds, step))
                for seconds, step in (
                    (_REFRESH_S, self._refresh),
                    (_UPKEEP_S, self._tidy),
                    (_UPKEEP_S, self._digests),
                    (self._settings.lease_s / 3, leases.renew),
                )
            ]
            await _set(stop)
            await self._end(rounds)
        finally:
            for worker in (*self._ground.addressers, self._ground.writer):
                await asyncio.to_thread(worker.finish)

    # --- channels -------------------------------------------------------------------------------------------

    def _open(self, kind: str, channel: Channel) -> None:
        feed = Feed(
            kind,
            writer=self._ground.writer,
            journal=self._journal,
            breakers=self._breakers,
            clock=self._clock,
            most_at_once=self._settings.claim_batch,
            lease_s=self._settings.lease_s,
            destinations=paced_by_domain(kind, self._settings, self._clock),
        )
        claimer = self._claimers[kind] = Claimer(feed, self._ground, channel.retry_horizon_s)
        self._claims.append(asyncio.create_task(claimer.run(), name=f"claim-{kind}"))
        self._senders.append(asyncio.create_task(keep_sending(feed, channel), name=f"send-{kind}"))

    def _feeds(self) -> list[Feed]:
        return [claimer.feed for claimer in self._claimers.values()]

    # --- rounds ---------------------------------------------------------------------------------------------

    def _start(self) -> None:
        """Before the first claim: rows of this home's last process are orphans, whatever their lease says."""
        self._clock.align()
        home = self._owner.partition(".")[0]
        upkeep.reap(self._owner, self._journals, now=self._clock.now, dead_prefix=f"{home}.")
        begun.forget(self._journals, except_owner=self._owner)
        self._breakers.update(health.load())
        self._ground.released = versions.released()
        self._ground.stops = pauses.stops(self._ground.released)

    async def _refresh(self) -> None:
        before = self._ground.released
        found, stops = await self._ground.do(self._read_versions)
        self._ground.released = found
        changed, self._ground.stops = stops != self._ground.stops, stops
        replaced = {version.lock_id for version in found.values() if version.superseded}
        unprepared = {v.lock_id for v in found.values() if not v.prepared}
        for kind in {name for version in found.values() for name in version.channels} - set(self._claimers):
            self._open(kind, Nowhere(kind))
        for claimer in self._claimers.values():
            claimer.forget(unprepared)
            claimer.feed.drop(replaced)
            claimer.feed.stop(stops)
            if changed:
                claimer.resume()
            if changed or unprepared or found.keys() - before.keys():
                claimer.feed.news.set()

    def _read_versions(self) -> tuple[dict[str, Released], Stops]:
        self._clock.align()
        found = versions.released()
        return found, pauses.stops(found)

    async def _tidy(self) -> None:
        """Step by step, so that results wait for one of them at most."""
        horizons = {kind: claimer.horizon_s for kind, claimer in self._claimers.items()}
        await self._ground.do(
            lambda: upkeep.reap(self._owner, self._journals, now=self._clock.now), atomic=False
        )
        for version in list(self._ground.released.values()):
            look = partial(upkeep.tidy, version, horizons)
            more = True
            while more:
                more = await self._ground.do(lambda look=look: look(now=self._clock.now()))  # type: ignore[misc]
        await self._share_breakers()
        if monotonic() >= self._forget_next:
            self._forget_next = monotonic() + _FORGET_EVERY_S
            oldest = from_micros(self._clock.now() - _FORGET_DAYS_AFTER_S * SECOND).date().isoformat()
            await self._ground.do(lambda: statements.forget_mail_days(oldest))
            await self._ground.do(lambda: feedback.forget(now=self._clock.now()))
            old = self._clock.now() - _FORGET_CARRIERS_AFTER_S * SECOND
            while await self._ground.do(lambda: forget_carriers(before=old)):
                pass

    async def _digests(self) -> None:
        """Digests that are due become mails; what ended ones carried ends with them. Step by step, too, and
        where that is our turn.
        """
        while await self._ground.do(
            lambda: self._gathering.step(now=self._clock.now(), stops=self._ground.stops)
        ):
            pass

    async def _share_breakers(self) -> None:
        """Takes over what other workers, or a person, wrote about endpoints; ours is there already."""
        found = await self._ground.do(health.load)
        self._breakers.clear()
        self._breakers.update(found)
        resting = {name for name, breaker in found.items() if breaker.state == "open"}
        if mended := self._resting - resting:
            await self._ground.do(lambda: endpoints.due_now(sorted(mended), now=self._clock.now()))
        self._resting = resting

    # --- small parts ----------------------------------------------------------------------------------------

    def _look(self) -> None:
        look = asyncio.create_task(self._refresh())
        self._looks.add(look)
        look.add_done_callback(self._looks.discard)

    def _committed(self) -> None:
        """In the writer's thread: reports that waited for room go on."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._make_room)

    def _make_room(self) -> None:
        for feed in self._feeds():
            feed.room_made.set()

    async def _end(self, rounds: list[asyncio.Task[None]]) -> None:
        """Orderly: channels finish what they hold, what nobody drew is given back, then leftovers
        are reaped.
        """
        for feed in self._feeds():
            feed.close()
        for task in (*rounds, *self._looks):
            task.cancel()
        await asyncio.gather(*self._claims, *rounds, *self._looks, return_exceptions=True)
        await self._let_finish()
        for channel in self._channels.values():
            await channel.aclose()
        await asyncio.to_thread(self._ground.writer.flushed, _DRAIN_S)
        await self._ground.do(
            lambda: upkeep.reap("", self._journals, now=self._clock.now, dead_prefix=self._owner),
            atomic=False,
        )
        self._journal.close()

    async def _let_finish(self) -> None:
        """Waits for channels that hold something. One that holds nothing may wait for its relay for ever."""
        deadline = monotonic() + _DRAIN_S
        for sender, feed in zip(self._senders, self._feeds(), strict=True):
            await asyncio.wait([sender], timeout=_STOP_POLL_S)
            while not sender.done() and feed.in_flight and monotonic() < deadline:
                await asyncio.wait([sender], timeout=_STOP_POLL_S)
            sender.cancel()
        await asyncio.gather(*self._senders, return_exceptions=True)


async def _set(stop: threading.Event) -> None:
    """Returns once the event of the signal handler is set; no loop can wait for it, so it is looked at."""
    while not stop.is_set():  # noqa: ASYNC110
        await asyncio.sleep(_STOP_POLL_S)
