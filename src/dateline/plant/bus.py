"""How wire events travel over NATS JetStream: names, headers, settings of the stream, one connection.

One message is one wire event. Its subject ends in the event's cursor, so that a position is found again by
asking the server for that subject, also in a stream that was built anew. `PREV` holds the cursor before it:
an edge that checks the chain knows that nothing is missing, whatever the numbers of the stream are. `SEQ` is
the number in the log, for lag; desktops never see it. Nothing here is public: NATS belongs to the operator.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ssl import SSLContext, create_default_context
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from dateline.core.errors import BadInput, Unavailable

SEQ: Final = "Dateline-Seq"
PREV: Final = "Dateline-Prev"
KEY: Final = "Dateline-Key"
"""The key message of text that was sent ahead and is public with this event (plant.prestage)."""
BEAT_S: Final = 1.0
"""The publisher says this often where the log stands."""
SILENT_S: Final = 5.0
"""Who hears nothing of the publisher for so long takes it for gone."""
CONNECT_S: Final = 3
SCHEMES: Final = frozenset({"nats", "tls"})
_DAY_S: Final = 24 * 3600


class BusAway(OSError):
    """NATS, its stream or the publisher behind it cannot be used now; what came meanwhile is in the log."""


@dataclass(frozen=True, slots=True)
class Names:
    """Stream and subjects of one wire. `stream` is also the first part of every subject."""

    stream: str = "DATELINE"

    @property
    def head(self) -> str:
        """Where the publisher beats; not stored."""
        return f"{self.stream}.head"

    @property
    def revoked(self) -> str:
        """The newest signed list of revoked tokens; not stored."""
        return f"{self.stream}.revoked"

    @property
    def events(self) -> str:
        """All subjects of the stream."""
        return f"{self.stream}.wire.*"

    def event(self, cursor: str) -> str:
        """The subject of one event."""
        return f"{self.stream}.wire.{cursor}"

    def cursor(self, subject: str) -> str:
        """The cursor a subject ends in."""
        return subject.removeprefix(f"{self.stream}.wire.")


@dataclass(frozen=True, slots=True)
class Beat:
    """Where the log stands: its newest number, the cursor behind it, and which life of the log this is."""

    head: int
    cursor: str
    epoch: str

    def dumped(self) -> bytes:
        return json.dumps({"head": self.head, "cursor": self.cursor, "epoch": self.epoch}).encode()


def beat_of(data: bytes) -> Beat | None:
    """Reads a beat; None for anything else."""
    try:
        found = json.loads(data)
        return Beat(int(found["head"]), str(found["cursor"]), str(found["epoch"]))
    except (ValueError, KeyError, TypeError):
        return None


def stream_config(names: Names, about: Mapping[str, Any], *, replicas: int, keep_days: int) -> Any:
    """Durable, bounded by age, one message per event. `about` goes into the description: whose it is."""
    from nats.js import api

    return api.StreamConfig(
        name=names.stream,
        description=json.dumps(dict(about), separators=(",", ":")),
        subjects=[names.events],
        storage=api.StorageType.FILE,
        retention=api.RetentionPolicy.LIMITS,
        discard=api.DiscardPolicy.OLD,
        max_age=keep_days * _DAY_S,
        num_replicas=replicas,
        duplicate_window=120,
    )


def about_of(description: str | None) -> Mapping[str, Any]:
    """What `stream_config` put into the description; empty for a stream that is none of ours."""
    try:
        found = json.loads(description or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def check_url(url: str, *, where: str) -> str:
    """The address as it is. Raises BadInput that never repeats it: it may hold a password."""
    for part in url.split(","):
        try:
            pieces = urlsplit(part.strip())
            fits = pieces.scheme in SCHEMES and bool(pieces.hostname) and (pieces.port or 1) > 0
        except ValueError:
            fits = False
        if not fits:
            raise BadInput(
                "not an address of NATS; write nats://[USER:PASSWORD@]HOST:4222 or tls://..., "
                "several parted by commas",
                where=where,
            )
    return url


@asynccontextmanager
async def connected(url: str, *, name: str, ca_file: str = "") -> AsyncIterator[Any]:
    """One connection for the block. It never reconnects by itself: whoever holds it begins anew from its own
    position, which is the only one that counts.

    `?creds=FILE` names a credentials file. Raises BusAway, Unavailable when nats-py is not installed.
    """
    try:
        import nats
    except ImportError:
        raise Unavailable("NATS needs the extra `nats`; run: pip install nats-py") from None
    with away():
        async with asyncio.timeout(2 * CONNECT_S):
            link = await nats.connect(**_options(url, ca_file), name=name, error_cb=_unheard)
    try:
        yield link
    finally:
        with suppress(Exception):  # it may be dead already; then there is nothing to close in order
            await link.close()


async def _unheard(_: Exception) -> None:
    """Faults of a connection come out where it is used."""


def _options(url: str, ca_file: str) -> dict[str, Any]:
    parts = [urlsplit(part.strip()) for part in url.split(",")]
    options: dict[str, Any] = {
        "servers": [part._replace(query="", path="").geturl() for part in parts],
        "allow_reconnect": False,
        "connect_timeout": CONNECT_S,
        "max_reconnect_attempts": 1,  # 0 means for ever
        "reconnect_time_wait": 0,
    }
    if any(part.scheme == "tls" for part in parts):
        options["tls"] = _trust(ca_file)
    creds = [name for part in parts for name in parse_qs(part.query).get("creds", ())]
    if creds:
        options["user_credentials"] = creds[0]
    return options


def _trust(ca_file: str) -> SSLContext:
    context = create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


class away:
    """Turns every fault of nats-py inside the block into BusAway, without its words: they may name a server
    with its password. A cancellation that the library swallowed (it does while it flushes) is raised again.
    """

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        from nats import errors

        task = asyncio.current_task()
        if task is not None and task.cancelling() and not isinstance(error, asyncio.CancelledError):
            raise asyncio.CancelledError
        if error is None or isinstance(error, asyncio.CancelledError | BusAway):
            return
        if isinstance(error, errors.Error | OSError | asyncio.TimeoutError | ValueError | KeyError):
            raise BusAway(f"NATS does not answer as it should ({type(error).__name__})") from None
