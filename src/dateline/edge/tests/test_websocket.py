"""WebSocket frames: what RFC 6455 allows is understood, everything else closes with its code."""

import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import Protocol, Side, State

from dateline.edge.engine import Heard, Reason
from dateline.edge.request import BadRequest, parse_head
from dateline.edge.websocket import MOST_BYTES, WEBSOCKET, accept

pytestmark = [pytest.mark.unit, pytest.mark.once]


def frame(data: bytes, opcode: int = 1, *, fin: bool = True, masked: bool = True, rsv: int = 0) -> bytes:
    """A client's frame, with length and mask written out by hand."""
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    size = len(data)
    length = bytes([size]) if size < 126 else b"\x7e" + struct.pack("!H", size)
    if size > 65535:
        length = b"\x7f" + struct.pack("!Q", size)
    if not masked:
        return head + length + data
    mask = b"\x01\x02\x03\x04"
    return (
        head
        + bytes([length[0] | 0x80])
        + length[1:]
        + mask
        + bytes(b ^ mask[n % 4] for n, b in enumerate(data))
    )


def client(data: bytes) -> list[Frame]:
    """Frames of ours as a client library reads them; raises when it would not."""
    protocol = Protocol(Side.CLIENT, state=State.OPEN, max_size=None)
    protocol.receive_data(data)
    assert protocol.parser_exc is None
    return [event for event in protocol.events_received() if isinstance(event, Frame)]


def code(heard: Heard) -> int:
    """The close code of a conversation that is over."""
    assert heard.over
    [closing] = [f for f in client(heard.reply) if f.opcode is Opcode.CLOSE]
    return int(Close.parse(bytes(closing.data)).code)


@pytest.mark.parametrize("size", [0, 10, 125, 126, 65_535, 65_536, 300_000])
def test_an_event_is_a_row_of_the_log_in_one_message(size: int) -> None:
    data = json.dumps({"headline": "見" * (size // 3)}, ensure_ascii=False).encode()
    [message] = client(WEBSOCKET.event("c1-7", data))
    assert json.loads(bytes(message.data)) == {"cursor": "c1-7", "event": json.loads(data)}


def test_everything_else_is_a_message_or_a_control_frame() -> None:
    sent = b"".join(
        (
            WEBSOCKET.place("c1"),
            WEBSOCKET.reset(),
            WEBSOCKET.retry(2000),
            WEBSOCKET.event("", b'{"type":"staged"}'),
            WEBSOCKET.heartbeat(),
            WEBSOCKET.farewell(Reason.EXPIRED),
        )
    )
    *texts, ping, closing = client(sent)
    assert [json.loads(bytes(t.data)) for t in texts] == [
        {"cursor": "c1", "event": None}, {"reset": True}, {"retry": 2000}, {"type": "staged"}
    ]  # fmt: skip
    assert ping.opcode is Opcode.PING
    assert Close.parse(bytes(closing.data)).code == 4001
    for reason in Reason:
        assert client(WEBSOCKET.farewell(reason))[0].opcode is Opcode.CLOSE


def test_a_ping_is_answered_and_a_pong_needs_nothing() -> None:
    heard = WEBSOCKET.heard(frame(b"hi", 9) + frame(b"", 10), b"")
    [pong] = client(heard.reply)
    assert (pong.opcode, bytes(pong.data)) == (Opcode.PONG, b"hi")
    assert not heard.over and heard.kept == b""


def test_messages_come_in_fragments_and_in_pieces_of_any_size() -> None:
    data = frame(b'{"ack"', fin=False) + frame(b"p", 9) + frame(b':"c1"}', 0) + frame("é".encode())
    for size in (1, 2, 3, 5, 100):
        kept, replies = b"", b""
        said: list[str] = []
        for at in range(0, len(data), size):
            heard = WEBSOCKET.heard(data[at : at + size], kept)
            assert not heard.over
            kept, replies = heard.kept, replies + heard.reply
            said += heard.said
        assert said == ['{"ack":"c1"}', "é"] and kept == b""
        assert len(client(replies)) == 1, "the ping between fragments is answered once"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (frame(b"x", masked=False), 1002),
        (frame(b"x", 3), 1002),
        (frame(b"x", rsv=4), 1002),
        (frame(b"x", 0), 1002),
        (frame(b"x", fin=False) + frame(b"y"), 1002),
        (frame(b"x", 9, fin=False), 1002),
        (frame(b"x" * 126, 9), 1002),
        (frame(b"\x00", 8), 1002),
        (frame(b"x", 2), 1003),
        (frame(b"\xff"), 1007),
        (frame(b"\x03\xe8\xff", 8), 1007),
        (frame(b"x" * (MOST_BYTES + 1)), 1009),
        (frame(b"x" * 3000, fin=False) + frame(b"x" * 3000, 0), 1009),
        (frame(b"", fin=False) + frame(b"", 0, fin=False) * 40, 1009),
        (b"\x81\xff" + b"\xff" * 8, 1009),
        (frame(b"\x03\xe8bye", 8), 1000),
    ],
)
def test_a_breach_closes_with_its_code(data: bytes, expected: int) -> None:
    assert code(WEBSOCKET.heard(data, b"")) == expected


def test_a_frame_of_a_gigabyte_is_not_waited_for() -> None:
    assert code(WEBSOCKET.heard(b"\x81\xff" + struct.pack("!Q", 2**30) + b"\x00" * 4, b"")) == 1009


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.builds(
                frame, st.binary(max_size=140), st.integers(0, 15), fin=st.booleans(), masked=st.booleans()
            ),
        ),
        max_size=12,
    )
)
def test_garbage_is_answered_or_closed(pieces: list[bytes]) -> None:
    kept = b""
    for piece in pieces:
        heard = WEBSOCKET.heard(piece, kept)
        client(heard.reply)
        if heard.over:
            return
        kept = heard.kept
        assert len(kept) <= 17 * (MOST_BYTES + 14)


KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def head(*lines: str, version: str = "HTTP/1.1") -> bytes:
    return "\r\n".join([f"GET /ws {version}", "Host: x", *lines, "", ""]).encode()


GOOD = ("Upgrade: websocket", "Connection: keep-alive, Upgrade", "Sec-WebSocket-Version: 13")


def test_the_handshake_of_the_standard_is_answered_as_there() -> None:
    """RFC 6455, 1.3."""
    answer = accept(parse_head(head(*GOOD, f"Sec-WebSocket-Key: {KEY}")))
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (head(), 426),
        (head(*GOOD[:2], f"Sec-WebSocket-Key: {KEY}"), 426),
        (head(*GOOD[:2], "Sec-WebSocket-Version: 8", f"Sec-WebSocket-Key: {KEY}"), 426),
        (head(GOOD[0], GOOD[2], f"Sec-WebSocket-Key: {KEY}"), 426),
        (head(*GOOD, f"Sec-WebSocket-Key: {KEY}", version="HTTP/1.0"), 426),
        (head(*GOOD), 400),
        (head(*GOOD, "Sec-WebSocket-Key: short"), 400),
        (head(*GOOD, "Sec-WebSocket-Key: !!!!"), 400),
    ],
)
def test_other_handshakes_are_told_what_is_missing(data: bytes, status: int) -> None:
    with pytest.raises(BadRequest) as refused:
        accept(parse_head(data))
    assert refused.value.status == status
