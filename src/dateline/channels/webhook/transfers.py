"""Many HTTP POSTs at once on one event loop: libcurl's multi interface, woken by asyncio.

Every connection is new (so every address is judged), no proxy of the environment is used, no redirect
followed, no answer decompressed.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pycurl

from dateline.channels.http_requests import Trust
from dateline.channels.webhook.rules import Answer

ANSWER_BYTES: Final = 64 * 1024
MOST_OPENING: Final = 256
"""Connections being made at once. A thousand TLS handshakes started together end together, seconds later on a
small machine, and would run into their limit; tarpits and slow answers do not count here.
"""
Judge = Callable[[str], str]
"""Says why an address must not be dialled, "" when it may be."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for one try. libcurl counts the TLS handshake as part of connecting."""

    connect_s: float = 3.0
    tls_s: float = 5.0
    whole_s: float = 15.0


class _Handed:
    """A socket for libcurl, which keeps a duplicate of it; ours is closed once that is made."""

    def __init__(self, made: socket.socket) -> None:
        self._made = made

    def fileno(self) -> int:
        return self._made.fileno()

    def __del__(self) -> None:
        self._made.close()


@dataclass
class Post:
    """One request under way, and what is known of it so far."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    judge: Judge
    answer: bytearray = field(default_factory=bytearray)
    status: int = 0
    retry_after: str = ""
    refused: str = ""
    dialled: bool = False
    on_sent: Callable[[], None] | None = None
    on_open: Callable[[], None] | None = None
    """Called once TCP and TLS stand and the request goes out."""

    def opens(self, _purpose: int, address: Any) -> Any:
        """libcurl asks for a socket to this very address: the guard's moment."""
        where = str(address.addr[0])
        if words := self.judge(where):
            self.refused = words
            return pycurl.SOCKET_BAD
        self.dialled = True
        return _Handed(socket.socket(address.family, address.socktype, address.protocol))

    def opened(self, *_addresses: object) -> int:
        """libcurl is connected and about to send the request."""
        if self.on_open is not None:
            self.on_open()
        return pycurl.PREREQFUNC_OK

    def header(self, line: bytes) -> None:
        name, _, value = line.decode("latin-1").partition(":")
        if name.startswith("HTTP/"):
            code = name.split(" ")[1:2]
            self.status = int(code[0]) if code and code[0].strip().isdigit() else 0
            self.retry_after = ""
        elif name.lower() == "retry-after":
            self.retry_after = value.strip()

    def wrote(self, data: bytes) -> int:
        """Keeps 64 KB; then ends the transfer, whose status is known by now."""
        room = ANSWER_BYTES - len(self.answer)
        self.answer += data[:room]
        return len(data) if len(data) <= room else -1

    def result(self, fault: str = "") -> Answer:
        final = self.status if self.status >= 200 else 0
        refused = "" if self.dialled else self.refused
        return Answer(final, self.retry_after, bytes(self.answer), fault, refused)


