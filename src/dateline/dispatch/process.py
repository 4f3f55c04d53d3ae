"""The dispatch process: one per home; follows the outbox, prepares, pumps, until told to stop."""

import asyncio
import hashlib
import os
import platform
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import structlog
import uvloop
from django.db import connections

from dateline.core.channel import Channel
from dateline.dispatch.jobs import CONSUMER, HANDLERS
from dateline.dispatch.ledger_clock import LedgerClock
from dateline.dispatch.parcels import Opener
from dateline.dispatch.preparer import Preparer
from dateline.dispatch.pump import Pump
from dateline.dispatch.threads import renew_connections
from dateline.dispatch.upstream import House, Upstream
from dateline.plant.db.databases import LEDGER
from dateline.plant.db.outbox import follow, head
from dateline.plant.locks import FileLock
from dateline.plant.settings import get_settings

log = structlog.get_logger("dispatch")

_FOLLOW_S: Final = 0.02
_RETRY_S: Final = 1.0
_LOCK_POLL_S: Final = 0.2
_POLITE: Final = 5
"""Added to the niceness of the calling thread and those it starts: where cores are short, the clock goes
first.
"""


def run_dispatch(
    stop: threading.Event, channels: Mapping[str, Channel], *, upstream: Upstream | None = None
) -> None:
    """Runs until `stop`. A second one on the same home waits for the first to end.

    On PostgreSQL other machines, with homes of their own, may run one each: they share the ledger row by row.
    """
    settings = get_settings()
    os.nice(_POLITE)
    lock = FileLock(settings.home / "dispatch.lock")
    while not lock.try_acquire():
        if stop.wait(_LOCK_POLL_S):
            return
    try:
        _run(stop, channels, upstream or House())
    finally:
        lock.release()
        connections.close_all()


def _run(stop: threading.Event, channels: Mapping[str, Channel], upstream: Upstream) -> None:
    settings = get_settings()
    clock = LedgerClock()
    owner = f"{home_name(settings.home)}.{secrets.token_hex(6)}"
    pump = Pump(
        channels,
        opener=Opener(upstream),
        settings=settings,
        clock=clock,
        owner=owner,
        journals=settings.home / "begun",
    )
    preparer = Preparer(upstream, clock.now, busy=lambda: pump.busy, on_rows=pump.wake)
    ended = threading.Event()
    threads = [
        threading.Thread(target=preparer.run, args=(ended,), name="dispatch-prepare", daemon=True),
        threading.Thread(target=_follow, args=(ended, pump, preparer), name="dispatch-follow", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(pump.run(stop))
    finally:
        ended.set()
        preparer.wake.set()
        for thread in threads:
            thread.join()


def _follow(ended: threading.Event, pump: Pump, preparer: Preparer) -> None:
    """Takes note of events as they come; a failing one waits a second and comes again."""
    seen = -1
    try:
        while not ended.is_set():
            try:
                newest = head()
                handled = follow(CONSUMER, HANDLERS, positions=LEDGER) if newest != seen else 0
                seen = newest if handled == 0 else -1
            except Exception as error:
                log.exception("dispatch.follow_failed", retry_in_s=_RETRY_S)
                renew_connections(error)
                ended.wait(_RETRY_S)
                continue
            if handled:
                pump.wake()
                preparer.wake.set()
            else:
                ended.wait(_FOLLOW_S)
    finally:
        connections.close_all()


def home_name(home: Path) -> str:
    """The same at each start on this machine and home: names of its owners begin with it."""
    return hashlib.sha256(f"{platform.node()}\n{home}".encode()).hexdigest()[:12]
