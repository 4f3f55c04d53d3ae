"""WebSocket over real sockets, with the `websockets` library as the desktop."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dateline.core.clock import FixedClock, Instant
from dateline.edge.tests.desk import SITE, Line, Scene, scene
from dateline.edge.tests.test_websocket import GOOD, KEY, frame
from dateline.edge.tests.wire_keys import WireKeys
from dateline.edge.trust import Trust

pytestmark = [pytest.mark.wire, pytest.mark.once]


def play(
    act: Callable[[Scene, WireKeys], Awaitable[Any]], keys: WireKeys | None = None, **options: Any
) -> Any:
    """Runs `act` on a fresh edge, within a minute."""
    keys = keys or WireKeys()

    async def whole() -> Any:
        async with asyncio.timeout(60), scene(trust=Trust(keys, clock=keys.clock), **options) as made:
            return await act(made, keys)

    return uvloop.run(whole())


def ws(s: Scene, query: str = "", bearer: str = "", **options: Any) -> connect:
    headers = dict([bearer.split(": ", 1)]) if bearer else {}
    return connect(
        f"ws://127.0.0.1:{s.port}/ws{query}", additional_headers=headers, compression=None, **options
    )


async def row(desktop: ClientConnection) -> dict[str, Any]:
    """The next row with an event."""
    while True:
        found: dict[str, Any] = json.loads(await desktop.recv())
        if found.get("event"):
            return found


async def closed(desktop: ClientConnection) -> int:
    """The code with which the edge closes."""
    with suppress(ConnectionClosed):
        while True:
            await desktop.recv()
    return int(desktop.close_code or 0)


async def raw(s: Scene, query: str = "") -> Line:
    """A socket behind the handshake."""
    head = "\r\n".join([f"GET /ws{query} HTTP/1.1", "Host: x", *GOOD, f"Sec-WebSocket-Key: {KEY}", "", ""])
    line = await s.connect(raw=head.encode())
    assert line.status == 101
    return line


def test_a_row_is_that_of_the_log_and_of_the_stream() -> None:
    async def act(s: Scene, keys: WireKeys) -> None:
        stream = await s.connect()
        async with ws(s) as desktop:
            await s.until(lambda: s.hub.open == 2)
            s.log.add(headline="Überschrift 見出し")
            found = await row(desktop)
            told = await stream.message()
            assert found["cursor"] == told.pop("cursor")
            assert told.pop("kind") == "" and found["event"] == told

    play(act)


def test_a_desktop_resumes_over_either_framing() -> None:
    async def act(s: Scene, keys: WireKeys) -> None:
        for _ in range(4):
            s.log.add()
        await s.until(lambda: len(s.hub.ring) == 4)
        async with ws(s, "?after=c1-2") as desktop:
            rows = [await row(desktop) for _ in range(2)]
            assert [r["event"]["number"] for r in rows] == [3, 4]
        again = await s.connect(f"/stream?after={rows[0]['cursor']}")
        assert await again.numbers(1) == [4]
        async with ws(s, "?after=c0-9") as lost:
            assert json.loads(await lost.recv()) == {"reset": True}

    play(act)


def test_filters_and_passes_hold_as_on_the_stream() -> None:
    async def act(s: Scene, keys: WireKeys) -> None:
        async with ws(s, "?language=ar", keys.bearer(languages=("ar", "en"))) as desktop:
            await s.until(lambda: s.hub.open == 1)
            s.log.add()
            s.log.add(language="ar")
            assert (await row(desktop))["event"]["number"] == 2
        async with ws(s, f"?ticket={keys.ticket()}"):
            pass
        with pytest.raises(InvalidStatus) as refused:
            await ws(s)
        assert refused.value.response.status_code == 401

    play(act, door={"required": True})


def test_pages_of_others_are_refused() -> None:
    """Any page may open a WebSocket to anywhere: only the Origin header tells."""

    async def act(s: Scene, keys: WireKeys) -> None:
        async with ws(s, origin=SITE):
            pass
        with pytest.raises(InvalidStatus) as refused:
            await ws(s, origin="https://evil.example")
        assert refused.value.response.status_code == 403
        plain = await s.connect("/ws")
        assert plain.status == 426 and "Upgrade: websocket" in plain.head

    play(act)


def test_pings_go_both_ways() -> None:
    async def act(s: Scene, keys: WireKeys) -> None:
        async with ws(s, ping_interval=None) as desktop:
            async with asyncio.timeout(20):
                await (await desktop.ping(b"there?"))
            await s.until(lambda: s.hub.open == 1)
        line = await raw(s)
        async with asyncio.timeout(20):
            while await line.reader.readexactly(2) != b"\x89\x00":
                pass

    play(act, heartbeat_s=0.1)


def test_a_close_is_answered_and_the_slot_is_free() -> None:
    async def act(s: Scene, keys: WireKeys) -> int | None:
        async with ws(s) as desktop:
            await s.until(lambda: s.hub.open == 1)
            await desktop.close(1000)
        await s.until(lambda: s.hub.open == 0)
        return desktop.close_code

    assert play(act) == 1000


def test_the_end_of_a_pass_has_a_code_of_its_own() -> None:
    clock = FixedClock(Instant(datetime(2026, 6, 1, tzinfo=UTC)))

    async def act(s: Scene, keys: WireKeys) -> list[int]:
        short = await ws(s, "", keys.bearer("a", lives_s=60))
        revoked = await ws(s, "", keys.bearer("b"))
        clock.advance(61)
        assert s.hub.doors is not None
        s.hub.doors.trust.take_revocations(keys.revoke("key-b"))  # type: ignore[attr-defined]
        found = [await closed(revoked), await closed(short)]
        await short.close()
        await revoked.close()
        return found

    assert play(act, WireKeys(clock=clock)) == [4003, 4001]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(b"x", masked=False), 1002),
        (frame(b"x" * 200, 9), 1002),
        (frame(b"x", 9, fin=False), 1002),
        (frame(b"x", 2), 1003),
        (frame(b"\xff\xfe"), 1007),
        (frame(b"x" * 5000), 1009),
        (b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 1009),
        (b"GET / HTTP/1.1\r\n\r\n", 1002),
    ],
)
def test_garbage_closes_with_its_code_and_hurts_nobody(data: bytes, code: int) -> None:
    async def act(s: Scene, keys: WireKeys) -> bytes:
        healthy = await s.connect()
        line = await raw(s)
        await s.until(lambda: s.hub.open == 2)
        line.writer.write(data)
        rest = await line.rest()
        s.log.add()
        assert await healthy.numbers(1) == [1]
        assert s.hub.open == 1
        return rest

    rest = play(act)
    at = rest.index(b"\x88")
    assert int.from_bytes(rest[at + 2 : at + 4], "big") == code


def test_a_vendor_acknowledges_and_states_its_desktops() -> None:
    """Counted as stated, gone with the connection; nobody without a pass is heard."""

    async def act(s: Scene, keys: WireKeys) -> None:
        counts = s.hub.counts
        async with ws(s, "", keys.bearer("vendor")) as vendor, ws(s) as anonymous:
            await anonymous.send('{"ack": "c1-1", "desktops": 7}')
            for said in (
                "nonsense",
                "[" * 3000,
                "[]",
                '{"desktops": -1}',
                '{"desktops": true}',
                '{"ack": 1}',
            ):
                await vendor.send(said)
            await vendor.send('{"ack": "c1-1", "desktops": 40000}')
            await vendor.send('{"desktops": 39000}')
            await s.until(lambda: counts.stated_desktops == 39_000)
            assert counts.acknowledged_total == 1
        await s.until(lambda: s.hub.open == 0)
        assert counts.stated_desktops == 0

    play(act)


def test_one_byte_at_a_time_is_understood() -> None:
    async def act(s: Scene, keys: WireKeys) -> bytes:
        line = await raw(s)
        for byte in frame(b"slow", 9):
            line.writer.write(bytes([byte]))
            await line.writer.drain()
            await asyncio.sleep(0.002)
        async with asyncio.timeout(20):
            return await line.reader.readuntil(b"\x8a\x04slow")

    assert play(act)


def test_draining_says_come_back() -> None:
    async def act(s: Scene, keys: WireKeys) -> list[Any]:
        async with ws(s) as desktop:
            await s.until(lambda: s.hub.open == 1)
            await s.hub.drain(within_s=1, retry_most_s=5)
            said = []
            with suppress(ConnectionClosed):
                while True:
                    said.append(json.loads(await desktop.recv()))
            return [said[-1], desktop.close_code]

    said, code = play(act)
    assert 0 <= said["retry"] <= 5000 and code == 1012
