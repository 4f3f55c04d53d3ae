"""One clock leads, the others wait for its lock.

A second leader would do no harm, for each lift is a compare-and-set; it would only work in vain.
"""

from typing import Any, Final, Protocol

from django.db import connections

from dateline.plant.db.databases import DEFAULT
from dateline.plant.locks import FileLock, is_locked
from dateline.plant.settings import Settings

_ADVISORY_KEY: Final = 7_203_402  # any constant: names the clock among PostgreSQL's advisory locks
LOCK_NAME: Final = "clock.lock"


class Leadership(Protocol):
    """The right to lift."""

    def take(self) -> bool:
        """True when it is ours, now or still."""
        ...

    def release(self) -> None:
        """Lets others lead."""
        ...


class FileLeadership:
    """A lock on a file of the home: the kernel frees it when its process dies."""

    def __init__(self, settings: Settings, name: str = LOCK_NAME) -> None:
        self._lock = FileLock(settings.home / name)

    def take(self) -> bool:
        return self._lock.try_acquire()

    def release(self) -> None:
        self._lock.release()


class AdvisoryLeadership:
    """An advisory lock of this thread's own database session: the server frees it when the session ends."""

    def __init__(self, key: int = _ADVISORY_KEY) -> None:
        self._key = key
        self._session: Any = None

    def take(self) -> bool:
        connection = connections[DEFAULT]
        connection.ensure_connection()
        session = connection.connection
        if self._session is session:
            return True
        self._session = None  # a new session holds no lock, whatever the last one held
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [self._key])
            if cursor.fetchone()[0]:
                self._session = session
        return self._session is not None

    def release(self) -> None:
        if self._session is not None and connections[DEFAULT].connection is self._session:
            with connections[DEFAULT].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [self._key])
        self._session = None


def leadership(settings: Settings, *, name: str = LOCK_NAME, key: int = _ADVISORY_KEY) -> Leadership:
    """The kind that this wire's database calls for; the clock's unless told otherwise."""
    return AdvisoryLeadership(key) if settings.on_postgres else FileLeadership(settings, name)


def is_led(settings: Settings) -> bool:
    """Whether a clock leads now: of this home, or on PostgreSQL anywhere. Raises DatabaseError."""
    if not settings.on_postgres:
        return is_locked(settings.home / LOCK_NAME)
    with connections[DEFAULT].cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0
                AND objid = %s AND objsubid = 1
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))""",
            [_ADVISORY_KEY],
        )
        return bool(cursor.fetchone()[0])
