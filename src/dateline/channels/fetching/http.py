"""One feed over HTTP(S): conditional, bounded in time and in unpacked bytes, every hop judged by the guard.

A redirect is followed by ourselves, five times at most, so that the guard sees each address and a login goes
to nobody but the host it was meant for.
"""

import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import pycurl

from dateline import __version__
from dateline.channels.address_guard import Networks, refusal
from dateline.channels.curl_loop import Judged, guarded_options, status_in
from dateline.channels.retry_after import wait_s
from dateline.core.clock import SystemClock
from dateline.intake.services.providers import Document, Fetched, Wanted

_MOST_HOPS: Final = 5
_CONNECT_MS: Final = 10_000
_SLOWEST: Final = (100, 20)
"""Bytes a second, and the seconds for which a server may stay below them."""
_HEAD_BYTES: Final = 64 * 1024
_PORTS: Final = {"http": (80, 8080), "https": (443, 8443)}
"""Others are dialled only in networks that the operator opened."""
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "application/json;q=0.9, */*;q=0.5"
)


@dataclass
class _Answer:
    """What has come so far. `fault` is what we ended it for."""

    most_bytes: int
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    head: int = 0
    fault: str = ""
    _packed: Any = None

    def header(self, line: bytes) -> int:
        """One line of the head; a new status line begins anew."""
        self.head += len(line)
        if self.head > _HEAD_BYTES:
            self.fault = f"its head is larger than {_HEAD_BYTES // 1024} KiB"
            return -1
        name, _, value = line.decode("latin-1").partition(":")
        if name.startswith("HTTP/"):
            self.status = status_in(name)
            self.headers.clear()
        elif name.strip():
            self.headers[name.strip().lower()] = value.strip()
        return len(line)

    def wrote(self, data: bytes) -> int:
        """Unpacks as it comes, and ends the transfer at the limit: a bomb is never held."""
        try:
            self.body += self._unpacked(data)
        except zlib.error:
            self.fault = "its gzip is damaged"
        if len(self.body) > self.most_bytes:
            self.fault = f"it is larger than {self.most_bytes // 1024 // 1024} MB"
        return -1 if self.fault else len(data)

    def _unpacked(self, data: bytes) -> bytes:
        coding = self.headers.get("content-encoding", "identity").lower()
        if coding in {"identity", ""}:
            return data
        if coding not in {"gzip", "x-gzip"}:
            self.fault = f"it is packed as '{coding[:40]}', which nobody asked for"
            return b""
        self._packed = self._packed or zlib.decompressobj(wbits=31)
        room = self.most_bytes + 1 - len(self.body)
        found: bytes = self._packed.decompress(data, max(1, room))
        if self._packed.eof and self._packed.unused_data.strip(b"\0"):
            self.fault = "something follows its gzip"
        return found

    @property
    def whole(self) -> bool:
        """Whether what was packed has come to its end."""
        return self._packed is None or bool(self._packed.eof)


@dataclass(frozen=True, slots=True)
class _Network:
    """What every hop is dialled with."""

    allowed: Networks
    ca_file: str
    stop: Callable[[], bool]


def fetch_http(
    wanted: Wanted, stop: Callable[[], bool], *, allowed: Networks = (), ca_file: str = ""
) -> Fetched:
    """The document at `wanted.address`. Never raises for what the network does."""
    network = _Network(allowed, ca_file, stop)
    url, secret, moved = wanted.address, wanted.secret, False
    left_s = wanted.whole_s
    for _ in range(_MOST_HOPS + 1):
        hop = _Hop(url, secret, _conditions(wanted) if url == wanted.address else [], left_s)
        answer = _Answer(wanted.most_bytes)
        fault, took_s = hop.ask(answer, network)
        left_s -= took_s
        if fault:
            return Fetched("failed", code=answer.status, words=f"{_host(url)}: {fault}")
        if answer.status not in _MOVED:
            return _judged(answer, url, moved=moved)
        onward = urljoin(url, answer.headers.get("location", ""))
        if not answer.headers.get("location") or not onward.startswith(("http://", "https://")):
            return Fetched("failed", code=answer.status, words=f"{_host(url)}: leads nowhere")
        if left_s <= 0:
            return Fetched("failed", code=answer.status, words="took too long on its way")
        if _origin(onward) != _origin(url):
            secret = b""
        url, moved = onward, moved or answer.status in {301, 308}
    return Fetched("failed", words=f"leads on more than {_MOST_HOPS} times")


