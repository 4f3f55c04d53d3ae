"""STARTTLS, TLS from the start, and login, against a real server with a certificate of our own."""

import asyncio
import select
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvloop

from dateline.channels.mail.channel import MailChannel
from dateline.channels.mail.connection import Connection, Patience
from dateline.channels.mail.relay import Unreachable, relay_of
from dateline.channels.mail.tests.servers import Library
from dateline.channels.mail.tests.test_replies import sent
from dateline.channels.tests.builders import Feed, Receipts, mail_parcel, mail_task, settings, until
from dateline.testing.certificates import make_certificate

pytestmark = pytest.mark.wire
PARCEL = mail_parcel()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return make_certificate(tmp_path / "tls")


@pytest.fixture
def context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*certificate)
    return made


@pytest.fixture
def relay(context: ssl.SSLContext) -> Iterator[Library]:
    found = Library(tls=context, login=("wire", "s3cret:/@"))
    yield found
    found.stop()


def url(relay: Library, login: str = "wire:s3cret%3A%2F%40@", scheme: str = "smtp+starttls") -> str:
    return f"{scheme}://{login}127.0.0.1:{relay.port}"


def send_one(smtp_url: str, ca_file: str = "", **options: Any) -> Receipts:
    async def run() -> Receipts:
        receipts = Receipts()
        channel = MailChannel(settings(smtp_url=smtp_url, mail_connections=1, ca_file=ca_file), **options)
        await channel.send(aiter(Feed([mail_task(1, PARCEL)])), receipts)
        await channel.aclose()
        return receipts

    return asyncio.run(run())


def never_sends(smtp_url: str, ca_file: str = "") -> None:
    """The gate stays shut: no task is drawn however often it tries."""

    async def run() -> None:
        waits: list[float] = []

        def pause(wait_s: float) -> float:
            waits.append(wait_s)
            return 0.01

        feed, receipts = Feed([mail_task(1, PARCEL)]), Receipts()
        made = settings(smtp_url=smtp_url, mail_connections=1, ca_file=ca_file)
        channel = MailChannel(made, pause=pause)
        sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
        await until(lambda: len(waits) >= 2)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await channel.aclose()
        assert receipts.all == [] and feed.drawn == 0

    asyncio.run(run())


def test_starttls_and_login_with_an_authority_named_in_the_settings(
    relay: Library, certificate: tuple[Path, Path]
) -> None:
    receipts = send_one(url(relay), str(certificate[0]))
    assert receipts.of(1).outcome == "accepted"
    assert relay.taken() == [("<d1@wire.example>", "p1@readers.example")]


def test_a_context_of_ones_own_serves_as_well(relay: Library, certificate: tuple[Path, Path]) -> None:
    receipts = send_one(url(relay), tls=lambda: ssl.create_default_context(cafile=str(certificate[0])))
    assert receipts.of(1).outcome == "accepted"


def test_tls_from_the_start(context: ssl.SSLContext, certificate: tuple[Path, Path]) -> None:
    library = Library(ssl_context=context)
    try:
        receipts = send_one(f"smtps://127.0.0.1:{library.port}", str(certificate[0]))
    finally:
        library.stop()
    assert receipts.of(1).outcome == "accepted"
    assert library.taken() == [("<d1@wire.example>", "p1@readers.example")]


def test_a_certificate_nobody_vouches_for_gets_no_mail(relay: Library) -> None:
    never_sends(url(relay))
    assert relay.taken() == []


def test_a_relay_without_starttls_gets_no_mail_in_the_clear() -> None:
    plain = Library()
    try:
        never_sends(url(plain, ""))
        assert plain.taken() == []
    finally:
        plain.stop()


def test_a_wrong_password_refuses_no_recipient(relay: Library, certificate: tuple[Path, Path]) -> None:
    """It is our fault, not theirs: mail waits until somebody mends the setting."""
    never_sends(url(relay, "wire:wrong@"), str(certificate[0]))
    assert relay.taken() == []


