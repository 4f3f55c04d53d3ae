"""A real OpenSSH server on loopback, run by an ordinary user, that serves SFTP alone.

>>> with OpenSsh() as server:
...     (home / "known_hosts").write_text(server.known_hosts)
...     settings = Settings(home=home, allow_private_endpoints="127.0.0.0/8")
...     ...                       # drop to server.url("in") with the key server.key
...     server.files("in")        # {"a-b-en-v1.txt": b"..."}
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncssh

from dateline.core.errors import Unavailable
from dateline.testing.ports import free_port

_START_S = 10
_ORDINARY = "games"


class OpenSsh:
    """`sshd` with host keys of its own; one user, one key. `folder` is what that user writes into.

    Started as root it runs as `games` (every Debian has one, and `nobody` may be locked), so that permissions
    mean something.
    """

    def __init__(self) -> None:
        program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if program is None:
            raise Unavailable("sshd is not installed; apt-get install openssh-server")
        self.user = _ORDINARY if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self._base = Path(tempfile.mkdtemp(prefix="dateline-sshd-"))
        self.folder = self._base / "drops"
        self.folder.mkdir()
        self.port = free_port()
        key = asyncssh.generate_private_key("ssh-ed25519")
        self.key = key.export_private_key()
        (self._base / "authorized").write_bytes(key.export_public_key())
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self.new_host_key()
        self._own()
        try:
            self.start()
        except Unavailable:
            self.stop()
            raise

    def new_host_key(self) -> None:
        """Another host key: for the next start."""
        host = asyncssh.generate_private_key("ssh-ed25519")
        path = self._base / "host"
        path.unlink(missing_ok=True)
        path.write_bytes(host.export_private_key())
        path.chmod(0o600)
        public = host.export_public_key().decode().strip()
        self.known_hosts = f"[127.0.0.1]:{self.port} {' '.join(public.split()[:2])}\n"
        self.fingerprint = host.get_fingerprint()
        self._own()

    def start(self) -> None:
        """Starts it, and waits until it takes connections. Raises Unavailable with its own words."""
        config = self._base / "config"
        config.write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {self._base}/host\nPidFile none\n"
            f"AuthorizedKeysFile {self._base}/authorized\nStrictModes no\nUsePAM no\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\n"
            "Subsystem sftp internal-sftp\nForceCommand internal-sftp\nMaxStartups 10:30:100\n"
            "LogLevel ERROR\n"
        )
        self._own()  # whatever the umask of the caller
        as_other: dict[str, Any] = {}
        if os.getuid() == 0:
            as_other = {"user": _ORDINARY, "group": pwd.getpwnam(_ORDINARY).pw_gid, "extra_groups": []}
        self._log = (self._base / "log").open("ab")
        self._process = subprocess.Popen(
            [self._program, "-D", "-e", "-f", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            **as_other,
        )
        until = time.monotonic() + _START_S
        while time.monotonic() < until and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        self.halt()
        raise Unavailable(f"sshd did not start: {(self._base / 'log').read_text()[-500:]}")

    def url(self, folder: str = "") -> str:
        """The endpoint of a folder below `folder`."""
        return f"sftp://{self.user}@127.0.0.1:{self.port}{self.folder}/{folder}".rstrip("/")

    def make(self, name: str, *, mode: int = 0o755) -> Path:
        """A folder the user owns."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        self._own()
        path.chmod(mode)
        return path

    def files(self, folder: str = "") -> dict[str, bytes]:
        """What lies in a folder, hidden files too, by name."""
        return {path.name: path.read_bytes() for path in (self.folder / folder).iterdir() if path.is_file()}

    def drop_connections(self) -> None:
        """Breaks every open connection; the listener stays."""
        if self._process is None:
            return
        mine = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for child in mine:
            os.kill(int(child), signal.SIGKILL)

    def halt(self) -> None:
        """Ends it; `start` brings it back on the same port."""
        if self._process is not None:
            with suppress(OSError, ValueError):  # it may have ended already
                self.drop_connections()
            self._process.terminate()
            self._process.wait(_START_S)
            self._process = None
            self._log.close()

    def stop(self) -> None:
        """Ends it and removes its files; safe to call twice."""
        self.halt()
        shutil.rmtree(self._base, ignore_errors=True)

    def _own(self) -> None:
        if os.getuid() == 0:
            entry = pwd.getpwnam(_ORDINARY)
            for path in (self._base, *self._base.rglob("*")):
                os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)

    def __enter__(self) -> "OpenSsh":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
