"""Each adapter over its own protocol, with the faults that real servers have: a fault is never a text."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from dateline.core.clock import Instant, SystemClock
from dateline.languages.tests.engine_help import asked, health, segments, settings
from dateline.languages.translator import EngineFault, Segment, Slot, Term
from dateline.testing.engine_stub import EngineStub
from dateline.testing.ports import DeadPort

pytestmark = pytest.mark.unit
BOOK = {
    "id": {
        "Museum opens": "Museum dibuka",
        "It is new.": "Ini baru.",
        'See <x id="1"/> & <g id="2">more</g>.': 'Lihat <x id="1"/> & <g id="2">lagi</g>.',
        "See": "Lihat", "more": "lagi", "&amp;": "&amp;",
        'See <x id="1"/> &amp; <g id="2">more</g>.': 'Lihat <x id="1"/> &amp; <g id="2">lagi</g>.',
        'See <span class="notranslate" translate="no" id="x1">https://a.example</span> &amp; '
        '<b id="g2">more</b>.': 'Lihat <span id="x1" translate="no" class="notranslate">https://a.example'
        "</span> &amp; <b id=g2>lagi</b>.",
    }
}  # fmt: skip
MARKED = Segment(
    "headline",
    'See <x id="1"/> & <g id="2">more</g>.',
    (Slot(1, "url", "https://a.example"), Slot(2, "open", '{"strong": true}')),
)
KINDS = ("openai", "libretranslate", "deepl", "google")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUB_KEY", "s3cret-key")


@pytest.fixture
def stub() -> Iterator[EngineStub]:
    with EngineStub(BOOK) as server:
        yield server


def at(kind: str, stub: EngineStub, **more: object):  # type: ignore[no-untyped-def]
    return settings(kind, url=stub.url, model="stub" if kind == "openai" else "", key_env="STUB_KEY", **more)


def broken(*faults: str, always: str = "", **more: object) -> EngineStub:
    return EngineStub(BOOK, faults=faults, always=always, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_texts_and_slots_come_back(kind: str, stub: EngineStub) -> None:
    found = asked(at(kind, stub), *segments("Museum opens", "It is new."), MARKED)
    assert [(r.segment_id, r.text, r.finish) for r in found] == [
        ("blocks[0]", "Museum dibuka", "ok"),
        ("blocks[1]", "Ini baru.", "ok"),
        ("headline", 'Lihat <x id="1"/> & <g id="2">lagi</g>.', "ok"),
    ]
    assert health(at(kind, stub)).ok
    for request in stub.asked:
        assert "s3cret-key" not in request.path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["missing", "count"])
def test_what_was_not_answered_is_asked_again_alone_once(kind: str, fault: str) -> None:
    with broken(fault) as stub:
        found = asked(at(kind, stub), *segments("Museum opens", "It is new."))
        assert {r.text for r in found} == {"Museum dibuka", "Ini baru."}, found
        assert all(len(request.texts) == 1 for request in stub.asked[1:])
    with broken(always=fault) as stub:
        results = {r.finish for r in asked(at(kind, stub), *segments("Museum opens"))}
        assert results == {"failed"} and len(stub.asked) == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("fault", "is_"),
    [("html", "answer"), ("json", "answer"), ("down", "down"), ("reset", "down"), ("key", "refused")],
)
def test_a_fault_of_the_server_is_told_apart(kind: str, fault: str, is_: str) -> None:
    with broken(always=fault) as stub, pytest.raises(EngineFault) as told:
        asked(at(kind, stub), *segments("Museum opens"))
    assert told.value.kind == is_
    assert "s3cret" not in str(told.value) and "Museum" not in str(told.value)


@pytest.mark.parametrize("kind", KINDS)
def test_retry_after_is_heard_as_seconds_and_as_a_date(kind: str) -> None:
    with broken("busy", retry_after="17") as stub, pytest.raises(EngineFault) as told:
        asked(at(kind, stub), *segments("Museum opens"))
    assert (told.value.kind, told.value.wait_s) == ("busy", 17.0)
    with (
        broken("busy", retry_after="Wed, 21 Oct 2015 07:28:00 GMT") as stub,
        pytest.raises(EngineFault) as told,
    ):
        asked(at(kind, stub), *segments("Museum opens"))
    assert told.value.wait_s == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_a_stall_ends_at_the_engines_limit_and_at_the_deadline(kind: str) -> None:
    with broken(always="stall") as stub:
        with pytest.raises(EngineFault) as told:
            asked(at(kind, stub, timeout_s=0.2), *segments("Museum opens"))
        assert told.value.kind == "late"
        soon = Instant(SystemClock().now() + timedelta(seconds=0.2))
        with pytest.raises(EngineFault) as told:
            asked(at(kind, stub), *segments("Museum opens"), deadline=soon)
        assert told.value.kind == "late"


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_answer_is_a_failure(kind: str) -> None:
    with broken(always="empty") as stub:
        (found,) = asked(at(kind, stub), *segments("Museum opens"))
    assert (found.finish, found.text) == ("failed", "")


@pytest.mark.parametrize("kind", ["openai", "deepl", "google"])
def test_eaten_slots_are_saved_by_cutting_the_text_there(kind: str) -> None:
    with broken("eaten") as stub:
        (found,) = asked(at(kind, stub), MARKED)
        assert found.text == 'Lihat <x id="1"/> & <g id="2">lagi</g>.'
        assert stub.asked[1].texts == ("See", "more")


@pytest.mark.parametrize(
    ("fault", "finish"),
    [("truncated", "truncated"), ("refused", "refused"), ("fence", "failed"), ("preamble", "failed")],
)
def test_a_model_that_stops_refuses_or_chats_gives_no_text(fault: str, finish: str) -> None:
    with broken(always=fault) as stub:
        found = asked(at("openai", stub), *segments("Museum opens", "It is new."))
    assert [(r.finish, r.text) for r in found] == [(finish, "")] * 2


def test_answers_under_foreign_ids_are_dropped() -> None:
    with broken("extra") as stub:
        found = asked(at("openai", stub), *segments("Museum opens"))
        assert [r.text for r in found] == ["Museum dibuka"] and len(stub.asked) == 1
    with broken("extra") as stub:  # without ids nobody knows which one is too many: each is asked again
        found = asked(at("deepl", stub), *segments("Museum opens", "It is new."))
        assert [r.text for r in found] == ["Museum dibuka", "Ini baru."] and len(stub.asked) == 3


def test_a_model_gets_terms_context_and_limits(stub: EngineStub) -> None:
    terms = (Term("outlet", "media massa"),)
    asked(at("openai", stub), *segments("Museum opens"), terms=terms, context="About a museum")
    body = stub.asked[0].body
    assert body["max_tokens"] > 0 and body["temperature"] == 0 and body["stream"] is False
    assert "media massa" in body["messages"][0]["content"] and "Indonesian" in body["messages"][0]["content"]
    assert "About a museum" in body["messages"][1]["content"]


def test_a_long_text_goes_in_batches_and_a_long_block_in_sentences(stub: EngineStub) -> None:
    texts = segments(*(f"Sentence {n}." for n in range(70)))
    assert len(asked(at("libretranslate", stub), *texts)) == 70
    assert [len(request.texts) for request in stub.asked] == [25, 25, 20]
    long = " ".join(f"This is sentence {n}." for n in range(600))
    (found,) = asked(at("libretranslate", stub, max_chars=1000), Segment("blocks[0]", long))
    assert found.text == long and found.characters == len(long)


def test_unknown_pairs_are_no_fault_of_the_server(stub: EngineStub) -> None:
    for kind in ("libretranslate", "apertium"):
        with pytest.raises(EngineFault) as told:
            asked(at(kind, stub), *segments("Museum opens"), target="xh")
        assert told.value.kind == "pair"


def test_health_says_what_is_wrong_in_words(stub: EngineStub, monkeypatch: pytest.MonkeyPatch) -> None:
    with DeadPort() as dead:
        said = health(settings("libretranslate", url=f"http://127.0.0.1:{dead.port}"))
    assert not said.ok and "reached" in said.said
    assert "does not serve other" in health(settings("openai", url=stub.url, model="other")).said
    monkeypatch.delenv("STUB_KEY")
    said = health(at("deepl", stub))
    assert not said.ok and "STUB_KEY" in said.said


def test_prices_and_characters_are_counted_without_slots(stub: EngineStub) -> None:
    (found,) = asked(at("deepl", stub, price_per_million="20"), MARKED)
    assert found.characters == len("See  & more.")
    assert found.cost is not None and float(found.cost) == pytest.approx(0.00024)
