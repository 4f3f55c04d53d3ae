"""Envelope senders that name their delivery, and that nobody else can make."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.channels.mail import verp
from dateline.plant.settings import Settings, get_settings

pytestmark = pytest.mark.unit


def settings(domain: str = "bounce.wire.example") -> Settings:
    return get_settings().model_copy(update={"bounce_domain": domain})


@given(st.integers(0, 2**48 - 1))
def test_every_delivery_comes_back(delivery: int) -> None:
    path = verp.return_path(settings(), delivery)
    assert verp.delivery_of(settings(), path) == delivery
    assert re.fullmatch(r"b\+[a-z2-7]{24}@bounce\.wire\.example", path)


def test_without_a_bounce_domain_the_sender_is_the_plain_one() -> None:
    assert verp.return_path(settings(""), 7) == get_settings().mail_from


def test_a_repeat_has_the_same_sender() -> None:
    """I5."""
    assert verp.return_path(settings(), 7) == verp.return_path(settings(), 7)


def test_neighbours_share_nothing_that_counts() -> None:
    """Ledger ids tell how much a house sends; recipients see the envelope."""
    tokens = [verp.token(settings(), number) for number in range(50)]
    assert len({token[:6] for token in tokens}) > 45


@pytest.mark.parametrize(
    "write",
    [
        "<{}>",
        "{}",
        "SRS0=ab1c=X2=bounce.wire.example={}",
        "postmaster ({}) <x@y.example>",
        "prvs=0123456789={}",
    ],
)
def test_a_token_survives_what_mail_systems_do_to_addresses(write: str) -> None:
    path = verp.return_path(settings(), 99)
    assert verp.delivery_of(settings(), write.format(path)) == 99
    assert verp.delivery_of(settings(), write.format(path.upper())) == 99
    assert verp.delivery_of(settings(), verp.token(settings(), 99)) == 99


def test_forged_tokens_name_nobody() -> None:
    path = verp.return_path(settings(), 99)
    for at in range(2, 26):
        other = "a" if path[at] != "a" else "b"
        assert verp.delivery_of(settings(), path[:at] + other + path[at + 1 :]) is None
    for wrong in (
        "",
        "b+@x.example",
        "b+99@x.example",
        "news@wire.example",
        path[:20],
        "b+" + "a" * 24,
        "é" * 24,
    ):
        assert verp.delivery_of(settings(), wrong) is None


@given(st.text(max_size=80))
def test_no_address_breaks_the_reader(text: str) -> None:
    assert verp.delivery_of(settings(), text) is None
