"""Any HTTP request on one event loop, every address judged: see `channels.curl_loop`.

No redirect is followed, so that no other host ever sees our login; no answer is decompressed.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pycurl

from dateline.channels.curl_loop import CurlLoop, Judge, Judged, Trust, guarded_options, status_in
from dateline.channels.retry_after import wait_s
from dateline.core.clock import Instant

_ANSWER_BYTES: Final = 8 * 1024 * 1024


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


class Request(Judged):
    """One request, and what is known of its answer so far. `headers` may hold a login: no `repr` shows them.

    `on_sent` is called when it is cancelled after it had left in full.
    """

    __slots__ = ("_answer", "_told", "body", "headers", "method", "on_sent", "status", "url")

    def __init__(
        self,
        method: str,
        url: str,
        *,
        judge: Judge,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        on_sent: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(judge)
        self.method, self.url, self.headers, self.body = method, url, headers or {}, body
        self.on_sent = on_sent
        self.status = 0
        self._answer = bytearray()
        self._told: dict[str, str] = {}

    def header(self, line: bytes) -> None:
        """One line of the head; a new status line begins anew (100 Continue)."""
        name, _, value = line.decode("latin-1").partition(":")
        if name.startswith("HTTP/"):
            self.status = status_in(name)
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
        return Response(status, dict(self._told), bytes(self._answer), fault, self.refused, sent)


class Requests:
    """The multi handle of one event loop."""

    def __init__(self, patience: Patience, *, agent: str, ca_file: str = "") -> None:
        self._patience, self._agent = patience, agent
        self._trust = Trust(ca_file)
        self._curls = CurlLoop(self._settle)
        self.loop = self._curls.loop
        self._running: dict[pycurl.Curl, tuple[asyncio.Future[Response], Request]] = {}

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
        self._curls.add(curl)
        heard = False  # not future.done(): who is cancelled when the answer has just come never hears it
        try:
            response = await future
            heard = True
            return response
        finally:
            self._running.pop(curl, None)
            if not heard and request.on_sent and not self._curls.is_closed and _has_left(curl, request):
                request.on_sent()
            if not self._curls.is_closed:
                self._curls.remove(curl)
            curl.close()

    def _set_up(self, curl: pycurl.Curl, request: Request) -> None:
        told = [f"{name}: {value}" for name, value in request.headers.items()]
        options = [
            *guarded_options(request.url, request, self._agent),
            (pycurl.HTTPHEADER, [*told, "Expect:"]),
            (pycurl.CONNECTTIMEOUT_MS, round(self._patience.connect_s * 1000)),
            (pycurl.TIMEOUT_MS, round(self._patience.whole_s * 1000)),
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

    def _settle(self, curl: pycurl.Curl, fault: str) -> None:
        future, request = self._running[curl]
        if not future.done():
            future.set_result(request.response(fault, sent=_has_left(curl, request)))

    def close(self) -> None:
        """Frees the handles; whatever still runs ends without an answer."""
        if self._curls.is_closed:
            return
        for curl, (future, request) in self._running.items():
            self._curls.remove(curl)
            if not future.done():
                future.set_result(request.response("the channel was closed", sent=_has_left(curl, request)))
        self._curls.close()
        self._trust.close()


def _has_left(curl: pycurl.Curl, request: Request) -> bool:
    """Whether head and body are out of our hands."""
    if not curl.getinfo(pycurl.REQUEST_SIZE):
        return False
    return int(curl.getinfo(pycurl.SIZE_UPLOAD_T)) >= len(request.body)


def asked_wait_s(response: Response, now: Instant) -> float | None:
    """Seconds that the answer asks us to wait; None when it does not, or not so that it can be read."""
    return wait_s(response.headers.get("retry-after", ""), now)
