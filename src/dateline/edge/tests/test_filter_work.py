"""What a stranger's filter may cost the one loop that serves everybody: words in texts are counted."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from dateline.core.filters import filter_of
from dateline.core.languages import wishes
from dateline.edge.choice import chosen
from dateline.edge.engine import Profile
from dateline.edge.replay import Replays
from dateline.edge.ring import Ring, entry
from dateline.edge.sse import SSE
from dateline.edge.tests.origin_stub import event

pytestmark = pytest.mark.unit
MANY = Profile(filter_of([("keyword", ",".join(f"word{number}" for number in range(200)))]))
FEW = Profile(filter_of([("keyword", "word1,word2")]))


def ring_of(count: int) -> Ring:
    ring = Ring()
    for number in range(count):
        ring.add(entry(f"c{number}", event(number)))
    return ring


def test_a_replay_that_would_look_for_too_many_words_is_a_reset_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The desktop then catches up over the API, page by page; near the head it is served as ever."""
    replays, looked = Replays(ring_of(600)), []
    takes = Profile.takes

    def counted(self: Profile, facts: Mapping[str, Any]) -> bool:
        looked.append(facts)
        return takes(self, facts)

    monkeypatch.setattr(Profile, "takes", counted)
    assert replays.of("c0", MANY, SSE) is None and looked == []
    assert replays.of("c0", FEW, SSE) == b"" and len(looked) == 599
    assert replays.of("c200", MANY, SSE) == b"" and len(looked) == 599 + 399


def test_words_are_charged_to_the_work_of_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.edge.replay.time", SimpleNamespace(monotonic=lambda: 0.0))

    def served(behind: int, words: int) -> int:
        replays, count = Replays(Ring()), 0
        while replays.may(behind, words):
            count += 1
        return count

    assert served(500, MANY.wanted.words) * 10 < served(500, 0)
    assert served(10_000, MANY.wanted.words) == served(0, 0)  # a reset at once: nothing is looked at


def test_the_choice_of_an_edition_looks_wishes_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Languages that nobody writes, however many, cost no walk through the editions."""
    asked: list[str] = []

    def counted(tag: str) -> tuple[str, ...]:
        asked.append(tag)
        return wishes(tag)

    monkeypatch.setattr("dateline.edge.choice.wishes", counted)
    public = ["en", "ko", "zh-Hant", "pt-PT"]
    released = event(1, languages=public, original_language="ko", language="en")
    strange = [f"x{number}" for number in range(31)]
    for wish, found in (("*", "ko"), ("zh", "zh-Hant"), ("pt", "pt-PT"), ("en", "en"), ("de", None)):
        assert chosen([*strange, wish], released) == found
    assert len(asked) <= len(public)
