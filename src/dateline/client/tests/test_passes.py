"""Keys and passes: shown at the door, renewed, never in an address."""

from itertools import islice
from pathlib import Path

import pytest

from dateline.client import Stream
from dateline.client.stream import follow
from dateline.client.tests.wire_stub import Wire, frame, page, running
from dateline.core.errors import BadInput, Unavailable

pytestmark = pytest.mark.wire


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.client.stream.Stream._pause", lambda *_: None)


def test_a_pass_goes_in_the_header_and_never_in_an_address() -> None:
    wire = Wire([frame(1)], good=frozenset({"Bearer s3cret"}))
    with running(wire):
        assert next(follow(wire.url, token="s3cret")).cursor == "c1"
    assert wire.passes == ["Bearer s3cret"]
    assert "s3cret" not in str(wire.asked)


def test_a_key_is_exchanged_once_and_again_when_the_pass_is_refused() -> None:
    wire = Wire([frame(1), frame(2), frame(3)], good=frozenset({"Bearer pass-1"}))
    with running(wire):
        events = iter(Stream(wire.url, token=wire.key))
        assert [m.cursor for m in islice(events, 2)] == ["c1", "c2"]
        wire.good = frozenset({"Bearer pass-2"})
        assert next(events).cursor == "c3"
    assert wire.issued == 2


def test_a_pass_is_renewed_before_it_ends() -> None:
    wire = Wire([frame(1), frame(2)], expires_at="2020-01-01T00:00:00Z")
    with running(wire):
        assert len(list(islice(follow(wire.url, token=wire.key), 1))) == 1
        assert wire.issued == 1


def test_a_file_is_read_anew_for_each_connection(tmp_path: Path) -> None:
    file = tmp_path / "pass"
    file.write_text("one\n")
    wire = Wire([frame(1), frame(2)], good=frozenset({"Bearer one"}))
    with running(wire):
        events = follow(wire.url, token=file)
        next(events)
        file.write_text("two\n")
        wire.good = frozenset({"Bearer two"})
        assert next(events).cursor == "c2"
    with pytest.raises(BadInput, match="cannot be read as a key"):
        next(follow(wire.url, token=tmp_path / "none"))


@pytest.mark.parametrize(
    ("secret", "words"),
    [("dk_abc_wrong", "does not accept this key"), ("stale", "refuses the pass"), (None, "wants a pass")],
)
def test_a_refusal_is_said_without_the_secret(secret: str | None, words: str) -> None:
    """I14."""
    wire = Wire([frame(1)], good=frozenset({"Bearer other"}))
    with running(wire), pytest.raises(Unavailable, match=words) as error:
        next(follow(wire.url, token=secret))
    assert secret is None or secret not in str(error.value)


def test_catching_up_needs_no_pass() -> None:
    wire = Wire([b"event: reset\ndata: {}\n\n"], {"c0": page(1)}, good=frozenset({"Bearer p"}))
    with running(wire):
        assert next(follow(wire.url, after="c0", token="p")).cursor == "c1"
