"""Tells which connections can be read or written: one epoll inside the event loop, where there is epoll.

The loop watches a single descriptor, whatever the number of desktops; elsewhere it watches each of them.
"""

import asyncio
import select
from collections.abc import Callable
from typing import Protocol

Handle = Callable[[int, bool, bool], None]
"""(descriptor, readable or over, writable)"""

_AT_ONCE = 1024


class Poller(Protocol):
    """Watches descriptors; level-triggered."""

    def add(self, fd: int) -> None:
        """Watches for input and for the end."""
        ...

    def writable(self, fd: int, wanted: bool) -> None:
        """Watches for room to write as well, or no longer."""
        ...

    def forget(self, fd: int) -> None:
        """To be called before the descriptor is closed."""
        ...

    def close(self) -> None: ...


class EpollPoller:
    """Linux: nested epoll."""

    def __init__(self, handle: Handle) -> None:
        self._epoll = select.epoll()
        self._handle = handle
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._epoll.fileno(), self._turn)
        self._read = select.EPOLLIN | select.EPOLLRDHUP
        self._over = self._read | select.EPOLLHUP | select.EPOLLERR

    def _turn(self) -> None:
        for fd, events in self._epoll.poll(0, _AT_ONCE):
            self._handle(fd, bool(events & self._over), bool(events & select.EPOLLOUT))

    def add(self, fd: int) -> None:
        self._epoll.register(fd, self._read)

    def writable(self, fd: int, wanted: bool) -> None:
        self._epoll.modify(fd, self._read | select.EPOLLOUT if wanted else self._read)

    def forget(self, fd: int) -> None:
        self._epoll.unregister(fd)

    def close(self) -> None:
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()


class LoopPoller:
    """Anywhere: the event loop's own watching, which costs an object for each connection."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._loop = asyncio.get_running_loop()

    def add(self, fd: int) -> None:
        self._loop.add_reader(fd, self._handle, fd, True, False)

    def writable(self, fd: int, wanted: bool) -> None:
        if wanted:
            self._loop.add_writer(fd, self._handle, fd, False, True)
        else:
            self._loop.remove_writer(fd)

    def forget(self, fd: int) -> None:
        self._loop.remove_reader(fd)
        self._loop.remove_writer(fd)

    def close(self) -> None:
        """Nothing of its own is open."""


def poller_of(kind: str, handle: Handle) -> Poller:
    """`epoll`, `loop`, or "" for what the system has."""
    return EpollPoller(handle) if kind != "loop" and hasattr(select, "epoll") else LoopPoller(handle)
