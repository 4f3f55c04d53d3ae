"""Any HTTP request on one event loop: libcurl's multi interface, woken by asyncio, every address judged.

Every connection is new (so every address is judged), no proxy of the environment is used, no redirect
followed (so no other host ever sees our login), no answer decompressed.
"""

import asyncio
import re
import socket
import ssl
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import pycurl

from dateline.core.clock import Instant

LONGEST_WAIT_S: Final = 3600.0
"""`Retry-After` is obeyed up to here: news is perishable."""
_ANSWER_BYTES: Final = 8 * 1024 * 1024
_SECONDS: Final = re.compile(r"^\d{1,9}$")
Judge = Callable[[str], str]
"""Says why an address must not be dialled, "" when it may be."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for connecting with TLS, and for one request from beginning to end."""

    connect_s: float = 8.0
    whole_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. `status` 0: no status line came, and `fault` says what happened instead.

    `refused` is the guard's word on an address it would not dial. `sent`: the request had left in full.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    fault: str = ""
    refused: str = ""
    sent: bool = False


@dataclass
class Request:
    """One request, and what is known of its answer so far. `headers` may hold a login: never in `repr`."""

    method: str
    url: str
    judge: Judge
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    on_sent: Callable[[], None] | None = None
    """Called when the request is cancelled after it had left in full."""
    status: int = 0
    _answer: bytearray = field(default_factory=bytearray, repr=False)
    _told: dict[str, str] = field(default_factory=dict, repr=False)
    _refused: str = ""
    _dialled: bool = False

    def opens(self, _purpose: int, address: Any) -> Any:
        """libcurl asks for a socket to this very address: the guard's moment."""
        where = str(address.addr[0])
        if words := self.judge(where):
            self._refused = words
            return pycurl.SOCKET_BAD
        self._dialled = True
        return _Handed(socket.socket(address.family, address.socktype, address.protocol))

    def header(self, line: bytes) -> None:
        """One line of the head; a new status line begins anew (100 Continue)."""
        name, _, value = line.decode("latin-1").partition(":")
        if name.startswith("HTTP/"):
            code = name.split(" ")[1:2]
            self.status = int(code[0]) if code and code[0].strip().isdigit() else 0
            self._told.clear()
        elif name.strip():
            self._told[name.strip().lower()] = value.strip()

    def wrote(self, data: bytes) -> int:
        """Keeps what fits; then ends the transfer."""
        room = _ANSWER_BYTES - len(self._answer)
        self._answer += data[:room]
        return len(data) if len(data) <= room else -1

    def response(self, fault: str, *, sent: bool) -> Response:
        """All of it so far."""
        status = self.status if self.status >= 200 else 0
        refused = "" if self._dialled else self._refused
        return Response(status, dict(self._told), bytes(self._answer), fault, refused, sent)


class _Handed:
    """A socket for libcurl, which keeps a duplicate of it; ours is closed once that is made."""

    def __init__(self, made: socket.socket) -> None:
        self._made = made

    def fileno(self) -> int:
        return self._made.fileno()

    def __del__(self) -> None:
        self._made.close()


class Requests:
    """The multi handle of one event loop."""

    def __init__(self, patience: Patience, *, agent: str, ca_file: str = "") -> None:
        self._patience, self._agent = patience, agent
        self._trust = Trust(ca_file)
        self.loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._watched: dict[int, int] = {}
        self._running: dict[pycurl.Curl, tuple[asyncio.Future[Response], Request]] = {}
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._closed = False

    async def send(self, request: Request) -> Response:
        """The answer, never an exception of the network."""
        curl = pycurl.Curl()
        try:
            self._set_up(curl, request)
        except (pycurl.error, UnicodeError, TypeError) as error:
            curl.close()
            return Response(fault=f"cannot be sent: {error}")
        future: asyncio.Future[Response] = self.loop.create_future()
        self._running[curl] = (future, request)
        self._multi.add_handle(curl)
        try:
            return await future
        finally:
            self._running.pop(curl, None)
            cancelled = not future.done() or future.cancelled()
            if cancelled and request.on_sent and not self._closed and _has_left(curl, request):
                request.on_sent()
            if not self._closed:
                self._multi.remove_handle(curl)
            curl.close()

    def _set_up(self, curl: pycurl.Curl, request: Request) -> None:
        told = [f"{name}: {value}" for name, value in request.headers.items()]
        options: list[tuple[int, Any]] = [
            (pycurl.URL, request.url),
            (pycurl.HTTPHEADER, [*told, "Expect:"]),
            (pycurl.USERAGENT, self._agent),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.PROXY, ""),  # an empty name also keeps libcurl from reading http_proxy and its like
            (pycurl.NOPROXY, "*"),
            (pycurl.FRESH_CONNECT, 1),
            (pycurl.FORBID_REUSE, 1),
            (pycurl.CONNECTTIMEOUT_MS, round(self._patience.connect_s * 1000)),
            (pycurl.TIMEOUT_MS, round(self._patience.whole_s * 1000)),
            (pycurl.NOSIGNAL, 1),
            (pycurl.DNS_CACHE_TIMEOUT, 0),
            (pycurl.OPENSOCKETFUNCTION, request.opens),
            (pycurl.HEADERFUNCTION, request.header),
            (pycurl.WRITEFUNCTION, request.wrote),
        ]
        if request.method in {"POST", "PUT"}:
            options.append((pycurl.POSTFIELDS, request.body))
        for option, value in options:
            curl.setopt(option, value)
        if request.method not in {"GET", "POST"}:
            curl.setopt(pycurl.CUSTOMREQUEST, request.method)
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
        future, request = self._running[curl]
        if not future.done():
            future.set_result(request.response(fault, sent=_has_left(curl, request)))

    def close(self) -> None:
        """Frees the handles; whatever still runs ends without an answer."""
        if self._closed:
            return
        for curl, (future, request) in self._running.items():
            self._multi.remove_handle(curl)
            if not future.done():
                future.set_result(request.response("the channel was closed", sent=_has_left(curl, request)))
        self._closed = True
        self._set_timer(-1)
        self._multi.close()
        self._trust.close()


def _has_left(curl: pycurl.Curl, request: Request) -> bool:
    """Whether head and body are out of our hands."""
    if not curl.getinfo(pycurl.REQUEST_SIZE):
        return False
    return int(curl.getinfo(pycurl.SIZE_UPLOAD_T)) >= len(request.body)


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


def asked_wait_s(response: Response, now: Instant) -> float | None:
    """Seconds that `Retry-After` asks for, given as seconds or as a date; at most an hour. None: unusable."""
    value = response.headers.get("retry-after", "").strip()
    if _SECONDS.match(value):
        return min(float(value), LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError):
        return None
    if until.tzinfo is None:  # `-0000`, which HTTP never means otherwise than as UTC
        until = until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), LONGEST_WAIT_S)
