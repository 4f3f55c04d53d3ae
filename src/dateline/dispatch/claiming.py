"""Keeps one feed filled: claim, address, settle what may not go, offer the rest."""

import asyncio
import math
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, TypeVar

import structlog
from django.db import transaction

from dateline.dispatch import addressing, statements
from dateline.dispatch.feed import Feed
from dateline.dispatch.ledger_clock import LedgerClock
from dateline.dispatch.parcels import Opener
from dateline.dispatch.pauses import Stops
from dateline.dispatch.rules import SECOND
from dateline.dispatch.statements import Claimed
from dateline.dispatch.threads import Worker
from dateline.dispatch.versions import Released
from dateline.dispatch.writer import Writer
from dateline.plant.db.databases import LEDGER

log = structlog.get_logger("dispatch")
T = TypeVar("T")

_BATCHES: Final = 2  # under way at once: one is addressed while the next is claimed
_IDLE_S: Final = 1.0
_SHARE_OF_RETRIES: Final = 0.1
_LOOK_AGAIN_S: Final = 5.0


@dataclass
class Ground:
    """What all claimers stand on. `released` is replaced as a whole by the pump; `owner` holds our leases."""

    owner: str
    lease_s: int
    clock: LedgerClock
    opener: Opener
    writer: Writer
    addressers: list[Worker]
    released: Mapping[str, Released] = field(default_factory=dict)
    stops: Stops = field(default_factory=Stops)
    """What is paused; replaced as a whole by the pump, like `released`."""

    async def do(self, job: Callable[[], T], *, atomic: bool = True) -> T:
        """Runs database work in the writer's thread, in a transaction unless the job brings its own."""

        def within() -> T:
            with transaction.atomic(using=LEDGER):
                return job()

        future: Future[T] = self.writer.submit(within if atomic else job)
        return await asyncio.wrap_future(future)


