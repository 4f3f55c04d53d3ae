"""Debian postfix's own test programs: smtp-sink as a server others wrote, smtp-source as the client to
measure by.

>>> with PostfixSink() as sink:
...     MailChannel(Settings(smtp_url=sink.url))

Neither needs a running postfix. The package need not be configured; its two programs are started as they are.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dateline.core.errors import Unavailable
from dateline.testing.ports import free_port

_PLACES: Final = "/usr/sbin:/usr/lib/postfix/sbin:/usr/libexec/postfix"
_START_S: Final = 10.0


def postfix_program(name: str) -> str:
    """The path of `smtp-sink` or `smtp-source`. Raises Unavailable naming the package."""
    found = shutil.which(name) or shutil.which(name, path=_PLACES)
    if not found:
        raise Unavailable(f"{name} is not installed; it comes with Debian's package postfix")
    return found


def has_postfix() -> bool:
    """Whether both programs are here."""
    try:
        return all(postfix_program(name) for name in ("smtp-sink", "smtp-source"))
    except Unavailable:
        return False


def postfix_version() -> str:
    """Such as `3.7.11`, empty where nobody says."""
    said = subprocess.run(
        ["dpkg-query", "-W", "-f=${Version}", "postfix"], capture_output=True, text=True, check=False
    )
    return re.split(r"[-+~]", said.stdout)[0] if said.returncode == 0 else ""


class PostfixSink:
    """A running smtp-sink on loopback. `options` are its own, such as `("-p",)` to offer no PIPELINING.

    With `folder` it keeps every message there (`-d`), envelope first; without, it drops them.
    """

    def __init__(self, *options: str, folder: Path | None = None) -> None:
        self.port = free_port()
        self.folder = folder
        keep = ["-d", f"{folder}/%M."] if folder else []
        # It wants a user's name from root; only root itself may enter the folders of a test that runs as
        # root.
        user = ["-u", "root" if folder else "nobody"] if os.geteuid() == 0 else []
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._counters = tempfile.TemporaryFile()  # noqa: SIM115  (open as long as the process)
        self._process = subprocess.Popen(
            [postfix_program("smtp-sink"), *user, *keep, *options, f"127.0.0.1:{self.port}", "1000"],
            stdout=self._counters,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    @property
    def url(self) -> str:
        """For the setting `smtp_url`."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def counted(self) -> int:
        """How many messages it has taken, by its own count; it needs the option `-c` for that."""
        self._counters.seek(max(0, self._counters.seek(0, os.SEEK_END) - 4096))
        found = re.findall(rb"mesg=(\d+)", self._counters.read())
        return int(found[-1]) if found else 0

    def messages(self) -> list[bytes]:
        """What it kept: its own `X-` lines, then the message, lines ended by `\\n`."""
        return [path.read_bytes() for path in sorted(self.folder.iterdir())] if self.folder else []

    def stop(self) -> None:
        """Ends it; safe to call twice."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(10)
        self._counters.close()

    def __enter__(self) -> "PostfixSink":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_S
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        self.stop()
        raise Unavailable("smtp-sink did not start")


@dataclass(frozen=True, slots=True)
class SourceRun:
    """What one run of smtp-source took."""

    seconds: float
    cpu_s: float


def run_source(port: int, *, messages: int, size: int, sessions: int, nice: int = 0) -> SourceRun:
    """smtp-source: `messages` of `size` bytes over `sessions` connections, each kept. Raises Unavailable."""
    argv = [
        "nice",
        "-n",
        str(nice),
        postfix_program("smtp-source"), "-d", "-s", str(sessions), "-m", str(messages), "-l", str(size),
        "-f", "news@wire.example", "-t", "reader@readers.example", f"127.0.0.1:{port}",
    ]  # fmt: skip
    began = time.monotonic()
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stderr:
        process.stderr.close()
    if process.returncode:
        raise Unavailable(
            f"smtp-source ended with {process.returncode}: {said[:300].decode('utf-8', 'replace')}"
        )
    return SourceRun(seconds, used.ru_utime + used.ru_stime)
