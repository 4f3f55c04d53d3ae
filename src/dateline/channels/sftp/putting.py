"""Puts files over an SFTP session: written under a hidden name, renamed into place."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import asyncssh

from dateline.channels.filedrop.drop import Drop, DropFile
from dateline.channels.sftp.lines import Kept
from dateline.channels.sftp.signing_in import Line
from dateline.core.drops import DropAddress

_NO_RENAME: Final = (asyncssh.SFTPPermissionDenied, asyncssh.SFTPOpUnsupported)


async def put(kept: Kept, line: Line, to: DropAddress, drop: Drop, on_sent: Callable[[], None]) -> None:
    """Puts the files, text last. Raises asyncssh.SFTPError and asyncssh.Error."""
    base = ("" if to.home else "/") + "/".join(to.folder)
    for file in drop.files:
        putting = _Putting(line.sftp, base, file)
        last = file is drop.text
        if not kept.plain:
            kept.plain = not await putting.renamed(on_sent if last else None)
        if kept.plain:
            await putting.plainly(on_sent if last else None)


class _Putting:
    """One file on its way."""

    def __init__(self, sftp: asyncssh.SFTPClient, base: str, file: DropFile) -> None:
        self._sftp, self._base, self._file = sftp, base, file

    def _path(self, name: str) -> str:
        parts = [part for part in (self._base.rstrip("/"), *self._file.folder, name) if part]
        return ("/" if self._base == "/" else "") + "/".join(parts)

    async def renamed(self, on_sent: Callable[[], None] | None) -> bool:
        """False where the server refuses to rename; the hidden file is gone then."""
        part, final = self._path(self._file.part), self._path(self._file.name)
        try:
            await self._write(part, self._file.data)
            if on_sent is not None:
                on_sent()
            try:
                await self._rename(part, final)
            except _NO_RENAME:
                await self._forget(part)
                return False
        except asyncssh.SFTPError:
            await self._forget(part)
            raise
        return True

    async def _rename(self, part: str, final: str) -> None:
        """Over the old file in one step where the server can (OpenSSH's extension), else in two."""
        try:
            await self._sftp.posix_rename(part, final)
        except (asyncssh.SFTPOpUnsupported, asyncssh.SFTPFailure):
            with suppress(asyncssh.SFTPNoSuchFile):
                await self._sftp.remove(final)
            await self._sftp.rename(part, final)

    async def plainly(self, on_sent: Callable[[], None] | None) -> None:
        """Under the final name at once; an empty `.done` says when it is whole."""
        done = self._path(self._file.done)
        with suppress(asyncssh.SFTPNoSuchFile):
            await self._sftp.remove(done)
        if on_sent is not None:
            on_sent()  # before the first byte: it bears its final name, and may be whole before we hear so
        await self._write(self._path(self._file.name), self._file.data)
        await self._write(done, b"")

    async def _write(self, path: str, data: bytes) -> None:
        try:
            await self._store(path, data)
        except asyncssh.SFTPNoSuchFile:
            if not self._file.folder:
                raise
            await self._make(self._file.folder)
            await self._store(path, data)

    async def _store(self, path: str, data: bytes) -> None:
        async with self._sftp.open(path, "wb") as file:
            if data:
                await file.write(data)

    async def _make(self, folders: Sequence[str]) -> None:
        """The template's folders; the endpoint's own must be there, or a slip in it would go unseen."""
        for count in range(1, len(folders) + 1):
            parts = (self._base.rstrip("/"), *folders[:count])
            path = "/".join(part for part in parts if part or self._base == "/")
            with suppress(asyncssh.SFTPFailure, asyncssh.SFTPFileAlreadyExists):
                await self._sftp.mkdir(path)

    async def _forget(self, path: str) -> None:
        with suppress(asyncssh.Error):
            await self._sftp.remove(path)
