"""The SFTP server holds so many connections, and turns away sources that fail to sign in."""

import asyncio
from pathlib import Path

import asyncssh
import pytest

from dateline.channels.sftp.admission import Admission, Limits, Visit
from dateline.channels.sftp.serving import PickUps, host_key

KEY = asyncssh.generate_private_key("ssh-ed25519")
OTHER = asyncssh.generate_private_key("ssh-ed25519")


class Seconds:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def entered(admission: Admission, address: str) -> Visit:
    visit = admission.enter(address)
    assert isinstance(visit, Visit), visit
    return visit


@pytest.mark.unit
def test_connections_are_limited_in_all_and_from_one_source() -> None:
    admission = Admission(Limits(connections=4, per_source=2), Seconds())
    first = entered(admission, "192.0.2.1")
    entered(admission, "192.0.2.1")
    assert admission.enter("192.0.2.1") == admission.enter("::ffff:192.0.2.1") == "source"
    entered(admission, "2001:db8::1")
    entered(admission, "2001:db8::2")
    assert admission.enter("2001:db8::3") == "source", "a /64 is one house"
    assert admission.enter("192.0.2.2") == "full"
    admission.leave(first)
    entered(admission, "192.0.2.2")


@pytest.mark.unit
def test_so_many_may_be_signing_in() -> None:
    admission = Admission(Limits(signing_in=2), Seconds())
    one = entered(admission, "192.0.2.1")
    entered(admission, "192.0.2.2")
    assert admission.enter("192.0.2.3") == "busy"
    admission.signed_in(one)
    admission.signed_in(one)
    entered(admission, "192.0.2.3")
    assert admission.enter("192.0.2.4") == "busy", "signing in counts once"


@pytest.mark.unit
def test_a_source_that_fails_again_and_again_waits() -> None:
    clock = Seconds()
    admission = Admission(Limits(failures=3, remembered_s=600), clock)
    told = []
    for _ in range(3):
        told.append(admission.leave(entered(admission, "192.0.2.1")))
        clock.now += 60
    assert told == [False, False, True], "said once"
    assert admission.enter("192.0.2.1") == "failed"
    entered(admission, "192.0.2.2")
    clock.now += 540
    entered(admission, "192.0.2.1")


@pytest.mark.unit
def test_signing_in_forgives_what_failed_before() -> None:
    admission = Admission(Limits(failures=2), Seconds())
    for _ in range(5):
        admission.leave(entered(admission, "192.0.2.1"))
        visit = entered(admission, "192.0.2.1")
        admission.signed_in(visit)
        assert not admission.leave(visit)


@pytest.mark.unit
def test_a_log_has_each_reason_once_a_minute() -> None:
    clock = Seconds()
    admission = Admission(Limits(), clock)
    assert [admission.is_worth_saying(why) for why in ("full", "full", "failed", "full")] == [
        True, False, True, False,
    ]  # fmt: skip
    clock.now += 60
    assert admission.is_worth_saying("full")


@pytest.mark.unit
def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.channels.sftp.admission._MOST_KEPT", 5)
    admission = Admission(Limits(failures=1), Seconds())
    for number in range(20):
        admission.leave(entered(admission, f"192.0.2.{number}"))
    turned_away = [number for number in range(20) if admission.enter(f"192.0.2.{number}") == "failed"]
    assert turned_away == [15, 16, 17, 18, 19]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "sftp_keys").mkdir()
    (tmp_path / "sftp_keys" / "harbour").write_bytes(KEY.export_public_key())
    (tmp_path / "drops" / "harbour").mkdir(parents=True)
    return tmp_path


class Client:
    """Connections to one server."""

    def __init__(self, home: Path, port: int) -> None:
        self._port = port
        self._known = f"[127.0.0.1]:{port} {host_key(home).export_public_key().decode()}".encode()

    async def sign_in(self, *keys: asyncssh.SSHKey) -> asyncssh.SSHClientConnection:
        return await asyncssh.connect(
            "127.0.0.1", self._port, username="harbour", client_keys=list(keys), known_hosts=self._known,
            config=None, agent_path=None,
        )  # fmt: skip

    async def is_shut_out(self) -> bool:
        """Whether the door closes before the server says a word."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            return not await reader.read(1)
        except ConnectionError:
            return True
        finally:
            writer.transport.abort()


@pytest.mark.wire
def test_strangers_are_shut_out_and_an_open_line_goes_on(home: Path) -> None:
    async def inside() -> None:
        server = PickUps(home, keep_days=30, limits=Limits(failures=3))
        client = Client(home, await server.start("127.0.0.1", 0))
        try:
            async with await client.sign_in(KEY) as line:
                for _ in range(3):
                    with pytest.raises(asyncssh.PermissionDenied):
                        await client.sign_in(OTHER)
                while not await client.is_shut_out():  # the server hears of the last end a moment later
                    pass
                with pytest.raises((asyncssh.Error, OSError)):
                    await client.sign_in(KEY)
                async with line.start_sftp_client() as sftp:
                    assert isinstance(await sftp.listdir("."), list)
        finally:
            await server.stop()

    asyncio.run(inside())


@pytest.mark.wire
def test_one_source_holds_so_many_lines(home: Path) -> None:
    async def inside() -> None:
        server = PickUps(home, keep_days=30, limits=Limits(per_source=2))
        client = Client(home, await server.start("127.0.0.1", 0))
        try:
            async with await client.sign_in(KEY), await client.sign_in(KEY):
                with pytest.raises((asyncssh.Error, OSError)):
                    await client.sign_in(KEY)
        finally:
            await server.stop()

    asyncio.run(inside())


@pytest.mark.wire
def test_who_says_nothing_is_sent_away_in_time(home: Path) -> None:
    async def inside() -> None:
        server = PickUps(home, keep_days=30, limits=Limits(sign_in_s=0.2))
        port = await server.start("127.0.0.1", 0)
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.wait_for(reader.read(), 60)
            writer.transport.abort()
        finally:
            await server.stop()

    asyncio.run(inside())


@pytest.mark.wire
def test_a_bunch_of_keys_is_not_tried_to_its_end(home: Path) -> None:
    async def inside() -> None:
        server = PickUps(home, keep_days=30, limits=Limits(keys=2))
        client = Client(home, await server.start("127.0.0.1", 0))
        try:
            with pytest.raises(asyncssh.Error):
                await client.sign_in(OTHER, asyncssh.generate_private_key("ssh-ed25519"), KEY)
            async with await client.sign_in(OTHER, KEY):
                pass
        finally:
            await server.stop()

    asyncio.run(inside())
