"""The ring: the newest events, found by cursor, oldest dropped first."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.edge.ring import Ring, entry

pytestmark = pytest.mark.unit


@settings(deadline=None)
@given(st.integers(1, 20), st.integers(0, 60))
def test_what_followed_a_cursor_is_what_came_after_it(size: int, count: int) -> None:
    """Also behind the entry dropped last, and behind the beginning while nothing was dropped."""
    ring = Ring(size)
    ring.begin("c-1")
    for number in range(count):
        assert ring.add(entry(f"c{number}", {"n": number}))
    kept = range(max(0, count - size), count)
    assert len(ring) == len(kept)
    positions = range(kept.start - 1, count)
    for number in range(-1, count):
        assert ring.knows(f"c{number}") is (number in positions)
    for number in positions:
        followed = [e.event["n"] for e in ring.after(f"c{number}")]
        assert followed == list(range(number + 1, count))
        assert ring.behind(f"c{number}") == len(followed)


def test_the_same_cursor_counts_once() -> None:
    ring = Ring()
    assert ring.add(entry("a", {}))
    assert not ring.add(entry("a", {}))
    assert len(ring) == 1


def test_a_new_epoch_forgets_everything() -> None:
    ring = Ring(2)
    for name in "abc":
        ring.add(entry(name, {}))
    ring.clear()
    assert len(ring) == 0 and not ring.knows("c")
    ring.add(entry("d", {}))
    assert ring.after("d") == []
    with pytest.raises(KeyError):
        ring.after("c")


def test_a_frame_is_one_line_of_data_whatever_the_text() -> None:
    frame = entry("c1", {"headline": "two\nlines\r\u2028and é"}).frame
    assert frame.startswith(b"id: c1\ndata: {") and frame.endswith(b"}\n\n")
    assert frame.count(b"\n") == 3 and b"\r" not in frame
