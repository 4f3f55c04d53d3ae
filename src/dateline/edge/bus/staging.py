"""Sealed text on an edge: fetched from the origin before T0, sent to desktops with the grant, opened by a key
that comes with the wire event itself.

The edge sees ids, numbers of frames and ciphertext, as those desktops do.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ssl import create_default_context
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import structlog

from dateline.edge.bus.port import TAIL, Bus, Page
from dateline.plant.prestage import FRAME_NAMES, part_of

log = structlog.get_logger("edge.staging")

EVERY_S: Final = 2.0
_MOST_BYTES: Final = 128 * 2**20
_NEWCOMER_MOST: Final = 8 * 2**20
_CURSORS: Final = 1000
_TIMEOUT_S: Final = 10
_ANSWER_MOST: Final = 8 * 2**20


class Stage(Protocol):
    """Where frames and keys leave for desktops: the hub."""

    def stage(self, data: bytes, *, urgent: bool = False) -> None: ...


class StagedSource(Protocol):
    """Where sealed bodies come from."""

    async def bodies(self) -> list[str]:
        """Ids of what may be sent ahead now. Raises OSError."""
        ...

    async def frames(self, name: str) -> list[bytes]:
        """The frames of one as lines of JSON; empty when it is gone. Raises OSError."""
        ...


class OverHttp:
    """The origin's `/api/v1/staged`, with the secret that its edges share."""

    def __init__(self, base_url: str, secret: str, *, ca_file: str = "") -> None:
        parts = urlsplit(base_url)
        self._tls = create_default_context(cafile=ca_file or None) if parts.scheme == "https" else None
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port
        self._path, self._secret = parts.path.rstrip("/") + "/api/v1/staged/", secret

    async def bodies(self) -> list[str]:
        found = await asyncio.to_thread(self._ask, "")
        return [str(row["id"]) for row in (found or {}).get("bodies", ())]

    async def frames(self, name: str) -> list[bytes]:
        found = await asyncio.to_thread(self._ask, name)
        return [
            json.dumps(frame, separators=(",", ":")).encode() for frame in (found or {}).get("frames", ())
        ]

    def _ask(self, name: str) -> dict[str, Any] | None:
        connection = (
            HTTPSConnection(self._host, self._port, timeout=_TIMEOUT_S, context=self._tls)
            if self._tls
            else HTTPConnection(self._host, self._port, timeout=_TIMEOUT_S)
        )
        try:
            connection.request("GET", self._path + name, headers={"Authorization": f"Bearer {self._secret}"})
            answer = connection.getresponse()
            body = answer.read(_ANSWER_MOST)
        except HTTPException as error:
            raise OSError(f"no HTTP answer: {type(error).__name__}") from None
        finally:
            connection.close()
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise OSError(f"the origin answers {answer.status}")
        try:
            found = json.loads(body)
        except ValueError:
            raise OSError("the origin's answer cannot be read") from None
        return found if isinstance(found, dict) else None


class StagedBuffer:
    """What is sealed here now, in the order of T0, bounded: what is opened last makes room.

    `lets_out`: whether a key message is signed by the wire; no other leaves, to desktops or to edges.
    """

    def __init__(
        self, stage: Stage, lets_out: Callable[[Mapping[str, Any]], bool], *, most_bytes: int = _MOST_BYTES
    ) -> None:
        self._stage, self._lets_out, self._most = stage, lets_out, most_bytes
        self._bodies: dict[str, Sequence[bytes]] = {}
        self._size = 0
        self._seen: set[str] = set()
        self._keys: OrderedDict[str, Sequence[Mapping[str, Any]]] = OrderedDict()

    def now(self) -> list[bytes]:
        """Frames for a desktop that comes now: of the bodies that are opened first, whole ones, as many as
        it may be handed at once. It fetches the others after T0.
        """
        size, chosen = 0, list[bytes]()
        for frames in self._bodies.values():
            size += sum(map(len, frames))
            if size > _NEWCOMER_MOST:
                break
            chosen += frames
        return chosen

    @property
    def size(self) -> int:
        """Bytes in hand."""
        return self._size

    def opened(self, page: Page) -> None:
        """The keys that came with news leave at once, before the news; their bodies are not kept. One that
        the wire did not sign is not passed on: desktops fetch that text.
        """
        keys = [key for key in page.keys if self._lets_out(key)]
        for cursor, _ in page.events:
            self._keys[cursor] = keys
        while len(self._keys) > _CURSORS:
            self._keys.popitem(last=False)
        for key in keys:
            self._forget(str(key["id"]))
            self._stage.stage(json.dumps(key, separators=(",", ":")).encode(), urgent=True)

    def keys_of(self, cursors: Iterable[str]) -> list[Mapping[str, Any]]:
        """The keys that came with these events, each once, for edges that follow this one."""
        found = {str(key["id"]): key for cursor in cursors for key in self._keys.get(cursor, ())}
        return list(found.values())

    async def look(self, source: StagedSource) -> None:
        """Fetches what is new, forgets what is gone. Raises OSError."""
        names = await source.bodies()
        for gone in self._bodies.keys() - set(names):
            self._forget(gone)
        self._in_order(names)
        self._seen &= set(names)
        for name in names:
            if name in self._seen:
                continue
            frames = await source.frames(name)
            self._seen.add(name)
            if frames and all(map(_is_opaque, frames)):
                self._keep(name, frames)
                self._in_order(names)

    def _keep(self, name: str, frames: Sequence[bytes]) -> None:
        self._bodies[name] = frames
        self._size += sum(map(len, frames))
        for frame in frames:
            self._stage.stage(frame)

    def _in_order(self, names: Sequence[str]) -> None:
        """The origin names them by T0; a hold that came later may be due sooner."""
        self._bodies = {name: self._bodies[name] for name in names if name in self._bodies}
        while self._size > self._most:
            self._forget(next(reversed(self._bodies)))

    def _forget(self, name: str) -> None:
        self._size -= sum(map(len, self._bodies.pop(name, ())))

    async def follow(self, source: StagedSource) -> None:
        """Looks for ever. An origin that is away delays; what does not come ahead is fetched after T0."""
        while True:
            try:
                await self.look(source)
            except (OSError, KeyError, TypeError) as error:
                log.debug("staging.unreachable", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)


def _is_opaque(line: bytes) -> bool:
    """Whether it is a sealed frame and nothing else: whatever the origin answers, no word in clear leaves
    here before T0 (I1).
    """
    try:
        frame = json.loads(line)
    except ValueError:
        return False
    return isinstance(frame, dict) and frame.keys() == FRAME_NAMES and part_of(frame) is not None


class WithKeys:
    """A bus whose keys are heard before its news (the port is `edge.bus.port.Bus`)."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.on_page: Callable[[Page], None] = lambda page: None

    async def pages(self, after: str) -> AsyncGenerator[Page, None]:
        async with aclosing(self._bus.pages(after)) as pages:
            async for page in pages:
                if page.keys:
                    self.on_page(page)
                yield page

    async def tail(self, count: int = TAIL) -> Page:
        return await self._bus.tail(count)

    async def knows(self, cursor: str) -> bool:
        return await self._bus.knows(cursor)

    async def beyond(self, cursor: str) -> int:
        return await self._bus.beyond(cursor)

    def close(self) -> None:
        self._bus.close()

    async def aclose(self) -> None:
        await self._bus.aclose()
