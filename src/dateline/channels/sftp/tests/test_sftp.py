"""SFTP against a real OpenSSH server, and against one that misbehaves."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from dateline.channels.sftp.channel import SftpChannel
from dateline.channels.sftp.putting import _Putting
from dateline.channels.tests.builders import Feed, Receipts, edition, settings
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
from dateline.core.words import Receipt, Task
from dateline.testing.openssh import OpenSsh
from dateline.testing.sftp_server import SftpServer

pytestmark = pytest.mark.wire
LOOPBACK = "127.0.0.0/8"


@pytest.fixture(scope="module")
def sshd() -> Iterator[OpenSsh]:
    with OpenSsh() as server:
        yield server


def channel_for(home: Path, known_hosts: str, idle_s: float = 60.0) -> SftpChannel:
    home.mkdir(exist_ok=True)
    (home / "known_hosts").write_text(known_hosts)
    return SftpChannel(settings(home=home, allow_private_endpoints=LOOPBACK), idle_s=idle_s)


def to_sshd(sshd: OpenSsh, number: int, folder: str = "") -> Task:
    return drop_task(number, sshd.url(folder), secret=sshd.key)


def test_a_file_arrives_whole_under_its_name_and_nothing_else_is_left(sshd: OpenSsh, tmp_path: Path) -> None:
    sshd.make("plain")
    task = to_sshd(sshd, 1, "plain")
    (receipt,) = send_all(channel_for(tmp_path, sshd.known_hosts), task)
    assert receipt.outcome == "accepted" and name_of(1) in receipt.text
    assert sshd.files("plain") == {name_of(1): task.parcel.body}


def test_a_repeat_overwrites_the_same_name(sshd: OpenSsh, tmp_path: Path) -> None:
    """I5: what a crash between the drop and its commit makes of it."""
    folder = sshd.make("repeat")
    task = to_sshd(sshd, 1, "repeat")
    (folder / name_of(1)).write_bytes(b"half of a")
    (folder / f".{name_of(1)}.part").write_bytes(b"rest of a try that was killed")
    sshd.make("repeat")
    (folder / f".{name_of(1)}.part").chmod(0o666)
    assert outcomes(send_all(channel_for(tmp_path, sshd.known_hosts), task, replace(task, delivery=2))) == [
        "accepted",
        "accepted",
    ]
    assert sshd.files("repeat") == {name_of(1): task.parcel.body}


def test_pictures_lie_beside_the_text_in_the_folders_of_the_template(sshd: OpenSsh, tmp_path: Path) -> None:
    folder = sshd.make("pictures")
    task = drop_task(
        1,
        sshd.url("pictures"),
        secret=sshd.key,
        parcel=drop_parcel(pictures=True),
        path="{yyyy}/{mm}/{release}_{language}-v{version}.{ext}",
    )
    assert outcomes(send_all(channel_for(tmp_path, sshd.known_hosts), task)) == ["accepted"]
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    text = found.pop("2026/11/k7m2x9qd4w_en-v1.txt")
    ((name, picture),) = found.items()
    assert text.read_bytes() == task.parcel.body and picture.read_bytes() == PICTURE
    assert name.startswith("2026/11/acme-opens-k7m2x9qd4w-") and name.endswith(".jpg")
    assert picture.stat().st_mtime_ns <= text.stat().st_mtime_ns, "nobody reads a text without its pictures"


def test_a_correction_and_a_kill_keep_the_stem(sshd: OpenSsh, tmp_path: Path) -> None:
    sshd.make("stem")
    tasks = [
        drop_task(n, sshd.url("stem"), secret=sshd.key, endpoint="o", parcel=drop_parcel(made))
        for n, made in enumerate(
            (
                edition(),
                edition(version=2, type="corrected"),
                edition(version=3, type="killed", reason="wrong", headline="Acme withdraws it"),
            )
        )
    ]
    send_all(channel_for(tmp_path, sshd.known_hosts), *tasks)
    stems = {name.rpartition("-v")[0] for name in sshd.files("stem")}
    assert len(sshd.files("stem")) == 3 and stems == {"acme-opens-k7m2x9qd4w-en"}
    # A template without a version: the kill takes the place of the text.
    sshd.make("over")
    over = [
        replace(
            t,
            endpoint=replace(
                t.endpoint, address=sshd.url("over"), options={"path": "{release}-{language}.{ext}"}
            ),
        )
        for t in tasks
    ]
    send_all(channel_for(tmp_path, sshd.known_hosts), *over)
    assert sshd.files("over") == {"k7m2x9qd4w-en.txt": over[2].parcel.body}


def test_connections_are_kept_shared_and_closed_when_idle(sshd: OpenSsh, tmp_path: Path) -> None:
    sshd.make("kept")
    channel = channel_for(tmp_path, sshd.known_hosts, idle_s=0.2)

    async def work() -> None:
        first = await sent(channel, *(to_sshd(sshd, n, "kept") for n in range(20)))
        again = await sent(channel, to_sshd(sshd, 20, "kept"))
        assert set(outcomes([*first, *again])) == {"accepted"} and channel.lines.dials == 1
        while channel.lines.open:
            await asyncio.sleep(0.02)
        assert outcomes(await sent(channel, to_sshd(sshd, 21, "kept"))) == ["accepted"]
        assert channel.lines.dials == 2

    with_channel(channel, work)


def test_at_most_four_dials_at_once_to_one_host(sshd: OpenSsh, tmp_path: Path) -> None:
    channel = channel_for(tmp_path, sshd.known_hosts)
    at_once, most = 0, 0
    real = channel.lines._sign_in

    async def counted(*words: object) -> object:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        try:
            return await real(*words)  # type: ignore[arg-type]
        finally:
            at_once -= 1

    channel.lines._sign_in = counted  # type: ignore[assignment]
    sshd.make("many")
    keys = [asyncssh.generate_private_key("ssh-ed25519").export_private_key() for _ in range(8)]
    tasks = [drop_task(n, sshd.url("many"), secret=key) for n, key in enumerate(keys)]
    receipts = send_all(channel, *tasks)
    assert most == 4 and {(r.outcome, r.code) for r in receipts} == {("deferred", 401)}


def test_an_unknown_host_key_is_refused_with_fingerprint_and_remedy(sshd: OpenSsh, tmp_path: Path) -> None:
    sshd.make("unknown")
    (receipt,) = send_all(channel_for(tmp_path, "# nobody\n"), to_sshd(sshd, 1, "unknown"))
    assert receipt.outcome == "refused"
    for words in (sshd.fingerprint, "not pinned", "known_hosts", f"ssh-keyscan -p {sshd.port} 127.0.0.1"):
        assert words in receipt.text
    assert sshd.files("unknown") == {}


def test_a_changed_host_key_is_refused_and_says_so(tmp_path: Path) -> None:
    with OpenSsh() as server:
        server.make("in")
        old = server.known_hosts
        server.halt()
        server.new_host_key()
        server.start()
        (receipt,) = send_all(channel_for(tmp_path, old), to_sshd(server, 1, "in"))
        assert receipt.outcome == "refused" and "another host key than the one pinned" in receipt.text
        assert server.fingerprint in receipt.text and server.files("in") == {}
        # The operator pins the new one while dispatch runs: the next dial knows.
        assert outcomes(send_all(channel_for(tmp_path, server.known_hosts), to_sshd(server, 1, "in"))) == [
            "accepted"
        ]


def test_permission_and_path_errors_carry_codes_that_end_after_three_tries(
    sshd: OpenSsh, tmp_path: Path
) -> None:
    sshd.make("locked", mode=0o555)
    locked, missing = send_all(
        channel_for(tmp_path, sshd.known_hosts), to_sshd(sshd, 1, "locked"), to_sshd(sshd, 2, "nowhere")
    )
    assert (locked.outcome, locked.code) == ("deferred", 403) and "denied" in locked.text.lower()
    assert (missing.outcome, missing.code) == ("deferred", 404)
    assert not (sshd.folder / "nowhere").exists(), "a slip in the endpoint makes no folder"


def test_a_full_disk_leaves_no_file_under_the_final_name(sshd: OpenSsh, tmp_path: Path) -> None:
    """/dev/full answers every write with ENOSPC, as a full disk does."""
    folder = sshd.make("full")
    (folder / f".{name_of(1)}.part").symlink_to("/dev/full")
    (receipt,) = send_all(channel_for(tmp_path, sshd.known_hosts), to_sshd(sshd, 1, "full"))
    assert receipt.outcome == "deferred" and receipt.code not in {401, 403, 404}
    assert sshd.files("full") == {}, "and the part is taken away"


def test_a_server_that_tells_of_its_full_disk(tmp_path: Path) -> None:
    with SftpServer(rules=("full",)) as server:
        channel = channel_for(tmp_path, server.known_hosts)
        (receipt,) = send_all(channel, drop_task(1, server.url(), secret=server.password))
        assert receipt.outcome == "deferred" and server.files() == {}


def test_a_connection_dropped_amid_a_file_leaves_none_and_is_tried_again(tmp_path: Path) -> None:
    with SftpServer(rules=("break",)) as server:
        channel = channel_for(tmp_path, server.known_hosts)
        task = drop_task(1, server.url(), secret=server.password)

        async def work() -> None:
            (broken,) = await sent(channel, task)
            assert broken.outcome == "deferred" and "broke" in broken.text
            assert name_of(1) not in server.files()
            (mended,) = await sent(channel, task)
            assert mended.outcome == "accepted" and server.files() == {name_of(1): task.parcel.body}

        with_channel(channel, work)


def test_a_kept_connection_the_server_closed_costs_nobody(sshd: OpenSsh, tmp_path: Path) -> None:
    sshd.make("dropped")
    channel = channel_for(tmp_path, sshd.known_hosts)

    async def work() -> None:
        assert outcomes(await sent(channel, to_sshd(sshd, 1, "dropped"))) == ["accepted"]
        sshd.drop_connections()
        assert outcomes(await sent(channel, to_sshd(sshd, 2, "dropped"))) == ["accepted"]

    with_channel(channel, work)
    assert set(sshd.files("dropped")) == {name_of(1), name_of(2)}


def test_where_renames_are_refused_an_empty_done_follows(tmp_path: Path) -> None:
    with SftpServer(rules=("no-rename",)) as server:
        channel = channel_for(tmp_path, server.known_hosts)
        tasks = [drop_task(n, server.url(), secret=server.password) for n in (1, 2)]
        receipts = send_all(channel, *tasks)
        assert outcomes(receipts) == ["accepted", "accepted"] and ".done" in receipts[0].text
        files = server.files()
        assert files == {
            name_of(1): tasks[0].parcel.body,
            f"{name_of(1)}.done": b"",
            name_of(2): tasks[1].parcel.body,
            f"{name_of(2)}.done": b"",
        }


def test_a_server_without_posix_rename_gets_the_old_file_removed_first(tmp_path: Path) -> None:
    with SftpServer(rules=("no-overwrite",)) as server:
        channel = channel_for(tmp_path, server.known_hosts)
        task = drop_task(1, server.url(), secret=server.password)
        (server.folder / name_of(1)).write_bytes(b"an older one")
        assert outcomes(send_all(channel, task)) == ["accepted"]
        assert server.files() == {name_of(1): task.parcel.body}


def test_no_answer_after_the_last_byte_is_lost_when_stopped(tmp_path: Path) -> None:
    with SftpServer(rules=("hang",)) as server:
        channel = channel_for(tmp_path, server.known_hosts)
        parcel = replace(drop_parcel(), slug="hang")

        async def work() -> None:
            sending = asyncio.ensure_future(
                sent(channel, drop_task(1, server.url(), secret=server.password, parcel=parcel))
            )
            while not server.hanging:
                await asyncio.sleep(0.01)
            sending.cancel()
            await asyncio.wait({sending})
            assert sending.cancelled()

        with_channel(channel, work)


def stopped_once(channel: SftpChannel, task: Task, begun: asyncio.Event) -> Receipt:
    """The receipt of a task whose send is cancelled when `begun` is set."""
    receipts = Receipts()

    async def work() -> None:
        sending = asyncio.ensure_future(channel.send(aiter(Feed([task])), receipts))
        await begun.wait()
        sending.cancel()
        await asyncio.wait({sending})
        assert sending.cancelled()

    with_channel(channel, work)
    return receipts.of(task.delivery)


def test_stopped_before_it_hears_that_a_final_name_is_whole_it_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I3: without a rename the file may be there before its answer is."""
    stored, store = asyncio.Event(), _Putting._store

    async def unheard(self: _Putting, path: str, data: bytes) -> None:
        await store(self, path, data)
        if path.endswith(name_of(1)):
            stored.set()
            await asyncio.Event().wait()

    with SftpServer(rules=("no-rename",)) as server:
        monkeypatch.setattr(_Putting, "_store", unheard)
        monkeypatch.setattr(_Putting, "renamed", _refused)
        task = drop_task(1, server.url(), secret=server.password)
        found = stopped_once(channel_for(tmp_path, server.known_hosts), task, stored)
        assert name_of(1) in server.files() and found.outcome == "lost"


