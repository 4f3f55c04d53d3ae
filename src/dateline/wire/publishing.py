"""The wire log as the publisher reads it, and the process that copies it to NATS. Never before T0: what is
in the log is public already.
"""

import asyncio
import hashlib
import json
import threading
from typing import Final

from django.db import connections

from dateline.audience import services as audience
from dateline.plant.bus import Beat, Names, check_url
from dateline.plant.bus_publisher import Publisher, Row
from dateline.plant.db.databases import DEFAULT
from dateline.plant.settings import Settings, get_settings
from dateline.wire import cursor as cursors
from dateline.wire import staging
from dateline.wire.leader import leadership
from dateline.wire.models import LogEntry
from dateline.wire.wire_log import log_position

_LOCK: Final = "publish.lock"
_ADVISORY_KEY: Final = 7_203_410  # any constant: names the publisher among PostgreSQL's advisory locks


class LogSource:
    """Reads this home's log (the port is `plant.bus_publisher.Source`)."""

    def __init__(self, settings: Settings) -> None:
        # What the cursors are made with tells wires apart; the hash gives nothing of it away.
        self.whose = hashlib.sha256(b"wire of the bus\0" + settings.secret("cursor")).hexdigest()[:32]
        self._leader = leadership(settings, name=_LOCK, key=_ADVISORY_KEY)
        self._epoch = 0

    def leads(self) -> bool:
        """One publisher leads, the others wait for its lock."""
        return self._leader.take()

    def head(self) -> Beat:
        """Where the log stands."""
        self._epoch = cursors.current_epoch()
        seq = log_position()
        return Beat(seq, cursors.encode(seq, self._epoch), self._name())

    def rows_after(self, seq: int, limit: int) -> list[Row]:
        """The next events, without a gap: the log is numbered under the lock of its head."""
        rows = LogEntry.objects.using(DEFAULT).filter(seq__gt=seq).order_by("seq")
        found = list(rows.values_list("seq", "event_id", "event", "version_id")[:limit])
        keys = staging.keys_by_version(version for *_, version in found)
        return [
            Row(number, event_id, cursors.encode(number, self._epoch), event, json.dumps(keys.get(version)))
            for number, event_id, event, version in found
        ]

    def cursor(self, seq: int) -> str:
        """The cursor behind an event; that before the first for 0."""
        return cursors.encode(seq, self._epoch)

    def revocations(self) -> str:
        """The signed list of revoked desktop keys: edges hear of it here sooner than by asking."""
        return audience.revocation_list()

    def hang_up(self) -> None:
        """Closes this thread's connection; the next question opens a new one."""
        self._leader.release()
        connections[DEFAULT].close()

    def _name(self) -> str:
        """Of this life of the log; its number makes cursors, so it does not leave the house."""
        return hashlib.sha256(b"epoch of the bus\0" + self._epoch.to_bytes(8, "big")).hexdigest()[:16]


def run_publisher(stop: threading.Event) -> None:
    """Copies the log to NATS until `stop` is set. Raises BadInput for an address that is none."""
    settings = get_settings()
    publisher = Publisher(
        LogSource(settings),
        check_url(settings.nats_url.get_secret_value(), where="DATELINE_NATS_URL"),
        names=Names(settings.nats_stream),
        replicas=settings.nats_replicas,
        keep_days=settings.nats_keep_days,
        ca_file=settings.ca_file,
    )
    asyncio.run(publisher.run(stop))