def _conditions(wanted: Wanted) -> list[str]:
    found = [f"If-None-Match: {wanted.etag}"] if wanted.etag else []
    return [*found, f"If-Modified-Since: {wanted.last_modified}"] if wanted.last_modified else found


def _judged(answer: _Answer, url: str, *, moved: bool) -> Fetched:
    wait = wait_s(answer.headers.get("retry-after", ""), SystemClock().now())
    if answer.status == 304:
        return Fetched("unchanged", code=304, wait_s=wait)
    if answer.status != 200:
        gone = "; it is gone for good: remove the provider, or give its new address"
        words = f"{_host(url)} answers {answer.status}{gone if answer.status == 410 else ''}"
        return Fetched("failed", code=answer.status, words=words, wait_s=wait)
    if not answer.whole:
        return Fetched("failed", code=200, words=f"{_host(url)}: its gzip ends too early")
    name = urlsplit(url).path.rpartition("/")[2][:100] or "feed"
    return Fetched(
        "ok",
        code=200,
        words=f"it has moved for good to {url[:300]}; give that address" if moved else "",
        documents=(Document(name, bytes(answer.body)),),
        etag=answer.headers.get("etag", ""),
        last_modified=answer.headers.get("last-modified", ""),
        wait_s=wait,
    )


@dataclass(frozen=True, slots=True)
class _Hop:
    """One request on the way to the document."""

    url: str
    secret: bytes = field(repr=False)
    conditions: list[str]
    left_s: float

    def ask(self, answer: _Answer, network: _Network) -> tuple[str, float]:
        """(what went wrong or "", seconds it took)."""
        try:
            parts = urlsplit(self.url)
            usual = (parts.port or _PORTS[parts.scheme][0]) in _PORTS[parts.scheme]
        except (ValueError, KeyError):
            return "is no address that can be asked", 0.0
        if self.secret and parts.scheme == "http":
            usual = False  # a login in the clear only inside networks that the operator calls his own
        judged = Judged(partial(refusal, allowed=network.allowed, only_allowed=not usual))
        curl = pycurl.Curl()
        try:
            self._set_up(curl, judged, answer, network)
            curl.perform()
            return "", float(curl.getinfo(pycurl.TOTAL_TIME))
        except (pycurl.error, UnicodeError, ValueError) as error:
            if judged.refused:
                return f"is not asked: {judged.refused}", 0.0
            words = answer.fault or ("the wire is stopping" if network.stop() else str(error.args[-1]))
            return words, float(curl.getinfo(pycurl.TOTAL_TIME))
        finally:
            curl.close()

    def _set_up(self, curl: pycurl.Curl, judged: Judged, answer: _Answer, network: _Network) -> None:
        headers = [f"Accept: {_ACCEPT}", "Accept-Encoding: gzip", *self.conditions]
        if self.secret:
            headers.append(_login(self.secret))
        options: list[tuple[int, Any]] = [
            *guarded_options(self.url, judged, f"Dateline/{__version__}"),
            (pycurl.HTTPHEADER, headers),
            (pycurl.CONNECTTIMEOUT_MS, _CONNECT_MS),
            (pycurl.TIMEOUT_MS, max(1, round(self.left_s * 1000))),
            (pycurl.LOW_SPEED_LIMIT, _SLOWEST[0]),
            (pycurl.LOW_SPEED_TIME, _SLOWEST[1]),
            (pycurl.HEADERFUNCTION, answer.header),
            (pycurl.WRITEFUNCTION, answer.wrote),
            (pycurl.NOPROGRESS, 0),
            (pycurl.XFERINFOFUNCTION, lambda *_: 1 if network.stop() else 0),
        ]
        for option, value in options:
            curl.setopt(option, value)
        if network.ca_file:
            curl.setopt(pycurl.CAINFO, network.ca_file)


def _login(secret: bytes) -> str:
    """`Bearer TOKEN` as it is, `USER:PASSWORD` as Basic (RFC 7617). A line end would begin another."""
    text = secret.split(b"\n", 1)[0].strip()
    if text.lower().startswith(b"bearer "):
        return f"Authorization: {text.decode('latin-1')}"
    return f"Authorization: Basic {b64encode(text).decode()}"


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


def _host(url: str) -> str:
    """What may stand in a row: an address may hold a token."""
    try:
        return (urlsplit(url).hostname or "?")[:200]
    except ValueError:
        return "?"
