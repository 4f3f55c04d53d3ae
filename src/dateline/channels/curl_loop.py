"""libcurl's multi interface on an asyncio loop, for every channel that speaks HTTP, and what handles share.

Sockets are watched by an epoll of our own, of which asyncio sees one descriptor: a thousand connections cost
it no handle each, and libcurl is asked for finished transfers once a round instead of once a socket.
"""

import asyncio
import select
import socket
import ssl
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pycurl

Judge = Callable[[str], str]
"""Says why an address must not be dialled, "" when it may be."""
_ROUND: Final = 256
"""Sockets looked at before asyncio's other work has its turn."""
_MASKS: Final = {
    pycurl.POLL_IN: select.EPOLLIN,
    pycurl.POLL_OUT: select.EPOLLOUT,
    pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
}
_NEVER: Final = float("inf")


class CurlLoop:
    """The multi handle of the running event loop. `settle(curl, fault)` is told of each transfer that ended;
    it must not remove the handle before it returns.
    """

    def __init__(self, settle: Callable[[pycurl.Curl, str], None]) -> None:
        self.loop = asyncio.get_running_loop()
        self.is_closed = False
        self._settle = settle
        self._watched: dict[int, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = self._due = _NEVER
        self._epoll = select.epoll()
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self.loop.add_reader(self._epoll.fileno(), self._ready)

    def add(self, curl: pycurl.Curl) -> None:
        """Begins a transfer."""
        self._multi.add_handle(curl)

    def remove(self, curl: pycurl.Curl) -> None:
        """Ends one, or takes out one that ended."""
        self._multi.remove_handle(curl)

    def close(self) -> None:
        """Frees all. Every handle must have been removed."""
        if self.is_closed:
            return
        self.is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        self.loop.remove_reader(self._epoll.fileno())
        self._multi.close()
        self._epoll.close()

    # --- libcurl says what to wait for ----------------------------------------------------------------------

    def _watch(self, what: int, descriptor: int, _multi: object, _data: object) -> None:
        mask = _MASKS.get(what)
        if mask is None:
            if self._watched.pop(descriptor, None) is not None and not self._epoll.closed:
                with suppress(OSError):  # closed already: then the kernel has dropped it
                    self._epoll.unregister(descriptor)
            return
        change = self._epoll.modify if descriptor in self._watched else self._epoll.register
        self._watched[descriptor] = mask
        change(descriptor, mask)

    def _set_timer(self, wait_ms: int) -> None:
        """libcurl moves its next deadline all the time, mostly to later: one timer rings at the earliest and
        looks.
        """
        self._due = self.loop.time() + wait_ms / 1000 if wait_ms >= 0 else _NEVER
        if self._due < self._rings_at:
            self._ring_at(self._due)

    def _ring_at(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = at
        self._timer = self.loop.call_at(at, self._rang)

    def _rang(self) -> None:
        self._timer, self._rings_at = None, _NEVER
        if self.loop.time() < self._due:
            if self._due < _NEVER:
                self._ring_at(self._due)
            return
        self._due = _NEVER
        self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self._collect()

    def _ready(self) -> None:
        watched, act = self._watched, self._multi.socket_action
        for descriptor, found in self._epoll.poll(0, _ROUND):
            mask = watched.get(descriptor, 0)  # 0: an earlier one of this round closed it
            if not mask:
                continue
            # An error or a hang-up is for whoever waits, in whichever direction.
            seen = found & mask if found & mask else mask
            act(
                descriptor,
                (pycurl.CSELECT_IN if seen & select.EPOLLIN else 0)
                | (pycurl.CSELECT_OUT if seen & select.EPOLLOUT else 0),
            )
        self._collect()

    def _collect(self) -> None:
        while True:
            left, finished, failed = self._multi.info_read()
            for curl in finished:
                self._settle(curl, "")
            for curl, _, words in failed:
                self._settle(curl, words)
            if not left:
                return


# --- handles ------------------------------------------------------------------------------------------------


def guarded_options(url: str, judged: "Judged", agent: str) -> list[tuple[int, Any]]:
    """What every handle has: the guard at each socket, no redirect, no proxy, a connection of its own."""
    return [
        (pycurl.URL, url),
        (pycurl.USERAGENT, agent),
        (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
        (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
        (pycurl.FOLLOWLOCATION, 0),
        (pycurl.PROXY, ""),  # an empty name also keeps libcurl from reading http_proxy and its like
        (pycurl.NOPROXY, "*"),
        (pycurl.FRESH_CONNECT, 1),
        (pycurl.FORBID_REUSE, 1),
        (pycurl.NOSIGNAL, 1),
        (pycurl.DNS_CACHE_TIMEOUT, 0),
        (pycurl.OPENSOCKETFUNCTION, judged.opens),
    ]


class Judged:
    """The guard's moment: libcurl asks for a socket to the very address that it would dial."""

    __slots__ = ("_judge", "_refused", "dialled")

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._refused = ""
        self.dialled = False

    @property
    def refused(self) -> str:
        """Why no address was dialled; empty when one was."""
        return "" if self.dialled else self._refused

    def opens(self, _purpose: int, address: Any) -> Any:
        """A socket, or the word that there is none; libcurl then tries the host's next address."""
        if words := self._judge(str(address.addr[0])):
            self._refused = words
            return pycurl.SOCKET_BAD
        self.dialled = True
        return Handed(socket.socket(address.family, address.socktype, address.protocol))


class Handed:
    """A socket for libcurl, which keeps a duplicate of it; ours is closed once that is made."""

    __slots__ = ("_made",)

    def __init__(self, made: socket.socket) -> None:
        self._made = made

    def fileno(self) -> int:
        return self._made.fileno()

    def __del__(self) -> None:
        self._made.close()


def status_in(name: str) -> int:
    """The code of a status line's part before its first colon; 0 where it has none."""
    code = name.split(" ")[1:2]
    return int(code[0]) if code and code[0].strip().isdigit() else 0


class Trust:
    """One file with every authority we trust: libcurl keeps the parsed store of one file only."""

    def __init__(self, ca_file: str) -> None:
        system = ssl.get_default_verify_paths().cafile or ""
        self._joined: Any = None
        self.path = system
        if ca_file:
            self._joined = tempfile.NamedTemporaryFile(prefix="dateline-ca-", suffix=".pem")  # noqa: SIM115
            parts = [Path(system).read_bytes() if system else b"", Path(ca_file).read_bytes()]
            self._joined.write(b"\n".join(parts))
            self._joined.flush()
            self.path = self._joined.name

    def close(self) -> None:
        if self._joined is not None:
            self._joined.close()
            self._joined = None
