"""`dateline sftp-server` as an operator starts it."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.wire


def start(home: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "dateline", "sftp-server", *words],
        env={**os.environ, "DATELINE_HOME": str(home), "DATELINE_LOG_FORMAT": "json"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
    )


def test_it_says_where_it_is_and_its_key_and_ends_on_a_signal(fresh_home: Path) -> None:
    with start(fresh_home, "--port", "0") as process:
        assert process.stdout is not None
        said = ""
        while "ssh-ed25519" not in said and (line := process.stdout.readline()):
            said += line
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert "ready sftp://NAME@127.0.0.1:" in said and "channel.pick_ups_ready" in said


def test_a_port_that_is_taken_is_a_plain_error(fresh_home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with start(fresh_home, "--port", str(taken.getsockname()[1])) as process:
            said, _ = process.communicate(timeout=30)
        assert process.returncode != 0 and "choose another" in said and "Traceback" not in said
