"""FTP and FTPS against a real server, plain, with TLS, and misbehaving."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pycurl
import pytest

from dateline.channels.ftp.channel import FtpChannel, FtpsChannel
from dateline.channels.ftp.rules import fault
from dateline.channels.ftp.session import _Source
from dateline.channels.tests.builders import Feed, Receipts, settings, until
from dateline.channels.tests.drop_builders import (
    PICTURE,
    drop_parcel,
    drop_task,
    name_of,
    outcomes,
    send_all,
    sent,
    with_channel,
)
from dateline.core.words import Task
from dateline.testing.fault_proxy import Fault, FaultProxy
from dateline.testing.ftp_server import FtpServer
from dateline.testing.ports import DeadPort

LOOPBACK = "127.0.0.0/8"


@pytest.fixture(scope="module", params=["ftp", "ftps"])
def server(request: pytest.FixtureRequest) -> Iterator[FtpServer]:
    with FtpServer(tls=request.param == "ftps") as found:
        yield found


def channel_for(server: FtpServer, idle_s: float = 60.0) -> FtpChannel:
    kind = FtpsChannel if server.tls else FtpChannel
    made = settings(ca_file=str(server.certificate), allow_private_endpoints=LOOPBACK)
    return kind(made, at_once=8, idle_s=idle_s)


def to(server: FtpServer, number: int, folder: str = "", *, path: str = "", endpoint: str = "") -> Task:
    kind = "ftps" if server.tls else "ftp"
    return drop_task(
        number, server.url(folder), channel=kind, secret=server.password, path=path, endpoint=endpoint
    )


def folder(server: FtpServer, name: str) -> Path:
    found = server.folder / name
    found.mkdir()
    return found


@pytest.mark.wire
def test_files_arrive_whole_under_their_names(server: FtpServer) -> None:
    folder(server, "plain")
    tasks = [to(server, n, "plain") for n in range(12)]
    assert set(outcomes(send_all(channel_for(server), *tasks))) == {"accepted"}
    assert server.files("plain") == {name_of(t.delivery): t.parcel.body for t in tasks}


@pytest.mark.wire
def test_one_connection_is_kept_for_an_endpoint_and_closed_when_idle(server: FtpServer) -> None:
    folder(server, "kept")
    channel = channel_for(server, idle_s=0.2)

    async def work() -> None:
        tasks = [replace(to(server, n, "kept", endpoint="one"), delivery=n) for n in range(5)]
        assert set(outcomes(await sent(channel, *tasks))) == {"accepted"}
        (session,) = channel._sessions.values()
        assert session.connects == 1 + 5, "one for control, one for the data of each file"
        while channel._sessions:
            await asyncio.sleep(0.02)
        assert outcomes(await sent(channel, to(server, 9, "kept"))) == ["accepted"]

    with_channel(channel, work)


@pytest.mark.wire
def test_a_repeat_overwrites_the_same_name(server: FtpServer) -> None:
    """I5."""
    place = folder(server, "repeat")
    (place / name_of(1)).write_bytes(b"half of a")
    (place / f".{name_of(1)}.part").write_bytes(b"a killed try, longer than the text: " * 90)
    task = to(server, 1, "repeat")
    assert outcomes(send_all(channel_for(server), task)) == ["accepted"]
    assert server.files("repeat") == {name_of(1): task.parcel.body}


@pytest.mark.wire
def test_pictures_lie_beside_the_text_in_the_folders_of_the_template(server: FtpServer) -> None:
    place = folder(server, "pictures")
    task = replace(
        to(server, 1, "pictures", path="{yyyy}/{language}/{release}-{language}-v{version}.{ext}"),
        parcel=drop_parcel(pictures=True),
    )
    assert outcomes(send_all(channel_for(server), task)) == ["accepted"]
    found = {p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()}
    assert found.pop("2026/en/k7m2x9qd4w-en-v1.txt") == task.parcel.body
    assert list(found.values()) == [PICTURE]


@pytest.mark.wire
def test_path_and_sign_in_errors_carry_codes_that_end_after_three_tries(server: FtpServer) -> None:
    wrong = to(server, 1)
    wrong = replace(wrong, endpoint=replace(wrong.endpoint, secret=b"guess"))
    signed, missing, none = send_all(
        channel_for(server),
        wrong,
        to(server, 2, "nowhere"),
        replace(to(server, 3), endpoint=replace(to(server, 3).endpoint, secret=b"")),
    )
    assert (signed.outcome, signed.code) == ("deferred", 401) and "guess" not in signed.text
    assert (missing.outcome, missing.code) == ("deferred", 404)
    assert none.outcome == "refused" and "secret_ref" in none.text
    assert not (server.folder / "nowhere").exists()


@pytest.mark.wire
def test_permission_refused_at_the_far_end(server: FtpServer) -> None:
    """The final name is a folder there: no server renames a file onto one."""
    place = folder(server, "locked")
    (place / f".{name_of(1)}.part").mkdir()
    (receipt,) = send_all(channel_for(server), to(server, 1, "locked"))
    assert (receipt.outcome, receipt.code) == ("deferred", 403) and "550" in receipt.text


@pytest.mark.wire
def test_ftps_sends_nothing_where_the_server_offers_no_tls() -> None:
    with FtpServer() as plain:
        channel = FtpsChannel(settings(allow_private_endpoints=LOOPBACK))
        task = drop_task(1, plain.url().replace("ftp:", "ftps:"), channel="ftps", secret=plain.password)
        (receipt,) = send_all(channel, task)
        assert (receipt.outcome, receipt.code) == ("deferred", 403) and "no TLS" in receipt.text
        assert plain.files() == {}


@pytest.mark.wire
def test_ftps_trusts_nobody_it_does_not_know() -> None:
    with FtpServer(tls=True) as server:
        channel = FtpsChannel(settings(allow_private_endpoints=LOOPBACK))
        (receipt,) = send_all(channel, to(server, 1))
        assert receipt.outcome == "deferred" and "ca_file" in receipt.text and server.files() == {}


@pytest.mark.wire
def test_a_server_that_requires_tls_turns_plain_ftp_away() -> None:
    with FtpServer(tls=True) as server:
        task = drop_task(1, server.url().replace("ftps:", "ftp:"), channel="ftp", secret=server.password)
        (receipt,) = send_all(FtpChannel(settings(allow_private_endpoints=LOOPBACK)), task)
        assert receipt.outcome == "deferred" and server.files() == {}


@pytest.mark.wire
@pytest.mark.parametrize("rule", ["no-rename", "no-overwrite"])
def test_servers_that_refuse_to_rename(rule: str) -> None:
    with FtpServer(rules=(rule,)) as server:
        tasks = [to(server, 1, endpoint="o"), to(server, 2, endpoint="o")]
        (server.folder / name_of(1)).write_bytes(b"an older one")
        receipts = send_all(channel_for(server), *tasks)
        assert outcomes(receipts) == ["accepted", "accepted"]
        texts = {name_of(1): tasks[0].parcel.body, name_of(2): tasks[1].parcel.body}
        done = {f"{name}.done": b"" for name in texts} if rule == "no-rename" else {}
        assert server.files() == texts | done
        assert (".done" in receipts[1].text) == bool(done)


@pytest.mark.wire
def test_a_full_disk_leaves_no_file_under_the_final_name() -> None:
    with FtpServer(rules=("full",)) as server:
        (receipt,) = send_all(channel_for(server), to(server, 1))
        assert receipt.outcome == "deferred" and receipt.code not in {401, 403, 404}
        assert name_of(1) not in server.files()


@pytest.mark.wire
def test_pasv_that_names_another_address_is_not_followed() -> None:
    """The data connection goes to the host of the control connection, whatever the server says."""
    with FtpServer(rules=("elsewhere",)) as server:
        assert outcomes(send_all(channel_for(server), to(server, 1))) == ["accepted"]


@pytest.mark.wire
def test_the_guard_judges_the_address_that_is_dialled(server: FtpServer) -> None:
    kind = FtpsChannel if server.tls else FtpChannel
    by_name = to(server, 2)
    by_name = replace(
        by_name, endpoint=replace(by_name.endpoint, address=server.url().replace("127.0.0.1", "localhost"))
    )
    for receipt in send_all(kind(settings()), to(server, 1), by_name):
        assert receipt.outcome == "refused" and "loopback" in receipt.text


@pytest.mark.wire
def test_nobody_listens() -> None:
    with DeadPort() as dead:
        task = drop_task(1, f"ftp://127.0.0.1:{dead.port}/", channel="ftp")
        (receipt,) = send_all(FtpChannel(settings(allow_private_endpoints=LOOPBACK)), task)
        assert receipt.outcome == "deferred" and receipt.code == 0


@pytest.mark.wire
def test_a_control_connection_dropped_before_the_rename_leaves_no_half_file() -> None:
    with FtpServer() as server, FaultProxy(server.port) as proxy:
        proxy.set(Fault("drop", on="requests", after=b"RNFR", times=1))
        channel = channel_for(server)
        task = to(server, 1)
        task = replace(
            task, endpoint=replace(task.endpoint, address=f"ftp://{server.user}@127.0.0.1:{proxy.port}/")
        )

        async def work() -> None:
            (broken,) = await sent(channel, task)
            assert broken.outcome in {"deferred", "lost"} and name_of(1) not in server.files()
            (mended,) = await sent(channel, task)
            assert mended.outcome == "accepted" and server.files() == {name_of(1): task.parcel.body}

        with_channel(channel, work)


@pytest.mark.wire
def test_a_kept_connection_the_server_closed_costs_nobody() -> None:
    with FtpServer() as server, FaultProxy(server.port) as proxy:
        channel = channel_for(server)
        tasks = [
            replace(t, endpoint=replace(t.endpoint, address=f"ftp://{server.user}@127.0.0.1:{proxy.port}/"))
            for t in (to(server, 1, endpoint="o"), to(server, 2, endpoint="o"))
        ]

        async def work() -> None:
            assert outcomes(await sent(channel, tasks[0])) == ["accepted"]
            proxy.cut()
            assert outcomes(await sent(channel, tasks[1])) == ["accepted"]

        with_channel(channel, work)


@pytest.mark.wire
def test_stopped_amid_a_transfer_its_thread_ends(server: FtpServer) -> None:
    with FtpServer(rules=("hang",)) as stuck:
        channel = channel_for(stuck)
        task = replace(to(stuck, 1), parcel=replace(drop_parcel(), slug="hang"))

        async def work() -> None:
            sending = asyncio.ensure_future(sent(channel, task))
            while not stuck.files():
                await asyncio.sleep(0.01)
            sending.cancel()
            await asyncio.wait({sending})

        with_channel(channel, work)
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("ftp-drop")]


@pytest.mark.wire
def test_stopped_while_its_thread_reads_the_last_byte_it_is_lost(
    server: FtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I3: a thread goes on after the stop; what it sends then must not be told as never begun."""
    reading, go_on, read = threading.Event(), threading.Event(), _Source.read

    def held(self: _Source, size: int) -> bytes:
        reading.set()
        go_on.wait(30)
        return read(self, size)

    monkeypatch.setattr(_Source, "read", held)
    channel, receipts = channel_for(server), Receipts()

    async def work() -> None:
        sending = asyncio.ensure_future(channel.send(aiter(Feed([to(server, 77)])), receipts))
        await until(reading.is_set)
        sending.cancel()
        await asyncio.wait({sending}, timeout=0.3)
        go_on.set()
        await asyncio.wait({sending})
        assert sending.cancelled()

    with_channel(channel, work)
    assert outcomes(receipts.all) == ["lost"]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("number", "reply", "code"),
    [
        (pycurl.E_LOGIN_DENIED, 530, 401),
        (pycurl.E_FTP_ACCESS_DENIED, 550, 404),
        (25, 550, 403),
        (25, 553, 403),
        (25, 452, 507),
        (25, 552, 507),
        (25, 450, 0),
        (25, 421, 0),
        (pycurl.E_OPERATION_TIMEDOUT, 0, 0),
    ],
)
def test_replies_by_what_mends_them(number: int, reply: int, code: int) -> None:
    found = fault(number, reply, b"550 words", "", lost=False)
    assert (found.outcome, found.code) == ("deferred", code)


@pytest.mark.unit
def test_silence_after_the_last_byte_is_lost() -> None:
    assert fault(pycurl.E_OPERATION_TIMEDOUT, 226, b"", "", lost=True).outcome == "lost"
