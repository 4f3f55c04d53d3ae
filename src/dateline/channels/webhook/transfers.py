"""Many HTTP POSTs at once on one event loop, within limits of their own: see `channels.curl_loop`."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pycurl

from dateline.channels.curl_loop import CurlLoop, Judge, Judged, Trust, guarded_options, status_in
from dateline.channels.webhook.rules import Answer

ANSWER_BYTES: Final = 64 * 1024
MOST_OPENING: Final = 256
"""Connections being made at once. A thousand TLS handshakes started together end together, seconds later on a
small machine, and would run into their limit; tarpits and slow answers do not count here.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for one try. libcurl counts the TLS handshake as part of connecting."""

    connect_s: float = 3.0
    tls_s: float = 5.0
    whole_s: float = 15.0


class Post(Judged):
    """One request under way, and what is known of it so far.

    `on_begun` is called when it begins to connect, `on_open` once TCP and TLS stand and it goes out,
    `on_sent` when it is cancelled after it had gone out.
    """

    __slots__ = (
        "answer",
        "body",
        "end",
        "headers",
        "is_unwanted",
        "on_begun",
        "on_open",
        "on_sent",
        "retry_after",
        "status",
        "url",
        "was_cut",
        "was_unwanted",
    )  # fmt: skip

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        judge: Judge,
        on_sent: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(judge)
        self.url, self.headers, self.body, self.on_sent = url, headers, body, on_sent
        self.on_begun: Callable[[Post], None] | None = None
        self.on_open: Callable[[], None] | None = None
        self.end: Callable[[str], None] | None = None
        """Ends it from outside, with a reason, while it is under way."""
        self.was_cut = False
        self.is_unwanted: Callable[[], bool] | None = None
        """Asked when it has a place to connect: what was overtaken while it waited is not begun."""
        self.was_unwanted = False
        self.answer = bytearray()
        self.status = 0
        self.retry_after = ""

    def cut(self, why: str) -> None:
        """Ends it before its time, when it is still under way: then `was_cut` is true."""
        if self.end is not None:
            self.end(why)

    def opened(self, *_addresses: object) -> int:
        """libcurl is connected and about to send the request."""
        if self.on_open is not None:
            self.on_open()
        return pycurl.PREREQFUNC_OK

    def header(self, line: bytes) -> None:
        """One line of the head; a new status line begins anew (100 Continue)."""
        name, _, value = line.decode("latin-1").partition(":")
        if name.startswith("HTTP/"):
            self.status = status_in(name)
            self.retry_after = ""
        elif name.lower() == "retry-after":
            self.retry_after = value.strip()

    def wrote(self, data: bytes) -> int:
        """Keeps 64 KB; then ends the transfer, whose status is known by now."""
        room = ANSWER_BYTES - len(self.answer)
        self.answer += data[:room]
        return len(data) if len(data) <= room else -1

    def result(self, fault: str = "", *, sent: bool = False) -> Answer:
        """All of it so far."""
        final = self.status if self.status >= 200 else 0
        return Answer(final, self.retry_after, bytes(self.answer), fault, self.refused, sent)


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
        self._curls = CurlLoop(self._settle)
        self.loop = self._curls.loop
        self._running: dict[pycurl.Curl, tuple[asyncio.Future[Answer], Post]] = {}
        self._idle: list[pycurl.Curl] = []
        self._opening = asyncio.Semaphore(MOST_OPENING)

    async def send(self, post: Post) -> Answer:
        """The answer, never an exception of the network. `post.on_sent` is called when cancelled amid a
        transfer whose request had gone out.
        """
        await self._opening.acquire()
        slot = _Slot(self._opening)
        post.on_open = slot.free
        try:
            if post.is_unwanted is not None and post.is_unwanted():
                post.was_unwanted = True
                return Answer()
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
        self._curls.add(curl)
        post.end = lambda why: self._cut(curl, future, why)
        if post.on_begun is not None:
            post.on_begun(post)
        # libcurl has one limit for TCP and TLS together, so that of TCP alone is kept here.
        watch = self.loop.call_later(self._limits.connect_s, self._give_up_connecting, curl, future)
        heard = False  # not future.done(): who is cancelled when the answer has just come never hears it
        try:
            answer = await future
            heard = True
            return answer
        finally:
            watch.cancel()
            post.end = None
            self._finish(curl, post, done=heard)

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

    def _cut(self, curl: pycurl.Curl, future: "asyncio.Future[Answer]", why: str) -> None:
        running, post = self._running.get(curl, (None, None))
        if running is not future or post is None or future.done():
            return
        post.was_cut = True
        future.set_result(post.result(why, sent=self._is_sent(curl, post)))

    def _finish(self, curl: pycurl.Curl, post: Post, *, done: bool) -> None:
        self._running.pop(curl, None)
        if self._curls.is_closed:
            curl.close()
            return
        if not done and post.on_sent and curl.getinfo(pycurl.REQUEST_SIZE) > 0:
            post.on_sent()
        self._curls.remove(curl)
        curl.reset()
        self._idle.append(curl)

    def _set_up(self, curl: pycurl.Curl, post: Post) -> None:
        limits = self._limits
        connect_s = limits.connect_s + (limits.tls_s if post.url.startswith("https:") else 0)
        told = [f"{name}: {value}" for name, value in post.headers.items()]
        for option, value in (
            *guarded_options(post.url, post, self._agent),
            (pycurl.POSTFIELDS, post.body),
            (pycurl.HTTPHEADER, [*told, "Expect:"]),
            (pycurl.CONNECTTIMEOUT_MS, round(connect_s * 1000)),
            (pycurl.TIMEOUT_MS, round(limits.whole_s * 1000)),
            (pycurl.PREREQFUNCTION, post.opened),
            (pycurl.HEADERFUNCTION, post.header),
            (pycurl.WRITEFUNCTION, post.wrote),
        ):
            curl.setopt(option, value)
        if self._resolve:
            curl.setopt(pycurl.RESOLVE, self._resolve)
        if self._trust.path:
            curl.setopt(pycurl.CAINFO, self._trust.path)

    def _settle(self, curl: pycurl.Curl, fault: str) -> None:
        future, post = self._running[curl]
        if not future.done():
            future.set_result(post.result(fault, sent=bool(fault) and self._is_sent(curl, post)))

    @staticmethod
    def _is_sent(curl: pycurl.Curl, post: Post) -> bool:
        """Counts the head too, so the last few bytes may be missing: then `sent` costs a word, no more."""
        return bool(curl.getinfo(pycurl.REQUEST_SIZE) > len(post.body))

    def close(self) -> None:
        """Frees the handles; whatever still runs ends without an answer."""
        if self._curls.is_closed:
            return
        for curl, (future, post) in self._running.items():
            self._curls.remove(curl)
            if not future.done():
                future.set_result(post.result("the channel was closed"))
        for curl in self._idle:
            curl.close()
        self._idle.clear()
        self._curls.close()
        self._trust.close()
