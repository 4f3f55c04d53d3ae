"""Threads for blocking questions, a few for each purpose: who waits for an answer keeps no other waiting.

The loop's default threads are few and shared by all: strangers' questions in them would hold up the log and
the list of revoked keys.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """At most `most` threads, made when they are needed."""

    def __init__(self, name: str, most: int) -> None:
        self._pool = ThreadPoolExecutor(most, thread_name_prefix=name)

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """What `work` returns or raises. Work whose asker is cancelled before a thread is free is left out.

        Raises OSError when they are closed.
        """
        try:
            answer = asyncio.get_running_loop().run_in_executor(self._pool, work, *args)
        except RuntimeError:
            raise OSError("this edge is stopping") from None
        return await answer

    def close(self) -> None:
        """No thread stays for more work; what is under way ends by itself."""
        self._pool.shutdown(wait=False)
