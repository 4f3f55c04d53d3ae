"""Rounds without sockets of desktops: who gets which frames, in which order of slots, and both send loops."""

import asyncio
import errno
import random
import socket
import tempfile
import threading
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.edge import rounds
from dateline.edge.blast import WAYS, Blast, chosen
from dateline.edge.engine import Framing
from dateline.edge.rounds import Item, Walk, legs
from dateline.edge.sse import SSE

pytestmark = pytest.mark.unit

every_way = pytest.mark.parametrize("way", [pytest.param(WAYS[name], id=name) for name in sorted(WAYS)])


def bits(*slots: int) -> bytes:
    mask = sum(1 << slot for slot in slots)
    return mask.to_bytes((mask.bit_length() + 7) // 8, "little")


@contextmanager
def pairs(count: int) -> Iterator[tuple["array[int]", list[socket.socket], list[socket.socket]]]:
    """Descriptors by slot, our ends and the ends of those who read."""
    made = [socket.socketpair() for _ in range(count)]
    for ours, theirs in made:
        ours.setblocking(False)
        theirs.setblocking(False)
    try:
        yield array("i", [ours.fileno() for ours, _ in made]), [a for a, _ in made], [b for _, b in made]
    finally:
        for one in made:
            for end in one:
                end.close()


def heard(ends: list[socket.socket]) -> list[bytes]:
    found = []
    for end in ends:
        try:
            found.append(end.recv(100_000))
        except BlockingIOError:
            found.append(b"")
    return found


@every_way
def test_only_slots_of_the_mask_that_have_a_descriptor_are_sent_to(way: Blast) -> None:
    with pairs(20) as (fds, _, ends):
        fds[3] = -1
        assert way(fds, bits(1, 3, 9, 17, 19), b"news", 1, 19, False) == []
        assert [n for n, text in enumerate(heard(ends)) if text] == [1, 9, 17]
        assert way(fds, bits(2), b"news", 5, 500, True) == []  # beyond mask and array there is nobody
        assert heard(ends) == [b""] * 20


@every_way
@pytest.mark.parametrize("backwards", [False, True])
def test_who_does_not_take_it_all_comes_back_with_the_count_or_the_error(way: Blast, backwards: bool) -> None:
    with pairs(6) as (fds, ours, ends):
        big = bytes(4_000_000)
        ends[2].close()
        while True:
            try:
                ours[4].send(bytes(65536))
            except BlockingIOError:
                break
        rest = way(fds, bits(1, 2, 4), big, 0, 6, backwards)
        assert [slot for slot, _ in rest] == ([4, 2, 1] if backwards else [1, 2, 4])
        found = dict(rest)
        assert 0 < found[1] < len(big) and found[2] == -errno.EPIPE and found[4] == -errno.EAGAIN


def test_the_loop_in_python_can_be_asked_for() -> None:
    assert chosen("python")[0] == "python"
    assert chosen("c")[0] == ("c" if "c" in WAYS else "python")
    assert chosen()[0] in {"uring", chosen("c")[0]} and chosen() == chosen("uring")


def test_where_the_machine_forbids_it_or_filters_the_question_the_next_best_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def forbidden() -> bool:
        asked.append(1)
        return False

    monkeypatch.setattr("dateline.edge.blast._may_uring", forbidden)
    assert chosen("c")[0] in {"c", "python"} and chosen("python")[0] == "python" and not asked
    assert chosen() == chosen("c")


@every_way
def test_more_sockets_than_go_into_one_call_all_hear_it_once_and_in_turn(way: Blast) -> None:
    """Many sockets with one system call: a batch is 256."""
    with pairs(600) as (fds, _, ends):
        everybody = bits(*range(600))
        for word, backwards in ((b"one ", False), (b"two ", True), (b"three", False)):
            assert way(fds, everybody, word, 0, 600, backwards) == []
        assert heard(ends) == [b"one two three"] * 600


@every_way
def test_a_loop_may_be_used_from_any_thread(way: Blast) -> None:
    """The kernel takes a ring's sends only from the thread that made it: each gets its own."""
    with pairs(8) as (fds, _, ends), ThreadPoolExecutor(4) as pool:
        meeting = threading.Barrier(4)

        def send(number: int) -> list[tuple[int, int]]:
            meeting.wait(30)
            return way(fds, bits(*range(8)), b"%d" % number, 0, 8, False)

        assert list(pool.map(send, range(4))) == [[]] * 4
        assert way(fds, bits(*range(8)), b"4", 0, 8, False) == []
        assert [sorted(text) for text in heard(ends)] == [sorted(b"01234")] * 8


@every_way
def test_a_descriptor_that_is_closed_or_no_socket_harms_nobody_else(way: Blast) -> None:
    with pairs(5) as (fds, ours, ends), tempfile.TemporaryFile() as file:
        ours[1].close()
        rest = dict(way(fds, bits(*range(5)), b"news", 0, 5, False))
        assert rest == {1: -errno.EBADF} and [bool(text) for text in heard(ends)] == [
            True,
            False,
            True,
            True,
            True,
        ]
        if way is not WAYS["python"]:
            fds[1] = file.fileno()
            assert dict(way(fds, bits(1, 2), b"news", 0, 5, False)) == {1: -errno.ENOTSOCK}


def _said(number: int, framing: Framing) -> bytes:
    return framing.event(f"c{number}", b"{}")


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sets(st.integers(0, 30)), st.booleans()), max_size=14),
    st.sets(st.integers(0, 30)),
)
def test_everybody_gets_what_they_take_in_order_and_once(
    wanted: list[tuple[set[int], bool]], present: set[int]
) -> None:
    """Also when the choices are so many that the frames go in several runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "_GROUPS_MOST", 3)
        items = [
            Item(partial(_said, number), sum(1 << s for s in slots), misses)
            for number, (slots, misses) in enumerate(wanted)
        ]
        made = legs(items, [(SSE, sum(1 << s for s in present))])
    for slot in range(31):
        for misses in (False, True):
            got = b"".join(
                leg.payload
                for leg in made
                if leg.misses is misses and int.from_bytes(leg.mask, "little") >> slot & 1
            )
            expected = b"".join(
                _said(n, SSE)
                for n, (slots, mode) in enumerate(wanted)
                if slot in slots and mode is misses and slot in present
            )
            assert got == expected


def test_desktops_with_the_same_choice_share_one_payload() -> None:
    everybody = (1 << 1000) - 1
    items = [Item(partial(_said, n), everybody) for n in range(60)]
    (leg,) = legs(items, [(SSE, everybody)])
    assert leg.payload.count(b"id: ") == 60


def _order(high: int) -> list[int]:
    """The order in which a round comes to the slots."""
    walk = Walk(0, high, backwards=random.random() < 0.5)
    found: list[int] = []
    for start, stop in walk.chunks:
        found += range(stop - 1, start - 1, -1) if walk.backwards else range(start, stop)
    return found


@pytest.mark.parametrize("high", [1, 7, 64, 5003])
def test_a_round_comes_to_every_slot_once(high: int) -> None:
    assert sorted(_order(high)) == list(range(high))


def test_nobody_is_always_first_or_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """I12: over many rounds the mean rank of every slot comes near the middle."""
    monkeypatch.setattr(rounds, "CHUNK", 16)
    high, count = 96, 3000
    total = [0] * high
    for _ in range(count):
        for rank, slot in enumerate(_order(high)):
            total[slot] += rank
    means = [ranks / count for ranks in total]
    assert all(abs(mean - (high - 1) / 2) < high * 0.06 for mean in means), (min(means), max(means))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.lists(st.integers(0, 3), max_size=30), st.booleans())
def test_what_comes_during_a_round_reaches_served_and_unserved_chunks_alike(
    high: int, arrivals: list[int], backwards: bool
) -> None:
    """A kill mid-round goes alone to the chunks already served, and with the rest to those to come."""
    got: dict[tuple[int, int], list[int]] = {}
    count = 1
    waiting = list(arrivals)

    def more() -> int:
        nonlocal count
        count += waiting.pop() if waiting else 0
        return count

    def serve(walk: Walk, chunk: tuple[int, int], plan: Any) -> None:
        got.setdefault(chunk, []).extend(plan)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "CHUNK", 8)
        walk = Walk(0, high, backwards=backwards)
        asyncio.run(walk.go(lambda a, b: list(range(a, b)), more, serve))  # type: ignore[arg-type]
    assert set(got) == set(walk.chunks)
    assert all(numbers == list(range(len(numbers))) for numbers in got.values())
    assert len({len(numbers) for numbers in got.values()}) == 1
