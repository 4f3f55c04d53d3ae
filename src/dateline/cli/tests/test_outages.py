"""The wire killed whole, its disk full, its database away: what is due is late at worst, never lost."""

import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dateline.cli.tests.test_up import get
from dateline.cli.tests.wire_home import JOURNALIST_COLUMNS, OUTLET_COLUMNS, WireHome, in_seconds
from dateline.core.clock import from_iso

pytestmark = pytest.mark.wire

SOAK = bool(os.environ.get("DATELINE_SOAK"))
KILLS = 40 if SOAK else 4
JOURNALISTS = 2_000 if SOAK else 300
OUTLETS = 40


def crowd(wire: WireHome) -> None:
    """An issuer and enough recipients that a kill falls amid the work."""
    # Whatever a test takes, no mail is held for the day's cap and no T0 is missed for good.
    wire.environment |= {"DATELINE_MAIL_DAY_CAP": "1000", "DATELINE_LATE_LIMIT_S": "3600"}
    wire.run("issuer", "add", "hanbit", "--name", "Hanbit Robotics", "--country", "KR")
    people = [
        f"j{n}@desk{n % 9}.example,Jo {n},GB,en,13000000;04000000,,own form" for n in range(JOURNALISTS)
    ]
    wire.import_rows("journalist", JOURNALIST_COLUMNS, people)
    hooks = [f"Outlet {n},GB,en,,site,webhook,{wire.hooks.url(f'/o/{n}')},json" for n in range(OUTLETS)]
    wire.import_rows("outlet", OUTLET_COLUMNS, hooks)


