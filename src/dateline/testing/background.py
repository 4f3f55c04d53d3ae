"""Runs a small asyncio server beside a test: in a thread of this process, or in a process of its own."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, cast

import uvloop

from dateline.core.errors import Unavailable

Start = Callable[[], Coroutine[Any, Any, asyncio.AbstractServer]]
_STOP_S = 10


class Background(Protocol):
    """A running server: its port, and the way to end it."""

    port: int

    def stop(self) -> None: ...


class InThread:
    """A server on an event loop of its own in a daemon thread; it listens once this is made."""

    def __init__(self, start: Start, end: Callable[[], None]) -> None:
        """`end` closes the open connections; it is called on the server's own loop."""
        self._end = end
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-server", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(start(), self._loop).result(_STOP_S)
        self.port = port_of(self._server)

    def stop(self) -> None:
        """Closes the listener and every connection, then ends the thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(_STOP_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_STOP_S)
            self._loop.close()

    def call(self, work: Callable[[], None]) -> None:
        """Runs `work` on the server's loop."""

        async def once() -> None:
            work()

        asyncio.run_coroutine_threadsafe(once(), self._loop).result(_STOP_S)

    async def _close(self) -> None:
        self._server.close()
        self._end()
        await asyncio.sleep(0.01)  # the transports say good-bye on the loop's next turns


class InProcess:
    """A server started as `python -m MODULE WORDS`; it prints its port, and ends when its input ends.

    So it never outlives the process that started it, however that one dies.
    """

    def __init__(self, module: str, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith(b"port "):
            raise Unavailable(f"{module} did not start; its error output says why")
        self.port = int(line.split()[1])

    def stop(self) -> None:
        """Closes its input, waits, and kills it if it stays."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def port_of(server: asyncio.AbstractServer) -> int:
    """The port a server listens on."""
    return int(cast(asyncio.Server, server).sockets[0].getsockname()[1])


def run_until_input_ends(start: Start) -> None:
    """What the child process of `InProcess` does."""

    async def serve() -> None:
        server = await start()
        print(f"port {port_of(server)}", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
        server.close()

    uvloop.run(serve())
