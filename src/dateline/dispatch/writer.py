"""The one thread that moves rows while news is pumped: claims at once, results in groups.

Group commit: results wait 10 ms or for 256 of them, then go in one transaction; a wider window saves little
and costs repeats at a crash (50 instead of 300 at 100 ms, measured at 5,500 mails a second). On SQLite this
thread's connection syncs at checkpoints only: a power loss then costs repeats, never losses.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

import structlog
from django.db import connections, transaction

from dateline.dispatch import endpoints, feedback, health, sql, statements
from dateline.dispatch.breaker import Heard
from dateline.dispatch.statements import HandBack, Outcome
from dateline.dispatch.threads import Worker, run_job
from dateline.plant.db.databases import LEDGER

log = structlog.get_logger("dispatch")

_WINDOW_S: Final = 0.010
_FULL: Final = 256
_MOST_AT_ONCE: Final = 1000
_LONGEST_WAIT_S: Final = 5.0
_CHECKPOINT_PAGES: Final = 8000
"""32 MB of log, not the usual 4: a page that many rows change is written and synced once for all of them."""
_GIVE_UP_S: Final = 10.0  # at the end: the leases then run out and the rows are reaped


class Writer(Worker):
    """`owner` holds leases of `lease_s`; `now` is the ledger's time in microseconds; `on_commit` hears of
    each group.
    """

    def __init__(
        self, owner: str, now: Callable[[], int], *, lease_s: int, on_commit: Callable[[], None]
    ) -> None:
        super().__init__("dispatch-writer")
        self._owner = owner
        self._now = now
        self._lease_s = lease_s
        self._on_commit = on_commit
        self._outcomes: list[Outcome] = []
        self._returns: list[HandBack] = []
        self._heard: list[Heard] = []
        self._first_at = 0.0
        self._tuned = threading.local()
        self._idle = threading.Condition(self._lock)
        self._in_hand: list[Outcome | HandBack] = []

    @property
    def backlog(self) -> int:
        """Results not committed yet."""
        return len(self._outcomes)

    def unwritten(self) -> set[int]:
        """Deliveries whose results or returns are not committed yet."""
        with self._changed:
            return {row.id for row in (*self._outcomes, *self._returns, *self._in_hand)}

    def answered(self) -> set[tuple[int, int]]:
        """(delivery, fence) of results that are not committed yet."""
        with self._changed:
            in_hand = [row for row in self._in_hand if isinstance(row, Outcome)]
            return {(row.id, row.fence) for row in (*self._outcomes, *in_hand)}

    def flushed(self, within_s: float) -> bool:
        """Waits until every result so far is committed; False when it takes longer than that."""
        with self._changed:
            return self._idle.wait_for(lambda: not self._pending() and not self._in_hand, within_s)

    def add(self, outcome: Outcome, heard: Heard | None = None) -> None:
        """Queues what a claim came to, and what it says of its endpoint's health where that changed."""
        with self._changed:
            if heard is not None:
                self._heard.append(heard)
            self._outcomes.append(outcome)
            self._notify_of(len(self._outcomes))

    def give_back(self, row: HandBack) -> None:
        """Queues a claim to take back."""
        with self._changed:
            self._returns.append(row)
            self._notify_of(len(self._returns))

    def _notify_of(self, count: int) -> None:
        # The thread sleeps through the window by itself: waking it for each of 256 results would cost more
        # than they do.
        if count == 1 and not (self._outcomes and self._returns):
            self._first_at = time.monotonic()
            self._changed.notify()
        elif count == _FULL:
            self._changed.notify()

    def turn(self) -> bool:
        with self._changed:
            while not self._ready():
                if self._finishing and not self._pending():
                    return False
                self._changed.wait(self._patience())
            outcomes, self._outcomes = self._outcomes[:_MOST_AT_ONCE], self._outcomes[_MOST_AT_ONCE:]
            returns, self._returns = self._returns[:_MOST_AT_ONCE], self._returns[_MOST_AT_ONCE:]
            heard, self._heard = self._heard[:_MOST_AT_ONCE], self._heard[_MOST_AT_ONCE:]
            self._first_at = time.monotonic()
            job = self._jobs.popleft() if self._jobs else None
            self._in_hand = [*outcomes, *returns]
        if outcomes or returns or heard:
            self._commit(outcomes, returns, heard)
        with self._changed:
            self._in_hand = []
            self._idle.notify_all()
        if job is not None:
            work, answer = job
            run_job(lambda: self._on_tuned_connection(work), answer)
        return True

    def _on_tuned_connection(self, work: Callable[[], object]) -> object:
        """Inside the job: a database that is away is the job's failure, never the end of this thread."""
        self._tune()
        return work()

    def _pending(self) -> bool:
        return bool(self._outcomes or self._returns or self._heard)

    def _ready(self) -> bool:
        if self._jobs or len(self._outcomes) >= _FULL or len(self._returns) >= _FULL:
            return True
        return self._pending() and (self._finishing or time.monotonic() - self._first_at >= _WINDOW_S)

    def _patience(self) -> float | None:
        return max(0.0, _WINDOW_S - (time.monotonic() - self._first_at)) if self._pending() else None

    def _commit(self, outcomes: list[Outcome], returns: list[HandBack], heard: list[Heard]) -> None:
        """Tries until the database takes it: the sends did happen, whatever the disk says now."""
        wait, began = 0.1, time.monotonic()
        while True:
            try:
                self._tune()
                with transaction.atomic(using=LEDGER):
                    self._write(outcomes, returns, heard)
                break
            except Exception:
                log.exception("dispatch.record_failed", results=len(outcomes), retry_in_s=wait)
                connections.close_all()
                if self._finishing and time.monotonic() - began > _GIVE_UP_S:
                    return
                time.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT_S)
        self._on_commit()

    def _write(self, outcomes: list[Outcome], returns: list[HandBack], heard: list[Heard]) -> None:
        now = self._now()
        moved = statements.record(outcomes, owner=self._owner)
        feedback.note_replies(outcomes, moved)
        again = [o.id for o in outcomes if o.due_at is not None and o.id in moved]
        back = statements.hand_back(returns, owner=self._owner)
        statements.uncount_mails([(row.person, row.day) for row in returns if row.day and row.id in back])
        again += back
        statements.cancel_superseded(again, now=now)
        endpoints.note_pickups([(o.id, o.published_url, o.at) for o in outcomes if o.published_url])
        health.add(heard, now=now)

    def _tune(self) -> None:
        """Sets up this thread's connection, once per connection.

        SQLite: `synchronous = NORMAL`. PostgreSQL: a process that is stopped inside a transaction would keep
        its rows locked, and everybody passes over locked rows; so the server ends it when its leases end.
        """
        connection = connections[LEDGER]
        connection.ensure_connection()
        if getattr(self._tuned, "connection", None) is connection.connection:
            return
        if connection.vendor == "sqlite":
            sql.query("PRAGMA synchronous=NORMAL")
            sql.query(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        else:
            sql.query(
                "SELECT set_config('idle_in_transaction_session_timeout', %s, false)", [f"{self._lease_s}s"]
            )
        self._tuned.connection = connection.connection
