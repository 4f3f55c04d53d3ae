"""The dispatch process: follows the outbox, prepares, pumps, until told to stop. One per home on SQLite, one
per slot of a home on PostgreSQL.
"""

import asyncio
import hashlib
import os
import platform
import secrets
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import structlog
import uvloop
from django.db import connections

from dateline.core.channel import Channel
from dateline.core.errors import Conflict
from dateline.dispatch import feedback
from dateline.dispatch.begun import FOLDER
from dateline.dispatch.jobs import CONSUMER, HANDLERS
from dateline.dispatch.keeping import Keeper
from dateline.dispatch.leading import FOLLOW, Turn
from dateline.dispatch.ledger_clock import LedgerClock
from dateline.dispatch.parcels import Opener
from dateline.dispatch.preparer import Preparer
from dateline.dispatch.pump import Pump
from dateline.dispatch.threads import renew_connections
from dateline.dispatch.upstream import House, Upstream
from dateline.plant.db.databases import LEDGER
from dateline.plant.db.outbox import follow, head, position
from dateline.plant.locks import FileLock
from dateline.plant.settings import Settings, get_settings
from dateline.plant.steady_memory import steady_memory

log = structlog.get_logger("dispatch")

_FOLLOW_S: Final = 0.02
_RETRY_S: Final = 1.0
_RETURNS_S: Final = 1.0  # between looks at what came back and somebody has still to be told of
_LOCK_POLL_S: Final = 0.2
_POLITE: Final = 5
"""Added to the niceness of the calling thread and those it starts: where cores are short, the clock goes
first.
"""


def run_dispatch(
    stop: threading.Event,
    channels: Mapping[str, Channel],
    *,
    upstream: Upstream | None = None,
    slot: int = 1,
) -> None:
    """Runs until `stop`. A second one in the same slot of a home waits for the first to end.

    On PostgreSQL a home has a slot for each of its workers, and other machines, with homes of their own, may
    run some too: all share the ledger row by row. Raises Conflict for a second slot on SQLite.
    """
    settings = get_settings()
    must_fit(settings, slot)
    os.nice(_POLITE)
    lock = FileLock(lock_path(settings.home, slot))
    waits = False
    while not lock.try_acquire():
        if not waits:
            log.warning("dispatch.waits", slot=slot, action="another dispatch process runs; this one waits")
            waits = True
        if stop.wait(_LOCK_POLL_S):
            return
    try:
        _run(stop, channels, upstream or House(), slot)
    finally:
        lock.release()
        connections.close_all()


def must_fit(settings: Settings, workers: int) -> None:
    """Raises Conflict when this database has no room for so many workers."""
    if workers > 1 and not settings.on_postgres:
        raise Conflict(
            "SQLite has room for one dispatch process: it has one writer at a time. "
            "Set DATELINE_DATABASE_URL to a PostgreSQL for more, or leave --workers out"
        )


def lock_path(home: Path, slot: int = 1) -> Path:
    """The file that a running worker holds."""
    return home / ("dispatch.lock" if slot == 1 else f"dispatch-{slot}.lock")


def _run(stop: threading.Event, channels: Mapping[str, Channel], upstream: Upstream, slot: int) -> None:
    settings = get_settings()
    clock = LedgerClock()
    owner = f"{home_name(settings.home, slot)}.{secrets.token_hex(6)}"
    pump = Pump(
        channels,
        opener=Opener(upstream),
        settings=settings,
        clock=clock,
        owner=owner,
        # A folder for each slot: a worker that starts removes the journals of its own slot's past alone.
        journals=settings.home / (FOLDER if slot == 1 else f"{FOLDER}-{slot}"),
    )
    preparer = Preparer(upstream, clock.now, busy=lambda: pump.busy, on_rows=pump.wake)
    keeper = Keeper(clock.now, busy=lambda: pump.busy)
    ended = threading.Event()
    threads = [
        threading.Thread(target=preparer.run, args=(ended,), name="dispatch-prepare", daemon=True),
        threading.Thread(target=_follow, args=(ended, pump, preparer), name="dispatch-follow", daemon=True),
        threading.Thread(target=keeper.run, args=(ended,), name="dispatch-archive", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        steady_memory()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(pump.run(stop))
    finally:
        ended.set()
        preparer.wake.set()
        for thread in threads:
            thread.join()


def _follow(ended: threading.Event, pump: Pump, preparer: Preparer) -> None:
    """Takes note of events as they come, where that is our turn; of what another worker noted otherwise. A
    failing event waits a second and comes again.
    """
    turn = Turn(FOLLOW)
    seen = -1
    returns_next = 0.0
    try:
        while not ended.is_set():
            try:
                seen, news = _noted(seen) if turn.mine() else _heard(seen)
            except Exception as error:
                log.exception("dispatch.follow_failed", retry_in_s=_RETRY_S)
                renew_connections(error)
                ended.wait(_RETRY_S)
                continue
            if time.monotonic() >= returns_next:
                returns_next = time.monotonic() + _RETURNS_S
                _tell_returns()
            if news:
                pump.wake()
                preparer.wake.set()
            else:
                ended.wait(_FOLLOW_S)
        _tell_returns()  # of the last replies
    finally:
        connections.close_all()


def _tell_returns() -> None:
    """Tells the audience whom relays refused for good, and what a crash left; what fails is told later."""
    try:
        feedback.settle()
    except Exception as error:
        log.exception("dispatch.returns_failed")
        renew_connections(error)


def _noted(seen: int) -> tuple[int, bool]:
    """Handles the next events; what the head was when nothing was left, and whether there were any."""
    newest = head()
    handled = follow(CONSUMER, HANDLERS, positions=LEDGER) if newest != seen else 0
    return (newest if handled == 0 else -1), bool(handled)


def _heard(seen: int) -> tuple[int, bool]:
    """How far the worker whose turn it is has come, and whether that is news."""
    there = position(CONSUMER, using=LEDGER)
    return there, there != seen


def home_name(home: Path, slot: int = 1) -> str:
    """The same at each start on this machine, home and slot: names of its owners begin with it."""
    place = f"{platform.node()}\n{home}" + (f"\n{slot}" if slot > 1 else "")
    return hashlib.sha256(place.encode()).hexdigest()[:12]
