"""What desktops say costs the loop little, however much it is, and whoever they are."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
import uvloop

from dateline.edge import websocket
from dateline.edge.slots import Slots
from dateline.edge.talk import PASSES_MOST, PIECE, STRANGERS_MOST, Talk
from dateline.edge.tests.desk import Scene, scene
from dateline.edge.tests.test_websocket import GOOD, KEY, frame
from dateline.edge.tests.wire_keys import WireKeys
from dateline.edge.trust import Trust

pytestmark = pytest.mark.wire

FRAMES = 40_000
PING = frame(b"", 9)


def play(act: Callable[[Scene, WireKeys], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        keys = WireKeys()
        async with asyncio.timeout(60), scene(trust=Trust(keys, clock=keys.clock)) as made:
            return await act(made, keys)

    return uvloop.run(whole())


def opening(*headers: str) -> bytes:
    lines = ["GET /ws HTTP/1.1", "Host: x", *GOOD, f"Sec-WebSocket-Key: {KEY}", *headers, "", ""]
    return "\r\n".join(lines).encode()


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of frames that were parsed."""
    found: list[int] = []
    real = websocket._Talk.take

    def take(talk: websocket._Talk, raw: bytes) -> bool:
        found.append(len(raw))
        return real(talk, raw)

    monkeypatch.setattr(websocket._Talk, "take", take)
    return found


@pytest.mark.parametrize("with_request", [False, True])
def test_a_flood_of_empty_frames_is_not_parsed_but_ended(parsed: list[int], with_request: bool) -> None:
    """Also when it comes behind the request, before there is a slot."""

    async def act(s: Scene, keys: WireKeys) -> None:
        healthy = await s.connect()
        line = await s.connect(raw=opening() + (PING * 10_000 if with_request else b""))
        with suppress(OSError):
            line.writer.write(PING * FRAMES)
            await line.writer.drain()
        await s.until(lambda: s.hub.counts.dropped_broken_total == 1)
        s.log.add()
        assert await healthy.numbers(1) == [1]

    play(act)
    most = STRANGERS_MOST + PIECE // len(PING) + 1
    assert 0 < len(parsed) <= 2 * most  # twice, as a second may have begun meanwhile


def test_a_flood_of_bytes_that_are_no_whole_frame_is_ended_too() -> None:
    async def act(s: Scene, keys: WireKeys) -> None:
        stream = await s.connect()
        with suppress(OSError):
            while not s.hub.counts.dropped_broken_total:
                stream.writer.write(b"x" * 65536)
                await stream.writer.drain()
        await s.until(lambda: s.hub.counts.dropped_broken_total == 1)

    play(act)


def test_a_vendor_acknowledges_a_whole_storm_at_once() -> None:
    many = 500
    assert STRANGERS_MOST < many < PASSES_MOST

    async def act(s: Scene, keys: WireKeys) -> None:
        vendor = await s.connect(raw=opening(keys.bearer("vendor")))
        vendor.writer.write(frame(b'{"ack":"c1-1"}', 1) * many)
        await s.until(lambda: s.hub.counts.acknowledged_total == many)
        assert s.hub.open == 1 and not s.hub.counts.dropped_broken_total

    play(act)


def test_one_turn_reads_little(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    real = Slots.read

    def read(slots: Slots, slot: int) -> bytes | None:
        data = real(slots, slot)
        sizes.append(len(data or b""))
        return data

    monkeypatch.setattr(Slots, "read", read)

    async def act(s: Scene, keys: WireKeys) -> None:
        line = await s.connect(raw=opening())
        with suppress(OSError):
            line.writer.write(PING * FRAMES)
            await line.writer.drain()
        await s.until(lambda: s.hub.counts.dropped_broken_total == 1)

    play(act)
    assert max(sizes) <= 4096


def test_a_new_second_and_a_newcomer_begin_anew() -> None:
    now = [10.2]
    talk = Talk(lambda: now[0])
    assert [talk.spent(3, 0), talk.spent(3, 40), talk.spent(4, 1)] == [1, 41, 1]
    talk.left(3)
    assert talk.spent(3, 2) == 2
    now[0] = 11.0
    assert talk.spent(4, 5) == 5