class _Slot:
    """One place among the connections being made; given back once."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places: asyncio.Semaphore | None = places

    def free(self) -> None:
        if self._places is not None:
            self._places.release()
            self._places = None


class Transfers:
    """The multi handle of one event loop. `resolve` fixes names, as `HOST:PORT:ADDRESS`."""

    def __init__(self, limits: Limits, *, agent: str, ca_file: str = "", resolve: Sequence[str] = ()) -> None:
        self._limits, self._agent, self._resolve = limits, agent, list(resolve)
        self._trust = Trust(ca_file)
        self.loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._watched: dict[int, int] = {}
        self._running: dict[pycurl.Curl, tuple[asyncio.Future[Answer], Post]] = {}
        self._idle: list[pycurl.Curl] = []
        self._opening = asyncio.Semaphore(MOST_OPENING)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._closed = False

    async def send(self, post: Post) -> Answer:
        """The answer, never an exception of the network. `post.on_sent` is called when cancelled amid a
        transfer whose request had gone out.
        """
        await self._opening.acquire()
        slot = _Slot(self._opening)
        post.on_open = slot.free
        try:
            return await self._send(post)
        finally:
            slot.free()

    async def _send(self, post: Post) -> Answer:
        curl = self._idle.pop() if self._idle else pycurl.Curl()
        try:
            self._set_up(curl, post)
        except (pycurl.error, UnicodeError, TypeError) as error:
            curl.close()
            return Answer(fault=f"cannot be sent: {error}")
        future: asyncio.Future[Answer] = self.loop.create_future()
        self._running[curl] = (future, post)
        self._multi.add_handle(curl)
        # libcurl has one limit for TCP and TLS together, so that of TCP alone is kept here.
        watch = self.loop.call_later(self._limits.connect_s, self._give_up_connecting, curl, future)
        try:
            return await future
        finally:
            watch.cancel()
            self._finish(curl, post, done=future.done() and not future.cancelled())

    def _give_up_connecting(
        self, curl: pycurl.Curl, future: "asyncio.Future[Answer]", *, looked: bool = False
    ) -> None:
        """Ends a transfer that has no TCP connection by now. The handle may carry another one meanwhile."""
        running, post = self._running.get(curl, (None, None))
        if running is not future or post is None or future.done() or curl.getinfo(pycurl.CONNECT_TIME) > 0:
            return
        if not looked:
            # The loop may be late itself, and the connection stand unseen: it looks at its sockets once more.
            self.loop.call_later(0.01, lambda: self._give_up_connecting(curl, future, looked=True))
            return
        future.set_result(post.result(f"connection timed out after {self._limits.connect_s:g} s"))

    def _finish(self, curl: pycurl.Curl, post: Post, *, done: bool) -> None:
        self._running.pop(curl, None)
        if self._closed:
            curl.close()
            return
        if not done and post.on_sent and curl.getinfo(pycurl.REQUEST_SIZE) > 0:
            post.on_sent()
        self._multi.remove_handle(curl)
        curl.reset()
        self._idle.append(curl)

    def _set_up(self, curl: pycurl.Curl, post: Post) -> None:
        limits = self._limits
        connect_s = limits.connect_s + (limits.tls_s if post.url.startswith("https:") else 0)
        options: list[tuple[int, Any]] = [
            (pycurl.URL, post.url),
            (pycurl.POSTFIELDS, post.body),
            (pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in post.headers.items()] + ["Expect:"]),
            (pycurl.USERAGENT, self._agent),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.PROXY, ""),  # an empty name also keeps libcurl from reading http_proxy and its like
            (pycurl.NOPROXY, "*"),
            (pycurl.FRESH_CONNECT, 1),
            (pycurl.FORBID_REUSE, 1),
            (pycurl.CONNECTTIMEOUT_MS, round(connect_s * 1000)),
            (pycurl.TIMEOUT_MS, round(limits.whole_s * 1000)),
            (pycurl.NOSIGNAL, 1),
            (pycurl.DNS_CACHE_TIMEOUT, 0),
            (pycurl.OPENSOCKETFUNCTION, post.opens),
            (pycurl.PREREQFUNCTION, post.opened),
            (pycurl.HEADERFUNCTION, post.header),
            (pycurl.WRITEFUNCTION, post.wrote),
        ]
        for option, value in options:
            curl.setopt(option, value)
        if self._resolve:
            curl.setopt(pycurl.RESOLVE, self._resolve)
        if self._trust.path:
            curl.setopt(pycurl.CAINFO, self._trust.path)

    # --- libcurl tells asyncio what to wait for -------------------------------------------------------------

    def _watch(self, what: int, descriptor: int, _multi: object, _data: object) -> None:
        had = self._watched.get(descriptor, 0)
        wants = 0 if what == pycurl.POLL_REMOVE else what
        for bit, add, remove, action in (
            (pycurl.POLL_IN, self.loop.add_reader, self.loop.remove_reader, pycurl.CSELECT_IN),
            (pycurl.POLL_OUT, self.loop.add_writer, self.loop.remove_writer, pycurl.CSELECT_OUT),
        ):
            if wants & bit and not had & bit:
                add(descriptor, self._ready, descriptor, action)
            elif had & bit and not wants & bit:
                remove(descriptor)
        if wants:
            self._watched[descriptor] = wants
        else:
            self._watched.pop(descriptor, None)

    def _set_timer(self, wait_ms: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if wait_ms >= 0:
            self._timer = self.loop.call_later(wait_ms / 1000, self._ready, pycurl.SOCKET_TIMEOUT, 0)

    def _ready(self, descriptor: int, action: int) -> None:
        self._multi.socket_action(descriptor, action)
        while True:
            left, finished, failed = self._multi.info_read()
            for curl in finished:
                self._settle(curl, "")
            for curl, _, words in failed:
                self._settle(curl, words)
            if not left:
                return

    def _settle(self, curl: pycurl.Curl, fault: str) -> None:
        future, post = self._running[curl]
        if not future.done():
            future.set_result(post.result(fault))

    def close(self) -> None:
        """Frees the handles; whatever still runs ends without an answer."""
        self._closed = True
        for curl, (future, post) in self._running.items():
            self._multi.remove_handle(curl)
            if not future.done():
                future.set_result(post.result("the channel was closed"))
        for curl in self._idle:
            curl.close()
        self._idle.clear()
        self._set_timer(-1)
        self._multi.close()
        self._trust.close()
