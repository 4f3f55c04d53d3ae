"""kill -9 amid drops: nobody ever reads half a file, and the repeat bears the same names (I5)."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dateline.channels.sftp.tests.drop_child import task
from dateline.channels.tests.drop_builders import name_of
from dateline.testing.counts import reduced
from dateline.testing.openssh import OpenSsh

pytestmark = pytest.mark.wire
COUNT = 1000


def test_a_killed_process_leaves_whole_files_or_none(tmp_path: Path) -> None:
    rng = random.Random(20261124)
    with OpenSsh() as server:
        (tmp_path / "known_hosts").write_text(server.known_hosts)
        (tmp_path / "key").write_bytes(server.key)
        for number in range(reduced(1, 100)):
            folder = server.make(f"kill{number}")
            words = [str(tmp_path), server.url(folder.name), str(tmp_path / "key")]
            child = [sys.executable, "-m", "dateline.channels.sftp.tests.drop_child", *words]
            with subprocess.Popen([*child, str(COUNT)]) as process:
                while len(list(folder.iterdir())) < 50 and process.poll() is None:
                    time.sleep(0.005)
                time.sleep(rng.uniform(0, 0.1))
                process.kill()
            server.drop_connections()
            _all_whole(server, folder.name)
            subprocess.run([*child, "100"], check=True)
            files = server.files(folder.name)
            _all_whole(server, folder.name)
            assert {name_of(n) for n in range(100)} <= set(files)
            left = {name for name in files if name.startswith(".")}
            assert not left & {f".{name_of(n)}.part" for n in range(100)}, "the repeat took them over"


def _all_whole(server: OpenSsh, folder: str) -> None:
    for name, data in server.files(folder).items():
        if not name.startswith("."):
            number = int(name.split("-")[1])
            assert data == task(number, "", b"").parcel.body, f"{name} has {len(data)} bytes"
