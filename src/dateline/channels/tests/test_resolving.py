"""A name server that says nothing costs a few seconds and a few threads, never more."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from dateline.channels import resolving
from dateline.channels.filedrop import dialling
from dateline.channels.filedrop.outcome import DropFault
from dateline.channels.resolving import resolved
from dateline.channels.services import check_webhook_address
from dateline.core.errors import Unavailable

pytestmark = pytest.mark.unit


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A resolver that waits for the end of the test; the names it was asked for."""
    over, asked = threading.Event(), list[str]()

    def wait(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        over.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    monkeypatch.setattr(resolving, "_running", threading.BoundedSemaphore(2))
    before = set(threading.enumerate())
    yield asked
    over.set()
    for thread in set(threading.enumerate()) - before:
        thread.join()


def test_numbers_and_names_are_found() -> None:
    assert resolved("127.0.0.1", 443) == ["127.0.0.1"]
    assert resolved("::1", 443) == ["::1"]
    assert resolved("no-such-host.invalid", 443) == resolved("\udcff", 443) == resolved("a" * 70, 443) == []


def test_a_silent_name_server_is_given_up(silence: list[str]) -> None:
    with pytest.raises(Unavailable, match=r"within 0\.05 s"):
        resolved("slow.example", 443, wait_s=0.05)
    assert silence == ["slow.example"]


def test_look_ups_that_hang_do_not_pile_up(silence: list[str]) -> None:
    for _ in range(6):
        with pytest.raises(Unavailable):
            resolved("slow.example", 443, wait_s=0.02)
    assert len(silence) == 2


def test_the_check_of_an_outlets_address_says_so(silence: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.channels.services.resolved", lambda h, p: resolved(h, p, wait_s=0.02))
    with pytest.raises(Unavailable, match=r"slow\.example"):
        check_webhook_address("https://slow.example/hook")
    assert silence


def test_a_drop_to_a_silent_name_fails_in_time(silence: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialling, "CONNECT_S", 0.02)

    async def dial() -> None:
        loop = asyncio.get_running_loop()
        # asyncio waits at its end for the threads of its pool: this one is let go of at once.
        loop.getaddrinfo = lambda *_, **__: asyncio.Event().wait()  # type: ignore[method-assign,assignment]
        with pytest.raises(DropFault, match="name server"):
            await dialling.dialled("slow.example", 22, ())

    asyncio.run(dial())
    assert silence == []
