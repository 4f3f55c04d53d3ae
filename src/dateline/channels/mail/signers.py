"""The processes that sign, as the event loop sees them."""

import asyncio
import os
import socket
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Final, cast

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from dateline.channels.mail.rsa_process import sign

log = structlog.get_logger("channels.mail")

_END_S: Final = 5.0


class Signers:
    """One process per core, started at the first signature. Where one ends, this process signs instead."""

    def __init__(self, key: RSAPrivateKey, path: Path) -> None:
        self._key, self._path = key, path
        self._lines: list[_Line] | None = None
        self._starting = asyncio.Lock()

    async def sign(self, digest: bytes) -> bytes:
        """The signature of a SHA-256 digest."""
        lines = self._lines
        if lines is None:
            lines = await self._start()
        line = min((line for line in lines if line.is_open), key=lambda line: line.depth, default=None)
        if line is not None:
            try:
                return await line.sign(digest)
            except ConnectionError:
                log.warning("mail.signer_ended", left=sum(line.is_open for line in lines))
        return await asyncio.to_thread(sign, self._key, digest)

    async def _start(self) -> list["_Line"]:
        async with self._starting:
            if self._lines is None:
                size = self._key.key_size // 8
                self._lines = [await _started(self._path, size) for _ in range(os.cpu_count() or 1)]
            return self._lines

    async def aclose(self) -> None:
        """Ends the processes; the next signature starts new ones."""
        lines, self._lines = self._lines or [], None
        for line in lines:
            line.close()
        await asyncio.gather(*(asyncio.to_thread(line.process.wait, _END_S) for line in lines))
        await asyncio.sleep(0)  # lets the sockets go


class _Line(asyncio.Protocol):
    """Digests go out, signatures come back in the same order."""

    def __init__(self, process: "subprocess.Popen[bytes]", size: int) -> None:
        self.process = process
        self._size = size
        self._due: deque[asyncio.Future[bytes]] = deque()
        self._data = b""
        self._transport: asyncio.Transport | None = None
        self._over = False

    @property
    def depth(self) -> int:
        return len(self._due)

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._over

    def sign(self, digest: bytes) -> "asyncio.Future[bytes]":
        """Fails with ConnectionError when the process ends."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._due.append(answer)
        cast(asyncio.Transport, self._transport).write(digest)
        return answer

    def close(self) -> None:
        self._over = True
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        while len(self._data) >= self._size:
            answer = self._due.popleft()
            if not answer.done():
                answer.set_result(self._data[: self._size])
            self._data = self._data[self._size :]

    def connection_lost(self, exc: Exception | None) -> None:
        self._over = True
        for answer in self._due:
            if not answer.done():
                answer.set_exception(ConnectionResetError("a signing process ended"))
        self._due.clear()


async def _started(path: Path, size: int) -> _Line:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: ASYNC220 - some milliseconds, once
            [sys.executable, "-m", "dateline.channels.mail.rsa_process", str(path)],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            process_group=0,  # Ctrl-C is for the sender, which then ends it
        )
    line = _Line(process, size)
    await asyncio.get_running_loop().create_unix_connection(lambda: line, sock=ours)
    return line
