"""A folder of a provider's SFTP server: signed in as file drops are, host key pinned, nothing changed."""

import asyncio
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

import asyncssh

from dateline.channels.address_guard import Networks
from dateline.channels.fetching.files import MOST_LISTED, Listed, to_read
from dateline.channels.filedrop.outcome import DropFault
from dateline.channels.sftp.services import sign_in
from dateline.core.drops import DropAddress, drop_address
from dateline.intake.services.providers import Document, Fetched, Wanted

_LOOK_S: Final = 0.5


def fetch_sftp(wanted: Wanted, stop: Callable[[], bool], *, home: Path, allowed: Networks = ()) -> Fetched:
    """The new and changed files of the folder. Never raises for what the network does."""
    return asyncio.run(_until_stopped(wanted, stop, home, allowed))


async def _until_stopped(wanted: Wanted, stop: Callable[[], bool], home: Path, allowed: Networks) -> Fetched:
    task = asyncio.ensure_future(_fetched(wanted, home, allowed))
    while not task.done():
        await asyncio.wait({task}, timeout=_LOOK_S)
        if stop() and not task.done():
            task.cancel()
            await asyncio.wait({task})
            return Fetched("failed", words="the wire is stopping")
    return task.result()


async def _fetched(wanted: Wanted, home: Path, allowed: Networks) -> Fetched:
    place = drop_address(wanted.address, "sftp")
    try:
        async with asyncio.timeout(wanted.whole_s):
            line = await sign_in(place, wanted.secret, home=home, allowed=allowed)
            try:
                return await _folder(line.sftp, place, wanted)
            finally:
                line.sftp.exit()
                line.connection.close()
                await _closed(line.connection)
    except DropFault as error:
        return Fetched("failed", words=str(error))
    except TimeoutError:
        return Fetched("failed", words=f"{place.host}: took longer than {wanted.whole_s:g} s")
    except (asyncssh.Error, asyncssh.SFTPError, OSError) as error:
        words = str(getattr(error, "reason", "") or error) or type(error).__name__
        return Fetched("failed", words=f"{place.host}: {words}")


async def _closed(connection: asyncssh.SSHClientConnection) -> None:
    try:
        async with asyncio.timeout(2):
            await connection.wait_closed()
    except TimeoutError:
        connection.abort()


async def _folder(sftp: asyncssh.SFTPClient, place: DropAddress, wanted: Wanted) -> Fetched:
    base = ("" if place.home else "/") + "/".join(place.folder) or "."
    listed: list[Listed] = []
    async for entry in sftp.scandir(base):
        if len(listed) >= MOST_LISTED:
            break
        about, name = entry.attrs, entry.filename
        if isinstance(name, bytes):
            continue
        regular = about.permissions is None or stat.S_ISREG(about.permissions)
        if regular and about.size is not None and "/" not in name:
            listed.append(Listed(name, about.size, float(about.mtime or 0)))
    chosen, refused, left = to_read(listed, wanted.seen, most=wanted.most_files, most_bytes=wanted.most_bytes)
    documents: list[Document] = []
    for one in chosen:
        try:
            async with sftp.open(f"{base.rstrip('/')}/{one.name}", "rb") as file:
                data = await file.read(wanted.most_bytes + 1)
        except asyncssh.SFTPError as error:
            refused.append((one.name, f"cannot be read: {error.reason}"))
            continue
        documents.append(Document(one.name, cast(bytes, data), one.mark))
    if not (documents or refused or left):
        return Fetched("unchanged")
    return Fetched("ok", documents=tuple(documents), refusals=tuple(refused), left=left)
