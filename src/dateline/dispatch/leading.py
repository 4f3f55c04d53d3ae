"""Of several workers one takes note of events, one prepares, one gathers digests: whoever holds an advisory
lock of the server.

On SQLite there is one dispatch process and nothing to agree about. A second one at work would do no harm, for
each step may run twice; it would only work in vain.
"""

from typing import Any, Final

from django.db import connections

from dateline.dispatch.sql import query
from dateline.plant.db.databases import LEDGER

FOLLOW: Final = 7_203_403
PREPARE: Final = 7_203_404
ARCHIVE: Final = 7_203_405
DIGESTS: Final = 7_203_406


class Turn:
    """One piece of work. Belongs to one thread: the lock is that of its database session and ends with it."""

    def __init__(self, key: int) -> None:
        self._key = key
        self._session: Any = None

    def mine(self) -> bool:
        """True when the work is ours, now or still."""
        connection = connections[LEDGER]
        if connection.vendor != "postgresql":
            return True
        connection.ensure_connection()
        session = connection.connection
        if self._session is not session:
            # A new session holds no lock, whatever the last one held.
            self._session = session if query("SELECT pg_try_advisory_lock(%s)", [self._key])[0][0] else None
        return self._session is not None