def test_a_relay_that_refuses_and_goes_silent_keeps_no_socket_of_ours(
    context: ssl.SSLContext, certificate: tuple[Path, Path]
) -> None:
    """The TLS farewell is not waited for: nobody at the far end may ever answer it."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"smtps://wire:wrong@127.0.0.1:{listener.getsockname()[1]}"
    hung_up: list[bool] = []

    def refuse() -> None:
        session = context.wrap_socket(listener.accept()[0], server_side=True)
        session.sendall(b"220 relay\r\n")
        for answer in (b"250-relay\r\n250 AUTH PLAIN\r\n", b"535 no\r\n"):
            session.recv(1024)
            session.sendall(answer)
        poll = select.poll()
        poll.register(session, select.POLLRDHUP)
        hung_up.append(bool(poll.poll(10_000)))
        session.close()

    async def run() -> None:
        server = asyncio.create_task(asyncio.to_thread(refuse))
        trusted = ssl.create_default_context(cafile=str(certificate[0]))
        connection = Connection(relay_of(address), "wire.example", Patience(), lambda: trusted)
        with pytest.raises(Unreachable, match="535"):
            await connection.open()
        await server

    with listener:
        asyncio.run(run())
    assert hung_up == [True]


def test_plain_smtp_needs_no_certificate(tmp_path: Path) -> None:
    library = Library()
    try:
        assert sent(library.url, [mail_task(1, PARCEL)]).of(1).outcome == "accepted"
    finally:
        library.stop()


def test_what_comes_before_the_handshake_counts_for_nothing(
    context: ssl.SSLContext, certificate: tuple[Path, Path]
) -> None:
    """RFC 3207, 5: replies slipped in before TLS would otherwise be taken for the server's own."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        plain = listener.accept()[0]
        plain.sendall(b"220 relay\r\n")
        plain.recv(1024)
        plain.sendall(b"250-relay\r\n250 STARTTLS\r\n")
        plain.recv(1024)
        plain.sendall(b"220 go on\r\n250-evil\r\n250 SIZE 1\r\n")
        with context.wrap_socket(plain, server_side=True) as session:
            heard.append(session.recv(1024))
            session.sendall(b"250-relay\r\n250 SIZE 4000\r\n")
            heard.append(session.recv(1024))
            session.sendall(b"221 bye\r\n")

    async def run() -> None:
        server = asyncio.create_task(asyncio.to_thread(serve))
        trusted = ssl.create_default_context(cafile=str(certificate[0]))
        address = f"smtp+starttls://127.0.0.1:{listener.getsockname()[1]}"
        connection = Connection(relay_of(address), "wire.example", Patience(), lambda: trusted)
        await connection.open()
        assert connection.size_limit == 4000
        await connection.quit()
        await server

    with listener:
        asyncio.run(run())
    assert heard == [b"EHLO wire.example\r\n", b"QUIT\r\n"]


def test_login_where_plain_is_not_offered(context: ssl.SSLContext, certificate: tuple[Path, Path]) -> None:
    library = Library(tls=context, login=("wire", "s3cret:/@"), auth_exclude_mechanism=["PLAIN"])
    try:
        receipts = send_one(url(library), str(certificate[0]))
    finally:
        library.stop()
    assert receipts.of(1).outcome == "accepted"


@pytest.mark.parametrize("offered", [b"CRAM-MD5", b"XOAUTH2"])
def test_a_way_to_sign_in_that_we_do_not_know_is_named(offered: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener.accept()[0] as session:
            session.sendall(b"220 relay\r\n")
            session.recv(1024)
            session.sendall(b"250-relay\r\n250 AUTH " + offered + b"\r\n")
            session.recv(1024)

    async def run() -> None:
        server = asyncio.create_task(asyncio.to_thread(serve))
        address = f"smtp://wire:s3cret@127.0.0.1:{listener.getsockname()[1]}"
        connection = Connection(relay_of(address), "wire.example", Patience(), ssl.create_default_context)
        with pytest.raises(Unreachable, match=offered.decode()) as caught:
            await connection.open()
        assert "s3cret" not in str(caught.value)
        await server

    with listener:
        asyncio.run(run())


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_dropped_connection_is_closed_to_us_at_once(loop: Any) -> None:
    """Under the loop of production too, whose transport does not call itself closing after an abort."""
    plain = Library()

    async def run() -> None:
        connection = Connection(relay_of(plain.url), "wire.example", Patience(), ssl.create_default_context)
        seen = []
        await connection.open()
        seen.append(connection.is_open)
        connection.close()
        seen.append(connection.is_open)
        await connection.quit()
        assert seen == [True, False]

    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(run())
    finally:
        plain.stop()