@dataclass
class Claimer:
    """One per channel. `horizon_s` is the channel's."""

    feed: Feed
    ground: Ground
    horizon_s: int
    _exhausted: dict[str, float] = field(default_factory=dict)
    """Lock -> until when its first lane, seen empty after all its rows were there, is left alone.

    Not for good: another worker's claim may have been undone with its transaction.
    """
    _claimed_to: dict[str, int] = field(default_factory=dict)
    """Lock -> the highest id claimed; the last look at a lock starts from the beginning again."""
    _catching_up: bool = True
    _turn: int = 0
    _batches: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Until the feed is closed; then waits for its batches, so that no claim is left without a holder."""
        while not self.feed.closed:
            self.feed.news.clear()  # before the look, so that what comes meanwhile is not missed
            room = self.feed.room() if len(self._batches) < _BATCHES else 0
            if room <= 0:
                await self.feed.news.wait()
                continue
            try:
                rows = await self.ground.do(lambda room=room: self._claim(room))  # type: ignore[misc]
                if rows:
                    self._begin(rows)
                else:
                    await self._idle()
            except Exception:
                log.exception("dispatch.claim_failed", channel=self.feed.channel, retry_in_s=1)
                await asyncio.sleep(1)
        await asyncio.gather(*self._batches, return_exceptions=True)

    def forget(self, lock_ids: set[str]) -> None:
        """Rows were added to these after all."""
        for lock_id in lock_ids:
            self._exhausted.pop(lock_id, None)

    def resume(self) -> None:
        """What is paused has changed: every lane is looked through again from its beginning."""
        self._exhausted.clear()
        self._claimed_to.clear()

    def _begin(self, rows: list[Claimed]) -> None:
        self.feed.addressing |= {row.id for row in rows}
        task = asyncio.create_task(self._fill(rows))
        self._batches.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._batches.discard(task)
        self.feed.news.set()

    async def _fill(self, rows: list[Claimed]) -> None:
        ground = self.ground
        try:
            worker = min(ground.addressers, key=lambda one: one.depth)
            released = ground.released
            batch = await asyncio.wrap_future(
                worker.submit(
                    lambda: addressing.address(rows, released, ground.opener, now=ground.clock.now())
                )
            )
            entries = await ground.do(
                lambda: addressing.settle(
                    batch, owner=ground.owner, now=ground.clock.now(), horizon_s=self.horizon_s
                )
            )
        except Exception:
            log.exception("dispatch.address_failed", channel=self.feed.channel, rows=len(rows), retry_in_s=1)
            self.feed.undo(rows)
            await asyncio.sleep(1)
        else:
            self.feed.offer(entries)
        finally:
            self.feed.addressing -= {row.id for row in rows}

    def _claim(self, room: int) -> list[Claimed]:
        """In the writer's thread: retries get a tenth, first claims by rank and in turn the rest, and each
        what the other leaves.

        After a start, half goes to what is due until that is caught up with: those whose turn our end cut
        short come first, and a row that was lost is not lost again because it waits in line.
        """
        now = self.ground.clock.now()
        lease = now + self.ground.lease_s * SECOND
        statements.expire_due(self.feed.channel, now=now)
        if self.ground.stops.everything:
            return []
        share = room // 2 if self._catching_up else math.ceil(room * _SHARE_OF_RETRIES)
        rows = self._claim_due(share, now, lease)
        more_due = len(rows) == share
        self._catching_up = self._catching_up and more_due
        for version in self._in_turn():
            wanted = room - len(rows)
            if wanted <= 0:
                break
            rows += self._claim_first(version, wanted, lease)
        if more_due and len(rows) < room:
            rows += self._claim_due(room - len(rows), now, lease)
        return rows

    def _claim_due(self, limit: int, now: int, lease: int) -> list[Claimed]:
        stops = self.ground.stops
        return statements.claim_due(
            self.feed.channel,
            now=now,
            limit=limit,
            owner=self.ground.owner,
            lease_until=lease,
            but=stops.recipients,
            but_locks=stops.locks_of(self.feed.channel),
        )

    def _claim_first(self, version: Released, wanted: int, lease: int) -> list[Claimed]:
        after = self._claimed_to.get(version.lock_id, 0)
        rows = statements.claim_first(
            self.feed.channel,
            version.lock_id,
            limit=wanted,
            owner=self.ground.owner,
            lease_until=lease,
            after=after,
            but=self.ground.stops.recipients,
        )
        if len(rows) == wanted:
            self._claimed_to[version.lock_id] = rows[-1].id
        else:
            self._claimed_to.pop(version.lock_id, None)
            if version.prepared and after == 0:
                self._exhausted[version.lock_id] = monotonic() + _LOOK_AGAIN_S
        return rows

    def _in_turn(self) -> list[Released]:
        now = monotonic()
        paused = self.ground.stops.locks_of(self.feed.channel)
        open_ = [
            version
            for version in self.ground.released.values()
            if not version.superseded
            and version.lock_id not in paused
            and self._exhausted.get(version.lock_id, 0.0) <= now
            and (not version.channels or self.feed.channel in version.channels)
        ]
        self._turn += 1
        start = self._turn % len(open_) if open_ else 0
        return sorted(open_[start:] + open_[:start], key=lambda version: version.rank)

    async def _idle(self) -> None:
        """Until there is news, or the next retry is due."""
        due = await self.ground.do(self._next_due)
        wait = _IDLE_S
        if due is not None:
            wait = min(_IDLE_S, max(0.005, (due - self.ground.clock.now()) / SECOND))
        try:
            async with asyncio.timeout(wait):
                await self.feed.news.wait()
        except TimeoutError:
            return

    def _next_due(self) -> int | None:
        stops = self.ground.stops
        if stops.everything:
            return None
        return statements.next_due(
            self.feed.channel, but=stops.recipients, but_locks=stops.locks_of(self.feed.channel)
        )
