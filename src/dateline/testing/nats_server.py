"""A real NATS server with JetStream on a free port, which can be stopped, and come back with an empty store.

>>> with NatsServer() as server:
...     settings = Settings(nats_url=server.url)
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from dateline.core.errors import Unavailable
from dateline.testing.ports import free_port

_START_S = 30


class NatsServer:
    """`nats-server` with its files in a folder of its own; it runs once this is made."""

    def __init__(self, config: str = "", *, jetstream: bool = True) -> None:
        """`config`: more lines of its configuration file. Without `jetstream` it keeps nothing itself, as a
        leaf node does.
        """
        program = shutil.which("nats-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/bin")
        if program is None:
            raise Unavailable("nats-server is not installed; apt-get install nats-server")
        self._program = program
        self._base = Path(tempfile.mkdtemp(prefix="dateline-nats-"))
        self._config = (
            f'jetstream {{ store_dir: "{self._base / "store"}" }}\n{config}' if jetstream else config
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        try:
            self.start()
        except Unavailable as fault:  # somebody else on this machine was given the same port meanwhile
            if "address already in use" not in str(fault):
                raise
            self.port = free_port()
            self.start()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it and waits until it takes connections. Raises Unavailable with its own words."""
        path = self._base / "nats.conf"
        path.write_text(f"host: 127.0.0.1\nport: {self.port}\n{self._config}\n")
        (self._base / "log").write_bytes(b"")
        with (self._base / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-c", str(path)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise Unavailable(f"nats-server did not start: {(self._base / 'log').read_text()[-500:]}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        if b"Server is ready" not in (self._base / "log").read_bytes():  # JetStream comes after the listener
            return False
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as sock:
                return sock.recv(4) == b"INFO"
        except OSError:
            return False

    def stop(self, *, empty: bool = False) -> None:
        """Ends it at once, as a crash would; `empty` also takes its store away."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
        if empty:
            shutil.rmtree(self._base / "store", ignore_errors=True)

    def close(self) -> None:
        """Ends it and removes its files."""
        self.stop()
        shutil.rmtree(self._base, ignore_errors=True)

    def __enter__(self) -> "NatsServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
