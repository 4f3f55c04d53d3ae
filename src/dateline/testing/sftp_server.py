"""A small SFTP server (asyncssh) on loopback that misbehaves when told to; for what OpenSSH never does.

>>> with SftpServer(folder, rules=("no-rename",)) as server:
...     (home / "known_hosts").write_text(server.known_hosts)
...     ...                       # drop to server.url("in") with the password `server.password`
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Any, Final

import asyncssh

from dateline.testing.background import InThread

USER: Final = "ana"
PASSWORD: Final = "pw-of-ana"
RULES: Final = ("hang", "no-rename", "no-overwrite", "full", "break")
"""hang: names with `hang` get no answer to the rename. no-rename: every rename is refused. no-overwrite: no
POSIX rename, and the other not onto a file. full: no room. break: the connection ends amid the first write.
"""


class SftpServer:
    """A running server; `folder` is what the user, and any other whose name begins alike, sees as `/`."""

    user = USER
    password = PASSWORD.encode()

    def __init__(self, folder: Path | None = None, *, rules: tuple[str, ...] = ()) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="dateline-sftp-")
        self.folder = folder or Path(self._temporary.name) / "files"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.rules = set(rules)
        self.hanging = 0
        self.sign_ins = 0
        self.placed: list[str] = []
        """The diary: each file that was renamed into its place, as `/FOLDER/NAME`, in order."""
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._server = InThread(self._listen, self._drop)
        self.port = self._server.port
        public = " ".join(self._key.export_public_key().decode().split()[:2])
        self.known_hosts = f"[127.0.0.1]:{self.port} {public}\n"

    def url(self, folder: str = "") -> str:
        """The endpoint of a folder."""
        return f"sftp://{USER}@127.0.0.1:{self.port}/{folder}"

    def files(self, folder: str = "") -> dict[str, bytes]:
        """What lies in a folder, hidden files too, by name."""
        return {path.name: path.read_bytes() for path in (self.folder / folder).iterdir() if path.is_file()}

    def drop_connections(self) -> None:
        """Breaks every open connection; the listener stays."""
        self._server.call(self._drop)

    def stop(self) -> None:
        """Ends it; safe to call twice."""
        self._server.stop()
        self._temporary.cleanup()

    def __enter__(self) -> "SftpServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _listen(self) -> Any:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[self._key],
            server_factory=lambda: _Door(self),
            sftp_factory=lambda channel: _Files(channel, self),
        )

    def _drop(self) -> None:
        for connection in list(self._connections):
            connection.abort()


class _Door(asyncssh.SSHServer):
    def __init__(self, house: SftpServer) -> None:
        self._house = house
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._house._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._house._connections.discard(self._connection)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._house.sign_ins += 1
        return username.startswith(USER) and password == PASSWORD


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: "asyncssh.SSHServerChannel[bytes]", house: SftpServer) -> None:
        super().__init__(channel, chroot=str(house.folder).encode())
        self._house, self._channel_used = house, channel

    def write(self, file_obj: object, offset: int, data: bytes) -> Any:
        rules = self._house.rules
        if "full" in rules:
            raise asyncssh.SFTPNoSpaceOnFilesystem("no space left")
        if "break" in rules:
            rules.discard("break")
            super().write(file_obj, offset, data[: len(data) // 2])
            self._channel_used.get_connection().abort()
            raise asyncssh.SFTPConnectionLost("broken by rule")
        return super().write(file_obj, offset, data)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        rules = self._house.rules
        if "hang" in rules and b"hang" in newpath:
            self._house.hanging += 1
            await asyncio.Event().wait()
        if "no-rename" in rules:
            raise asyncssh.SFTPPermissionDenied("rename is not allowed")
        if "no-overwrite" in rules:
            raise asyncssh.SFTPOpUnsupported("no such extension")
        super().posix_rename(oldpath, newpath)
        self._house.placed.append(newpath.decode())

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        rules = self._house.rules
        if "no-rename" in rules:
            raise asyncssh.SFTPPermissionDenied("rename is not allowed")
        super().rename(oldpath, newpath)  # refuses to overwrite, as protocol 3 says
        self._house.placed.append(newpath.decode())
