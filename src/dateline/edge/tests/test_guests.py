"""What one source may take of an edge before it is a desktop: places, waits and handshakes."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvloop

from dateline.core.clock import FixedClock, Instant
from dateline.edge import broadcasting
from dateline.edge.bus.serving import WIRE_PATH, wire_route
from dateline.edge.guests import ASKING, HEAD
from dateline.edge.origin import Origin
from dateline.edge.request import Request
from dateline.edge.tests.desk import Scene, scene
from dateline.edge.tls import TlsDoor
from dateline.testing.certificates import make_certificate

pytestmark = pytest.mark.wire
SECRET = "what edges share"


class Sources:
    """Where connections come from that are accepted now."""

    now = "192.0.2.66"

    def of(self, peer: str, exempt: Any = ()) -> str:
        return self.now


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sources]:
    """And two guests at once are all that one may have."""
    made = Sources()
    monkeypatch.setattr("dateline.edge.lobby.source_of", made.of)
    monkeypatch.setattr("dateline.edge.guests._PER_SOURCE_LEAST", 2)
    yield made


def play(act: Callable[[Scene], Awaitable[Any]], **options: Any) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), scene(lobby_most=32, **options) as made:
            await act(made)

    uvloop.run(whole())


def opens(s: Scene, data: bytes = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n") -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", s.port), timeout=30)
    sock.sendall(data)
    return sock


async def is_closed(sock: socket.socket) -> None:
    """Waits until the other side closed it without an answer; fails when it does not."""
    with suppress(ConnectionError):
        assert await asyncio.to_thread(sock.recv, 10) == b""
    sock.close()


def test_one_source_takes_its_share_of_the_places_however_long_its_questions_wait(sources: Sources) -> None:
    async def act(s: Scene) -> None:
        done = asyncio.Event()

        async def slow(request: Request, peer: str) -> bytes:
            await done.wait()
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

        s.lobby.routes["/slow"] = slow
        held = []
        for _ in range(2):
            held.append(opens(s))
            await s.until(lambda: [g.phase for g in s.lobby.guests.values()] == [ASKING] * len(held))
        for _ in range(3):
            await is_closed(opens(s))
        assert len(s.lobby.guests) == 2
        sources.now = "192.0.2.1"
        assert (await s.connect()).status == 200
        sources.now = "192.0.2.66"
        done.set()
        for sock in held:
            assert b"200 OK" in await asyncio.to_thread(sock.recv, 100)
            sock.close()
        await s.until(lambda: not s.lobby.guests)
        assert (await s.connect()).status == 200  # who left is not counted any more

    play(act)


def test_a_source_that_is_full_makes_room_by_its_own(sources: Sources) -> None:
    async def act(s: Scene) -> None:
        sources.now = "192.0.2.1"
        other = opens(s, b"GET /str")
        await s.until(lambda: len(s.lobby.guests) == 1)
        sources.now = "192.0.2.66"
        silent = []
        for count in (2, 3):
            silent.append(opens(s, b"GET /str"))
            await s.until(lambda count=count: len(s.lobby.guests) == count)
        assert (await s.connect()).status == 200
        await is_closed(silent[0])
        assert [(g.source, g.phase) for g in s.lobby.guests.values()] == [
            ("192.0.2.1", HEAD),
            ("192.0.2.66", HEAD),
        ]
        other.close()
        silent[1].close()

    play(act)


def test_a_question_that_is_never_answered_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.edge.lobby._ASK_S", 0.1)

    async def act(s: Scene) -> None:
        async def never(request: Request, peer: str) -> bytes:
            await asyncio.Event().wait()
            return b""

        s.lobby.routes["/slow"] = never
        await is_closed(opens(s))

    play(act, head_s=1)


def test_so_many_of_one_source_and_in_all_wait_for_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is answered at once; another edge waits in any case."""
    monkeypatch.setattr(broadcasting, "_ASKERS_OF_SOURCE", 3)
    monkeypatch.setattr(broadcasting, "_ASKERS_MOST", 5)

    async def act(s: Scene) -> None:
        s.log.add()
        await s.until(lambda: len(s.hub.ring) == 1)
        route = wire_route(s.hub, Origin("http://127.0.0.1:9"), secret=SECRET)

        def ask(peer: str, **headers: str) -> asyncio.Future[bytes]:
            query = f"after={s.hub.ring.head}&wait=25"
            return asyncio.ensure_future(route(Request("GET", WIRE_PATH, query, headers), peer))

        waiting = [ask("192.0.2.66") for _ in range(3)]
        await asyncio.sleep(0)
        assert b'"events":[]' in await ask("192.0.2.66")
        waiting += [ask("192.0.2.1") for _ in range(2)]
        await asyncio.sleep(0)
        assert b'"events":[]' in await ask("192.0.2.2")
        waiting.append(ask("192.0.2.3", authorization=f"Bearer {SECRET}"))
        await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)
        s.log.add()
        assert all(b'"number":2' in answer for answer in await asyncio.gather(*waiting))
        assert not s.hub._askers

    play(act)


def test_one_source_takes_a_tenth_of_the_handshakes(
    tmp_path: Path, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dateline.edge.tls._SHARE_LEAST", 2)
    files = make_certificate(tmp_path)
    clock = FixedClock(Instant(datetime(2026, 1, 1, tzinfo=UTC)))
    tls = TlsDoor(*files, per_second=20, clock=clock)

    async def act(s: Scene) -> None:
        s.context = ssl.create_default_context(cafile=str(files[0]))

        async def comes() -> bool:
            try:
                return (await s.connect()).status == 200
            except (OSError, EOFError):
                return False

        found = [await comes() for _ in range(4)]
        sources.now = "192.0.2.1"
        found.append(await comes())
        sources.now = "192.0.2.66"
        clock.advance(1)
        found.append(await comes())
        assert found == [True, True, False, False, True, True]
        assert tls.refused == 2

    play(act, tls=tls)