async def _refused(*_: object) -> bool:
    """As where the server is known to refuse renames from an earlier file."""
    return False


def test_what_breaks_because_we_stop_is_no_fault_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lanes share a connection, and whoever is stopped first ends it under the others."""
    begun = asyncio.Event()

    async def broken(*_: object) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise asyncssh.SFTPConnectionLost("ended by another lane") from None

    with SftpServer() as server:
        monkeypatch.setattr("dateline.channels.sftp.channel.put", broken)
        task = drop_task(1, server.url(), secret=server.password)
        found = stopped_once(channel_for(tmp_path, server.known_hosts), task, begun)
        assert found.outcome == "released" and not server.files()


def test_a_wrong_password_and_none_at_all(tmp_path: Path) -> None:
    with SftpServer() as server:
        channel = channel_for(tmp_path, server.known_hosts)
        wrong, none, bad_key = send_all(
            channel,
            drop_task(1, server.url(), secret=b"guess"),
            drop_task(2, server.url()),
            drop_task(3, server.url(), secret=b"-----BEGIN OPENSSH PRIVATE KEY-----\nno"),
        )
        assert (wrong.outcome, wrong.code) == ("deferred", 401) and "guess" not in wrong.text
        assert none.outcome == "refused" and "secret_ref" in none.text
        assert bad_key.outcome == "refused" and "passphrase" in bad_key.text


def test_the_guard_judges_the_address_that_is_dialled(sshd: OpenSsh, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text(sshd.known_hosts)
    shut = SftpChannel(settings(home=tmp_path))
    by_number, by_name = send_all(
        shut,
        to_sshd(sshd, 1),
        drop_task(2, sshd.url().replace("127.0.0.1", "localhost"), secret=sshd.key),
    )
    for receipt in (by_number, by_name):
        assert receipt.outcome == "refused" and "loopback" in receipt.text


def test_a_character_the_encoding_lacks_is_refused_by_name(sshd: OpenSsh, tmp_path: Path) -> None:
    sshd.make("encoding")
    parcel = drop_parcel(edition(headline="Acme opens in Kraków – 工場"))
    channel = channel_for(tmp_path, sshd.known_hosts)
    latin, wide = send_all(
        channel,
        drop_task(1, sshd.url("encoding"), secret=sshd.key, parcel=parcel, encoding="iso-8859-1"),
        drop_task(2, sshd.url("encoding"), secret=sshd.key, parcel=parcel, encoding="utf-16"),
    )
    assert latin.outcome == "refused" and "U+5DE5" in latin.text and "U+2013 EN DASH" in latin.text
    assert wide.outcome == "accepted"
    ((_, data),) = sshd.files("encoding").items()
    assert data.decode("utf-16") == parcel.body.decode()
