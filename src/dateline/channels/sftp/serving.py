"""A read-only SFTP server for outlets that fetch: each sees the folder of its name below `HOME/drops`.

The channel `folder` fills it; a file stays for thirty days. An outlet signs in with its folder's name and a
key that the file `HOME/sftp_keys/NAME` lists.
"""

import asyncio
import os
import re
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import asyncssh
import structlog

from dateline.channels.sftp.admission import Admission, Limits, Visit

log = structlog.get_logger("channels")

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_WRITES: Final = (
    asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC | asyncssh.FXF_EXCL
)
_TIDY_S: Final = 3600.0


def host_key(home: Path) -> asyncssh.SSHKey:
    """The server's own key `keys/sftp_host`, made on first use and readable by its owner alone."""
    path = home / "keys" / "sftp_host"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        made = asyncssh.generate_private_key("ssh-ed25519")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(made.export_private_key())
    return asyncssh.read_private_key(path)


def forget_old(drops: Path, *, days: int, now: float) -> int:
    """Deletes files older than `days` below `drops`, and how many. `now` in seconds since 1970."""
    count = 0
    for path in drops.rglob("*"):
        try:
            found = path.lstat()
        except FileNotFoundError:  # renamed or gone meanwhile: the channel is writing
            continue
        if stat.S_ISREG(found.st_mode) and now - found.st_mtime >= days * 86_400:
            path.unlink(missing_ok=True)
            count += 1
    return count


class PickUps:
    """The server. `home` holds `drops`, `sftp_keys` and `keys`."""

    def __init__(self, home: Path, *, keep_days: int, limits: Limits | None = None) -> None:
        self._home, self._keep_days, self._limits = home, keep_days, limits or Limits()
        self._admission = Admission(self._limits, time.monotonic)
        self._listener: asyncssh.SSHAcceptor | None = None
        self._tidying: asyncio.Task[None] | None = None
        self._open: set[asyncssh.SSHServerConnection] = set()

    async def start(self, host: str, port: int) -> int:
        """Listens, and says on which port. Raises OSError where it cannot."""
        self._listener = await asyncssh.listen(
            host,
            port,
            server_host_keys=[host_key(self._home)],
            server_factory=lambda: _Door(self._home, self._open, self._admission, self._limits.keys),
            sftp_factory=lambda channel: _Shelf(channel, self._home),
            allow_scp=False,
            agent_forwarding=False,
            login_timeout=self._limits.sign_in_s,
            keepalive_interval=60,
        )
        self._tidying = asyncio.create_task(self._tidy())
        return int(self._listener.get_port())

    async def stop(self) -> None:
        """Ends every connection and the listener."""
        if self._tidying is not None:
            self._tidying.cancel()
        if self._listener is not None:
            self._listener.close()
        for connection in list(self._open):
            connection.abort()
        if self._listener is not None:
            await self._listener.wait_closed()

    async def _tidy(self) -> None:
        while True:
            count = await asyncio.to_thread(
                forget_old, self._home / "drops", days=self._keep_days, now=time.time()
            )
            if count:
                log.info("channel.pick_ups_forgotten", files=count)
            await asyncio.sleep(_TIDY_S)


class _Door(asyncssh.SSHServer):
    """Public keys only; no shell, no forwarding."""

    def __init__(
        self, home: Path, connections: set[asyncssh.SSHServerConnection], admission: Admission, keys: int
    ) -> None:
        self._home, self._connections, self._admission = home, connections, admission
        self._connection: asyncssh.SSHServerConnection | None = None
        self._visit: Visit | None = None
        self._keys_left = keys

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        address = str((conn.get_extra_info("peername") or ("unknown",))[0])
        entered = self._admission.enter(address)
        if not isinstance(entered, Visit):
            if self._admission.is_worth_saying(entered):
                log.info("channel.pick_ups_turned_away", source=address, reason=entered)
            conn.abort()
            return
        self._visit, self._connection = entered, conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._connections.discard(self._connection)
        if self._visit is not None and self._admission.leave(self._visit):
            log.warning("channel.pick_ups_source_shut_out", source=self._visit.source)
        self._visit = self._connection = None

    def auth_completed(self) -> None:
        if self._visit is not None:
            self._admission.signed_in(self._visit)

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether the outlet's file lists the key; read each time, so that a change counts at once."""
        if _is_listed(self._home, username, key):
            return True
        self._keys_left -= 1
        if not self._keys_left and self._connection is not None:
            self._connection.disconnect(asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "too many keys")
        return False


def _is_listed(home: Path, username: str, key: asyncssh.SSHKey) -> bool:
    if not _NAME.fullmatch(username):
        return False
    try:
        lines = (home / "sftp_keys" / username).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(_is(key, line) for line in lines)


def _is(key: asyncssh.SSHKey, line: str) -> bool:
    try:
        return bool(line.strip()) and asyncssh.import_public_key(line) == key
    except asyncssh.KeyImportError:
        return False


class _Shelf(asyncssh.SFTPServer):
    """One outlet's folder, for reading. What is hidden (files still being written) is not there."""

    def __init__(self, channel: Any, home: Path) -> None:
        name = str(channel.get_connection().get_extra_info("username"))
        root = home / "drops" / name
        root.mkdir(parents=True, exist_ok=True, mode=0o755)
        super().__init__(channel, chroot=os.fsencode(root))

    def map_path(self, path: bytes) -> bytes:
        """Every path of every request comes through here: hidden parts and links are not there."""
        found = super().map_path(path)
        root = Path(os.fsdecode(self._chroot or b"/"))
        path_below = Path(os.fsdecode(found)).relative_to(root)
        hidden = any(part.startswith(".") for part in path_below.parts)
        if hidden or (root / path_below).resolve() != root.resolve() / path_below:
            raise asyncssh.SFTPNoSuchFile("no such file")
        return found

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        if pflags & _WRITES:
            _refuse()
        return super().open(path, pflags, attrs)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        async for entry in super().scandir(path):
            name = entry.filename if isinstance(entry.filename, bytes) else entry.filename.encode()
            if name in {b".", b".."} or not name.startswith(b"."):
                yield entry


def _refuse(*_: object, **__: object) -> Any:
    raise asyncssh.SFTPPermissionDenied("this server is for reading")


for _verb in (
    "open56", "write", "setstat", "lsetstat", "fsetstat", "remove", "mkdir", "rmdir", "rename",
    "posix_rename", "symlink", "link", "lock",
):  # fmt: skip
    setattr(_Shelf, _verb, _refuse)
