"""The bitsets equal the rule of `core.filters` for every slot, through joins and leaves."""

import os
import socket
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.core.filters import Filter, filter_of
from dateline.edge import bitsets
from dateline.edge.bitsets import Bits, slots_of
from dateline.edge.choice import in_order
from dateline.edge.engine import Profile
from dateline.edge.index import Index
from dateline.edge.slots import Slots
from dateline.edge.sse import SSE
from dateline.edge.words import Words

pytestmark = pytest.mark.unit

LANGUAGES = ["en", "ko", "zh-Hans", "zh-Hant", "pt-BR"]
VALUES = {
    "language": [*LANGUAGES, "zh", "pt", "*"],
    "country": ["SG", "KR", "JP"],
    "sector": ["20000256", "20000209", "07000000", "04000000"],
    "class": ["regulated", "priority", "normal"],
    "issuer": ["acme", "other"],
    "origin": ["issuer", "third-party"],
    "ticker": ["MNTX", "TSE:MNTX", "AAA"],
    "isin": ["SG1T75931496", "US0378331005"],
    "keyword": ["a", "ab", "battery", "straße", "展示", "tter", "zz"],
}


def some(values: list[str], most: int = 3) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    pairs = [(name, ",".join(draw(some(values)))) for name, values in VALUES.items() if draw(st.booleans())]
    token = [(name, draw(st.sampled_from(VALUES[name]))) for name in VALUES if draw(st.integers(0, 5)) == 0]
    return Profile(
        Filter(filter_of(pairs).wanted | filter_of(token).wanted),
        in_order(pairs) if draw(st.booleans()) else (),
        draw(st.sampled_from(["", "SG", "KR"])),
        draw(st.booleans()),
    )


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    public = draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, unique=True))
    return {
        "type": draw(st.sampled_from(["released", "edition-added", "corrected", "killed", "withdrawn"])),
        "language": draw(st.sampled_from(public)),
        "languages": public,
        "original_language": draw(st.sampled_from(LANGUAGES)),
        "countries": draw(some(VALUES["country"])),
        "sectors": draw(some(["20000256", "20000209", "20000344", "07000000"])),
        "class": draw(st.sampled_from(VALUES["class"])),
        "issuer": {"slug": draw(st.sampled_from(VALUES["issuer"]))},
        "origin": draw(st.sampled_from(VALUES["origin"])),
        "tickers": draw(some(["mntx", "TSE:MNTX", "XX:AAA"])),
        "isins": draw(some(VALUES["isin"])),
        "headline": draw(st.sampled_from(["Battery plant", "STRASSE", "展示館", "nothing", ""])),
        "summary": draw(st.sampled_from(["a", "butter", ""])),
        "restrict": draw(some(["SG", "KR"])),
    }


@settings(deadline=None, max_examples=2000 if os.environ.get("DATELINE_SOAK") == "1" else 50)
@given(st.data(), st.lists(profiles(), min_size=1, max_size=12), st.lists(events(), min_size=1, max_size=6))
def test_the_index_selects_exactly_whom_the_rule_selects(
    data: st.DataObject, wanted: list[Profile], found: list[dict[str, Any]]
) -> None:
    index = Index()
    slots = data.draw(st.lists(st.integers(0, 400), min_size=len(wanted), max_size=len(wanted), unique=True))
    there = dict(zip(slots, wanted, strict=True))
    for slot, profile in there.items():
        index.add(slot, profile)
    for _ in range(2):
        for event in found:
            expected = {slot for slot, profile in there.items() if profile.takes(event)}
            assert set(slots_of(index.select(event))) == expected
        assert set(slots_of(index.staged.mask())) == {slot for slot, p in there.items() if p.staged}
        for slot in data.draw(st.sets(st.sampled_from(slots))):  # some leave, their slots go to others
            if slot in there:
                index.remove(slot, there.pop(slot))
    for slot, profile in there.items():
        index.remove(slot, profile)
    for event in found:
        assert index.select(event) == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 900)), max_size=400), st.integers(0, 900))
