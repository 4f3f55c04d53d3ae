"""The same stream for asyncio: the reading stays in a thread of its own, with all its care for lost lines."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Final

from dateline.client.frames import Message
from dateline.client.passes import Secret
from dateline.client.stream import Stream

_AHEAD: Final = 64
"""Events that may wait for the reader; beyond it the line itself is read more slowly."""


class AsyncStream:
    """`async with AsyncStream(url) as events: async for message in events: ...`; arguments as of `Stream`."""

    def __init__(
        self,
        url: str,
        *,
        filters: Mapping[str, Sequence[str]] | None = None,
        after: str | None = None,
        token: Secret = None,
        prestage: bool = False,
    ) -> None:
        self._stream = Stream(url, filters=filters, after=after, token=token, prestage=prestage)
        self._queue: asyncio.Queue[Message | BaseException | None] = asyncio.Queue(_AHEAD)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.cursor = after or ""
        """Behind the last event that was given out."""

    async def __aenter__(self) -> "AsyncStream":
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._read, name="dateline-stream", daemon=True)
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def text(self, message: Message) -> Mapping[str, Any] | None:
        """See `Stream`."""
        return (
            message.body if message.body is not None else await asyncio.to_thread(self._stream.text, message)
        )

    async def aclose(self) -> None:
        """Ends the iteration and the thread."""
        self._stream.close()
        while self._thread is not None and self._thread.is_alive():
            while not self._queue.empty():  # the thread may wait for room
                self._queue.get_nowait()
            await asyncio.sleep(0.01)

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Raises as `Stream` does."""
        while True:
            found = await self._queue.get()
            if found is None:
                return
            if isinstance(found, BaseException):
                raise found
            self.cursor = found.cursor or self.cursor
            yield found

    def _read(self) -> None:
        try:
            for message in self._stream:
                self._put(message)
            self._put(None)
        except Exception as error:
            self._put(error)

    def _put(self, found: Message | BaseException | None) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            asyncio.run_coroutine_threadsafe(self._queue.put(found), loop).result()
        except RuntimeError:  # the loop ended before us
            self._stream.close()
