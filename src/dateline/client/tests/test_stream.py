"""The client: frames, resume, catching up, and errors that end the wait."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import pytest

from dateline.client.stream import Frames, Message, Reset, follow
from dateline.client.tests.wire_stub import Wire, frame, page, running
from dateline.core.errors import BadInput, Unavailable
from dateline.testing.ports import free_port

pytestmark = pytest.mark.wire


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the client would have waited, without waiting."""
    seen: list[float] = []
    monkeypatch.setattr("dateline.client.stream.Stream._pause", lambda _, seconds: seen.append(seconds))
    return seen


def numbers(
    wire: Wire, count: int, *, filters: Mapping[str, Sequence[str]] | None = None, after: str | None = None
) -> list[int]:
    with running(wire):
        return [m.event["number"] for m in islice(follow(wire.url, filters=filters, after=after), count)]


def lines(text: str) -> Iterator[bytes]:
    return iter(text.encode().splitlines(keepends=True))


def test_frames_of_the_standard_are_read() -> None:
    text = (
        ': comment\nretry: 1500\n\nid: a\ndata: {"x":\ndata: 1}\n\n'
        'data:{"x": 2}\r\n\r\nid: b\nevent: other\ndata: {"x": 3}\n\ndata: {"cut": true}\n'
    )
    frames = Frames(lines(text))
    assert list(frames) == [Message("a", {"x": 1}), Message("a", {"x": 2}), Message("b", {"x": 3})]
    assert frames.retry_s == 1.5


def test_reset_ends_the_frames() -> None:
    frames = iter(Frames(lines('id: a\ndata: {"x": 1}\n\nevent: reset\ndata: {}\n\n')))
    assert next(frames).cursor == "a"
    with pytest.raises(Reset):
        next(frames)


def test_a_dropped_line_is_resumed_from_the_last_cursor() -> None:
    wire = Wire([frame(1) + frame(2), frame(3) + b'id: c4\ndata: {"numb', frame(4)])
    assert numbers(wire, 4) == [1, 2, 3, 4]
    assert [last for _, _, last in wire.asked] == ["", "c2", "c3"]


def test_a_line_that_drops_before_its_first_event_is_resumed() -> None:
    """The edge names its head in a block without data; a block cut short counts for nothing."""
    wire = Wire([b"retry: 1\n\nid: c7\n\n", b'id: c8\ndata: {"numb', frame(8)])
    assert numbers(wire, 1) == [8]
    assert [last for _, _, last in wire.asked] == ["", "c7", "c7"]


def test_filters_go_with_every_question() -> None:
    wire = Wire([frame(1), b"event: reset\ndata: {}\n\n", frame(4)], {"c1": page(3)})
    wire.pages["c3"] = page(next_="c3")
    assert numbers(wire, 3, filters={"language": ["en", "ko"], "sector": []}) == [1, 3, 4]
    assert {query["language"] for _, query, _ in wire.asked} == {"en,ko"}


def test_after_a_reset_the_log_fills_the_gap() -> None:
    wire = Wire([frame(1), b"event: reset\ndata: {}\n\n", frame(6)])
    wire.pages = {"c1": page(2, 3), "c3": page(4, 5), "c5": page(next_="c5")}
    assert numbers(wire, 6) == [1, 2, 3, 4, 5, 6]
    assert wire.asked[-1] == ("/stream", {}, "c5")


def test_a_reset_moves_on_also_when_the_filter_takes_nothing() -> None:
    """The cursor goes on to where the log was read, or the next line would be reset again, for ever."""
    wire = Wire([frame(1), b"event: reset\ndata: {}\n\n", frame(9)])
    wire.pages = {"c1": page(next_="c8"), "c8": page(next_="c8")}
    assert numbers(wire, 2, filters={"language": ["ko"]}) == [1, 9]
    assert wire.asked[-1][2] == "c8"


def test_a_log_that_begins_later_is_read_from_its_beginning() -> None:
    wire = Wire([b"event: reset\ndata: {}\n\n", frame(9)])
    wire.pages = {"old": 410, "": page(7, 8), "c8": page(next_="c8")}
    assert numbers(wire, 3, after="old") == [7, 8, 9]


def test_without_a_cursor_a_reset_replays_nothing() -> None:
    wire = Wire([b"event: reset\ndata: {}\n\n", frame(5)])
    wire.pages = {"": page(1, 2, 3)}
    assert numbers(wire, 1) == [5]
    assert {path for path, _, _ in wire.asked} == {"/stream"}


def test_a_log_out_of_order_is_asked_again() -> None:
    wire = Wire([frame(1), b"event: reset\ndata: {}\n\n", 503, frame(3)])
    wire.pages = {"c1": page(2), "c2": page(next_="c2")}
    broken = {"c1": 500}

    class Once(dict[str, object]):
        def get(self, key: str, default: object = None) -> object:
            return broken.pop(key, None) or super().get(key, default)

    wire.pages = Once(wire.pages)
    assert numbers(wire, 3) == [1, 2, 3]


def test_the_edge_says_when_to_come_back(waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.client.stream._JITTER.uniform", lambda low, high: high)
    assert numbers(Wire([frame(1) + b"retry: 7000\n\n", frame(2)]), 2) == [1, 2]
    assert waits == [7.0]


def test_waits_grow_with_failures_and_are_spread(waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.client.stream._JITTER.uniform", lambda low, high: high)
    assert numbers(Wire([frame(1), 503, 503, 503, frame(2)]), 2) == [1, 2]
    assert waits == [0.5, 1.0, 2.0, 4.0]


def test_what_the_wire_refuses_is_said_at_once() -> None:
    """I14."""
    with pytest.raises(BadInput, match="no"):
        numbers(Wire([400]), 1)


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_address_without_a_wire_is_said_at_once(status: int) -> None:
    with pytest.raises(Unavailable, match=f"answers {status}; is that the address of a wire"):
        numbers(Wire([status]), 1)


def test_a_wire_that_is_never_reached_is_given_up(waits: list[float]) -> None:
    with pytest.raises(Unavailable, match="is the wire running there"):
        next(follow(f"http://127.0.0.1:{free_port()}"))
    assert len(waits) == 3


def test_a_proxy_of_the_environment_is_passed_by_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    assert numbers(Wire([frame(1)]), 1) == [1]