def test_bits_are_a_set(steps: list[tuple[bool, int]], middle: int) -> None:
    bits = Bits()
    expected: set[int] = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bitsets, "_FEW", 8)
        for adds, slot in steps:
            (bits.add if adds else bits.remove)(slot)
            (expected.add if adds else expected.discard)(slot)
    assert bits.count == len(expected)
    assert list(slots_of(bits.mask())) == sorted(expected)
    assert list(slots_of(bits.mask(), backwards=True)) == sorted(expected, reverse=True)
    for start, stop in ((0, middle), (middle, 901)):
        inside = sorted(slot for slot in expected if start <= slot < stop)
        assert bits.between(start, stop) == inside
        assert list(slots_of(bits.mask(), start, stop)) == inside
        assert list(slots_of(bits.mask(), start, stop, backwards=True)) == inside[::-1]
    assert all((slot in bits) is (slot in expected) for slot in range(901))


@settings(deadline=None)
@given(
    st.sets(st.text("abc展", min_size=1, max_size=5), max_size=30),
    st.sets(st.text("abc展", min_size=1, max_size=5), max_size=10),
    st.text("abc展", max_size=20),
)
def test_words_are_found_wherever_they_stand(words: set[str], gone: set[str], text: str) -> None:
    table = Words()
    for word in sorted(words | gone):
        table.add(word)
    for word in gone:
        table.remove(word)
    found = list(table.found_in(text))
    assert len(found) == len(set(found))
    assert set(found) == {word for word in words - gone if word in text}


def test_one_line_per_release_in_the_first_language_that_exists() -> None:
    """Of ko and en, ko; a correction is kept from nobody who reads its language."""
    reader = Profile(filter_of([("language", "ko,en")]), ("ko", "en"))
    event = {"type": "released", "languages": ["en", "ja", "ko"], "original_language": "en"}
    assert [reader.takes(event | {"language": tag}) for tag in ("en", "ja", "ko")] == [False, False, True]
    assert reader.takes(event | {"language": "en", "languages": ["en", "ja"]})
    assert reader.takes(event | {"language": "ko", "type": "edition-added"})
    assert reader.takes(event | {"language": "en", "type": "corrected"})


@pytest.mark.parametrize(
    ("pairs", "order"),
    [
        ([("language", "ko, en"), ("language", "en,zh")], ("ko", "en", "zh")),
        ([("language", "*")], ()),
        ([("language", "ko,*")], ("ko", "*")),
        ([("language", "ko"), ("keyword", "x")], ()),
        ([("country", "SG")], ()),
    ],
)
def test_the_order_of_languages_is_as_written(pairs: list[tuple[str, str]], order: tuple[str, ...]) -> None:
    assert in_order(pairs) == order


def test_no_language_stays_when_nobody_asks_for_it_any_more() -> None:
    """Anybody may name any tag, and come again with another."""
    index = Index()
    for number in range(400):
        wanted = (f"q{chr(97 + number % 26)}{chr(97 + number // 26)}", "en")
        profile = Profile(languages=wanted)
        index.add(1, profile)
        index.remove(1, profile)
    assert not any(index._order._ranks)


class Unwatched:
    """A poller for slots that nobody reads."""

    def add(self, fd: int) -> None: ...
    def writable(self, fd: int, wanted: bool) -> None: ...
    def forget(self, fd: int) -> None: ...
    def close(self) -> None: ...


def test_who_left_amid_a_round_is_not_counted_as_written_to() -> None:
    """A round counts by its masks, which were made when it began."""
    slots = Slots(16, Unwatched())
    pairs = [socket.socketpair() for _ in range(10)]
    for own, _ in pairs:
        slots.seat(own.detach(), Profile(), SSE)
    slots.leave(3)
    slots.leave(9)
    mask = (0b1111111111).to_bytes(2, "little")
    assert slots.left_of(mask, 0, 16) == 2
    assert slots.left_of(mask, 0, 8) == 1
    assert slots.left_of((0b1).to_bytes(2, "little"), 0, 16) == 0
    slots.settle()
    assert slots.left_of(mask, 0, 16) == 0
    for slot in slots.taken():
        slots.leave(slot)
    for _, other in pairs:
        other.close()
