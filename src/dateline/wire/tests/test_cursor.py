"""Cursors: opaque, unforgeable, bound to one life of the log; pages of the log without a gap."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dateline.core.errors import BadInput
from dateline.wire import cursor as cursors
from dateline.wire import services as wire
from dateline.wire.cursor import BadCursor, CursorTooOld
from dateline.wire.tests.builders import out

numbers = st.integers(0, 2**62)


@pytest.mark.unit
@given(numbers, numbers)
def test_a_cursor_reads_back_and_fits_the_stream(seq: int, epoch: int) -> None:
    made = cursors.encode(seq, epoch)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", made)
    assert cursors.decode(made, epoch) == seq


@pytest.mark.unit
@given(numbers, numbers, numbers)
def test_a_cursor_of_another_epoch_is_too_old_not_forged(seq: int, epoch: int, other: int) -> None:
    if epoch != other:
        with pytest.raises(CursorTooOld):
            cursors.decode(cursors.encode(seq, epoch), other)


@pytest.mark.unit
@given(st.integers(0, 10_000), st.data())
def test_any_changed_character_is_refused(seq: int, data: st.DataObject) -> None:
    """S6 for cursors: also changes in the bits that base64 leaves unused."""
    made = cursors.encode(seq, 7)
    place = data.draw(st.integers(0, len(made) - 1))
    char = data.draw(st.sampled_from("ABab01-_").filter(lambda c: c != made[place]))
    with pytest.raises(BadCursor):
        cursors.decode(made[:place] + char + made[place + 1 :], 7)


@pytest.mark.unit
@given(st.text(max_size=80))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        cursors.decode(text, 7)


@pytest.mark.unit
def test_neighbouring_positions_do_not_look_alike() -> None:
    """The public cannot count: no long part of the cursor stays the same from one to the next."""
    first, second = cursors.encode(1, 7), cursors.encode(2, 7)
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 12


@pytest.mark.room
@pytest.mark.django_db(databases=["default", "ledger"])
@pytest.mark.usefixtures("house")
class TestPages:
    """`wire_page` on a small log."""

    def test_an_empty_log_has_a_cursor_to_wait_on(self) -> None:
        """The edge goes on from `next` and must miss nothing that comes first."""
        page = wire.wire_page(last=100)
        assert (
            page.events == () and page.next == wire.wire_page().next == wire.wire_page(after=page.next).next
        )
        out("en", "ko")
        assert [e["language"] for _, e in wire.wire_page(after=page.next).events] == ["en", "ko"]

    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(limit=st.integers(1, 12))
    def test_pages_of_any_size_join_without_a_gap(self, limit: int) -> None:
        """T33"""
        if wire.log_position() == 0:
            for _ in range(4):
                out("en", "ko")
        whole = wire.wire_page().events
        seen: list[tuple[str, dict[str, object]]] = []
        after = None
        while (page := wire.wire_page(after=after, limit=limit)).events:
            seen += page.events
            assert page.next == page.events[-1][0]
            after = page.next
        assert tuple(seen) == whole and len(whole) == 8
        assert page.next == after

    def test_the_newest_come_oldest_first(self) -> None:
        for _ in range(3):
            out("en")
        whole = wire.wire_page().events
        page = wire.wire_page(last=2)
        assert page.events == whole[1:] and page.next == whole[-1][0]

    def test_a_new_epoch_ends_every_cursor(self) -> None:
        """T33: a restored log may hold other events under the same numbers."""
        out("en")
        old = wire.wire_page().next
        wire.begin_epoch()
        with pytest.raises(CursorTooOld):
            wire.wire_page(after=old)
        with pytest.raises(CursorTooOld):
            wire.public_list(before=old)
        assert len(wire.wire_page().events) == 1

    def test_a_cursor_ahead_of_the_log_is_too_old(self) -> None:
        ahead = cursors.encode(5, cursors.current_epoch())
        with pytest.raises(CursorTooOld):
            wire.wire_page(after=ahead)

    def test_forged_cursors_and_senseless_counts_are_bad_input(self) -> None:
        for forged in ("", "x", "A" * 43, "A" * 64, "ü" * 43):
            with pytest.raises(BadCursor):
                wire.wire_page(after=forged)
        asked: tuple[dict[str, Any], ...] = ({"limit": 0}, {"last": 0}, {"limit": -1})
        for ask in asked:
            with pytest.raises(BadInput):
                wire.wire_page(**ask)
        with pytest.raises(BadInput):
            wire.wire_page(after=wire.wire_page().next, last=3)
