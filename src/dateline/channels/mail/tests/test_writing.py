"""What is written straight to the socket arrives whole, also where the kernel takes a part of it."""

import asyncio
import socket
from collections.abc import Callable

import pytest
import uvloop

from dateline.channels.mail.pipeline import Pipeline

pytestmark = pytest.mark.wire

_CONTENT = b"".join(b"line %06d of the message\r\n" % number for number in range(2000))
_PARTS = (_CONTENT, b".\r\n", b"", b"MAIL FROM:<news@wire.example>\r\n")


async def _carried(*, reader_goes: bool) -> bytes:
    """What the far end got of two groups in a row, or of one it never read, having gone away."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    theirs.setblocking(False)
    pipeline = Pipeline(lambda _: None, lambda: None, reply_s=60, last_reply_s=60)
    await loop.create_unix_connection(lambda: pipeline, sock=ours)
    got = b""
    with theirs:
        if reader_goes:
            theirs.close()
            pipeline._write_all(_PARTS)
        else:
            for _ in range(2):
                pipeline._write_all(_PARTS)
            while len(got) < 2 * len(b"".join(_PARTS)):
                got += await loop.sock_recv(theirs, 65_536)
            pipeline.close()
        await asyncio.wait_for(pipeline.closed, 30)
    return got


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_groups_larger_than_the_socket_arrive_whole_and_in_order(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(_carried(reader_goes=False)) == b"".join(_PARTS) * 2


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_peer_that_is_gone_ends_the_connection(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(_carried(reader_goes=True)) == b""