def starting(wire: WireHome, *words: str) -> "subprocess.Popen[str]":
    """A command left running."""
    return subprocess.Popen(
        [sys.executable, "-m", "dateline", *words],
        env=wire.environment | {"DATELINE_LEASE_S": "10"},
        cwd=wire.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def killed(process: "subprocess.Popen[str]") -> None:
    """kill -9, if it still runs."""
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def everybody_once(wire: WireHome, releases: int) -> None:
    """Each recipient has each release, and all its copies carry one id (I3, I4, I5)."""
    mails = {(e.recipient, e.message_id) for e in wire.sink.diary()}
    hooks = {(e.path, e.webhook_id) for e in wire.hooks.diary()}
    assert len(mails) == JOURNALISTS * releases and len({who for who, _ in mails}) == JOURNALISTS
    assert len(hooks) == OUTLETS * releases and len({who for who, _ in hooks}) == OUTLETS


def test_a_wire_killed_whole_amid_its_deliveries_goes_on_when_it_is_started_again(wire: WireHome) -> None:
    """`up` itself dies, not one of its processes: they end with it, and the next `up` finds no ghost."""
    crowd(wire)
    first = starting(wire, "up")
    try:
        assert first.stdout is not None and first.stdout.readline().startswith("ready ")
        release = wire.run("release", "add", wire.release_file()).strip()
        wire.run("release", "lock", release)
        wire.run("release", "approve", release)
        wire.wait_for(lambda: bool(wire.sink.diary()), "the first mail")
    finally:
        killed(first)
    with wire.up(DATELINE_LEASE_S="10"):
        wire.wait_settled(release)
    report = wire.json("report", release)
    assert report["deliveries"] == {"accepted": JOURNALISTS + OUTLETS}
    everybody_once(wire, 1)
    first_at = min([*(e.at for e in wire.sink.diary()), *(e.at for e in wire.hooks.diary())])
    assert first_at >= from_iso(report["lift"]["at"]).timestamp() - 0.001


def test_send_killed_at_any_moment_leaves_a_release_that_is_whole_or_not_begun(wire: WireHome) -> None:
    """No `up` runs: `send` is clock, work and dispatch in one, and dies at chance moments."""
    crowd(wire)
    draw = random.Random(11)
    for moment in (20.0, *(draw.uniform(0.5, 6.0) for _ in range(KILLS - 1))):
        process = starting(wire, "send", wire.release_file())
        with suppress(subprocess.TimeoutExpired):
            process.wait(moment)
        killed(process)
    with wire.up(DATELINE_LEASE_S="10"):
        rows = {row["release"]: row["state"] for row in wire.json("release", "list")}
        # What was not approved yet is still there, and goes out when somebody says so.
        for release, state in rows.items():
            if state in {"draft", "locked"}:
                wire.run("release", "lock", release)
                wire.run("release", "approve", release)
        for release in rows:
            wire.wait_state(release, "released")
            wire.wait_settled(release)
    assert rows, "the first came as far as a draft"
    everybody_once(wire, len(rows))


# --- the disk ---------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A home on a file system of 24 MB."""
    if os.environ.get("DATELINE_DATABASE_URL"):
        pytest.skip("the disk of a database server is not ours to fill")
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", str(home)]
    if os.geteuid() != 0 or mount is None or subprocess.run([mount, *options], check=False).returncode:
        pytest.skip("only root with the right to mount can make a disk that fills up")
    yield home
    subprocess.run(["umount", "-l", str(home)], check=True)


def fill(path: Path) -> None:
    """A file that takes all there is."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))


def test_a_disk_that_fills_up_before_t0_delays_the_release_and_loses_nothing(
    small_disk: Path, populated: WireHome
) -> None:
    """I2, I3: no lift without a commit; commands that only read still answer; room again, and it goes on."""
    wire = populated
    with wire.up() as up:
        release = wire.run("release", "add", wire.release_file(), "--at", in_seconds(3600)).strip()
        wire.approve_for_soon(release, left_s=12 + 3 * wire.slowest_s)
        wire.wait_state(release, "held")
        before = up.children()
        fill(small_disk / "filler")
        for words in (
            ("send", wire.release_file()),
            ("issuer", "add", "x", "--name", "X", "--country", "KR"),
        ):
            wire.run(*words, code=1)
            assert "full" in wire.last_error and "free disk space" in wire.last_error
        due = from_iso(wire.json("release", "show", release)["at"]).timestamp()
        wire.wait_for(lambda: time.time() > due + 2, "T0 to pass")
        assert wire.json("release", "show", release)["state"] == "held"
        assert wire.hooks.diary() == [] and wire.sink.diary() == []
        assert wire.json("doctor", code=1)
        (small_disk / "filler").unlink()
        wire.wait_state(release, "released")
        wire.wait_settled(release)
        assert up.children() == before, "no process had to die for it"
        assert len(wire.json("release", "list")) == 1
    assert sum(wire.json("report", release)["deliveries"].values()) == 5


# --- the database -----------------------------------------------------------------------------------------


class Door:
    """The way to a database, which can be shut: to everybody behind it the server is down."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._open: set[socket.socket] = set()
        self.port = 0
        self.open()

    def open(self) -> None:
        """Lets through, on the same port as before."""
        self._server = socket.create_server(("127.0.0.1", self.port))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._welcome, args=(self._server,), daemon=True).start()

    def shut(self) -> None:
        """Cuts every connection and takes no new one."""
        _end(self._server)
        for end in list(self._open):
            _end(end)
        self._open.clear()

    def _welcome(self, server: socket.socket) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            behind = socket.create_connection(self._target)
            self._open |= {client, behind}
            for one, other in ((client, behind), (behind, client)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65_536):
            other.sendall(data)
    _end(one)
    _end(other)


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def behind_a_door(wire: WireHome) -> Iterator[Door]:
    """The home's database, reached through a door."""
    url = wire.environment["DATELINE_DATABASE_URL"]
    parts = urlsplit(url)
    door = Door(parts.hostname or "127.0.0.1", parts.port or 5432)
    wire.environment["DATELINE_DATABASE_URL"] = url.replace(f":{parts.port}/", f":{door.port}/")
    try:
        yield door
    finally:
        wire.environment["DATELINE_DATABASE_URL"] = url
        door.shut()


def test_a_database_that_is_away_over_t0_delays_the_release_and_loses_nothing(populated: WireHome) -> None:
    """I2, I3: while it is away every command says so; when it is back, the same processes go on."""
    wire = populated
    if not wire.environment.get("DATELINE_DATABASE_URL"):
        pytest.skip("SQLite is a file of the home: there is no server that could be away")
    with behind_a_door(wire) as door, wire.up() as up:
        release = wire.run("release", "add", wire.release_file(), "--at", in_seconds(3600)).strip()
        wire.approve_for_soon(release, left_s=12 + 3 * wire.slowest_s)
        wire.wait_state(release, "held")
        before = up.children()
        due = from_iso(wire.json("release", "show", release)["at"]).timestamp()
        door.shut()
        wire.run("release", "show", release, code=1)
        assert "Connection refused" in wire.last_error and "start PostgreSQL" in wire.last_error
        assert get(f"{up.url}healthz")[0] == 200 and get(f"{up.url}readyz")[0] == 503
        assert get(f"{up.url}en/")[0] == 503 and "Nothing is lost" in get(f"{up.url}en/")[1]
        wire.wait_for(lambda: time.time() > due + 2, "T0 to pass")
        assert wire.hooks.diary() == [] and wire.sink.diary() == []
        door.open()
        wire.wait_state(release, "released")
        wire.wait_settled(release)
        assert get(f"{up.url}readyz")[0] == 200
        assert up.children() == before, "no process had to die for it"
    assert sum(wire.json("report", release)["deliveries"].values()) == 5
