"""One FTP endpoint: a libcurl handle whose connection is kept, used by one thread at a time."""

import io
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, Literal
from urllib.parse import quote

import pycurl

from dateline.channels.address_guard import Networks, refusal
from dateline.channels.curl_loop import Handed
from dateline.channels.filedrop.drop import Drop, DropFile
from dateline.channels.filedrop.outcome import DropFault
from dateline.channels.ftp.rules import STALE, fault
from dateline.core.drops import DropAddress

_CONNECT_S: Final = 10
_ANSWER_S: Final = 20
_IMPLICIT: Final = 990
_DIRS_RETRY: Final = 2  # CURLFTP_CREATE_DIR_RETRY
_REFUSALS: Final = frozenset({500, 502, 504})
"""The server does not know the command at all."""

Mode = Literal["rename", "replace", "plain"]
"""Rename over the old file; delete it first; or no rename, final name and an empty `.done`."""


@dataclass(frozen=True, slots=True)
class Trust:
    """One PEM file with every authority, and the private networks that may be dialled.

    A file, because libcurl keeps the parsed store of a file and parses other forms anew for every data
    connection (13 ms each of our time, measured).
    """

    authorities: str
    allowed: Networks


class Session:
    """An endpoint's connection. `put` runs in a thread; `abort` may be called from any other."""

    def __init__(self, to: DropAddress, secret: bytes, trust: Trust) -> None:
        self._to, self._secret, self._trust = to, secret, trust
        self._curl: pycurl.Curl | None = None
        self._used = False
        self._mode: Mode = "rename"
        self._guard = ""
        self._reply = b""
        self._aborted = threading.Event()
        self.idle_since = monotonic()
        self.connects = 0

    def put(self, drop: Drop, on_sent: Callable[[], None]) -> str:
        """Puts the files, text last, and says how. Raises DropFault."""
        try:
            for file in drop.files:
                self._file(file, on_sent if file is drop.text else None)
        finally:
            self.idle_since = monotonic()
            if self._aborted.is_set():
                self.close()
        return f"written as {drop.text.name}" + (f" with {drop.text.done}" if self._mode == "plain" else "")

    def abort(self) -> None:
        """Ends a transfer under way within about a second; this session is not used again."""
        self._aborted.set()

    def close(self) -> None:
        """Ends the connection."""
        if self._curl is not None:
            self._curl.close()
            self._curl = None
        self._used = False

    def _file(self, file: DropFile, on_sent: Callable[[], None] | None) -> None:
        rename = [f"RNFR {file.part}", f"RNTO {file.name}"]
        if self._mode == "rename" and not self._renamed(file, rename, on_sent):
            self._mode = "replace" if self._code() not in _REFUSALS else "plain"
        if self._mode == "replace" and not self._renamed(file, [f"*DELE {file.name}", *rename], on_sent):
            self._mode = "plain"
        if self._mode == "plain":
            begin = [f"*DELE {file.part}", f"*DELE {file.done}"]
            self._upload(file, file.name, file.data, on_sent, before=begin)
            try:
                self._upload(file, file.done, b"", None)
            except DropFault as broken:
                # The text itself is there, whole (I3).
                broken.lost = broken.lost or (on_sent is not None and not broken.code)
                raise

    def _renamed(self, file: DropFile, after: Sequence[str], on_sent: Callable[[], None] | None) -> bool:
        """False where the server refused to rename."""
        try:
            self._upload(file, file.part, file.data, on_sent, after=after)
        except _Refused:
            return False
        return True

    def _upload(
        self,
        file: DropFile,
        name: str,
        data: bytes,
        on_sent: Callable[[], None] | None,
        *,
        before: Sequence[str] = (),
        after: Sequence[str] = (),
    ) -> None:
        """One transfer; again on a new connection where the kept one turns out to have been closed."""
        for last in (False, True):
            source = _Source(data, on_sent)
            was_used = self._used
            curl = self._ready(file, name, source, before, after)
            try:
                curl.perform()
            except pycurl.error as error:
                number, words = _of(error)
                if self._aborted.is_set():
                    raise DropFault("stopped amid the transfer", lost=source.ended) from None
                if number == pycurl.E_QUOTE_ERROR and self._code() >= 400:
                    self._used = True
                    raise _Refused from None
                if number in STALE:
                    self.close()
                    if was_used and not last:
                        continue
                raise fault(
                    number, self._code(), self._reply or words.encode(), self._guard, lost=source.ended
                ) from None
            self._used = True
            return

    def _code(self) -> int:
        return int(self._curl.getinfo(pycurl.RESPONSE_CODE)) if self._curl is not None else 0

    def _ready(
        self, file: DropFile, name: str, source: "_Source", before: Sequence[str], after: Sequence[str]
    ) -> pycurl.Curl:
        curl = self._curl = self._curl or pycurl.Curl()
        curl.reset()  # keeps the connection
        self._guard, self._reply = "", b""
        folders = [*self._to.folder, *file.folder]
        implicit = self._to.channel == "ftps" and self._to.port == _IMPLICIT
        path = "/".join(quote(part, safe="") for part in (*folders, name))
        host = f"[{self._to.host}]" if ":" in self._to.host else self._to.host
        options: list[tuple[int, Any]] = [
            (pycurl.URL, f"{'ftps' if implicit else 'ftp'}://{host}:{self._to.port}/{path}"),
            (pycurl.USERNAME, self._to.user or "anonymous"),
            (pycurl.PASSWORD, self._secret or b"anonymous"),
            (pycurl.UPLOAD, 1),
            (pycurl.READFUNCTION, source.read),
            (pycurl.INFILESIZE_LARGE, len(source.data)),
            (pycurl.PREQUOTE, list(before)),
            (pycurl.POSTQUOTE, list(after)),
            (pycurl.FTP_CREATE_MISSING_DIRS, _DIRS_RETRY if file.folder else 0),
            (pycurl.FTP_SKIP_PASV_IP, 1),
            (pycurl.PROTOCOLS, pycurl.PROTO_FTP | pycurl.PROTO_FTPS),
            (pycurl.PROXY, ""),  # an empty name also keeps libcurl from reading ftp_proxy and its like
            (pycurl.NOPROXY, "*"),
            (pycurl.CONNECTTIMEOUT, _CONNECT_S),
            (pycurl.FTP_RESPONSE_TIMEOUT, _ANSWER_S),
            (pycurl.LOW_SPEED_LIMIT, 1000),
            (pycurl.LOW_SPEED_TIME, _ANSWER_S),
            (pycurl.NOSIGNAL, 1),
            (pycurl.DNS_CACHE_TIMEOUT, 0),
            (pycurl.OPENSOCKETFUNCTION, self._opens),
            (pycurl.HEADERFUNCTION, self._heard),
            (pycurl.WRITEFUNCTION, lambda _: None),
            (pycurl.NOPROGRESS, 0),
            (pycurl.XFERINFOFUNCTION, lambda *_: int(self._aborted.is_set())),
        ]
        if self._to.channel == "ftps":
            options += [
                (pycurl.USE_SSL, pycurl.USESSL_ALL),
                (pycurl.CAINFO, self._trust.authorities),
            ]
        for option, value in options:
            curl.setopt(option, value)
        return curl

    def _opens(self, purpose: int, address: Any) -> Any:
        """libcurl asks for a socket to this very address, for control and data alike: the guard's moment."""
        if words := refusal(str(address.addr[0]), self._trust.allowed):
            self._guard = words
            return pycurl.SOCKET_BAD
        self.connects += 1
        return Handed(socket.socket(address.family, address.socktype, address.protocol))

    def _heard(self, line: bytes) -> None:
        self._reply = line


class _Source:
    """What is uploaded, read by libcurl."""

    def __init__(self, data: bytes, on_sent: Callable[[], None] | None) -> None:
        self.data = data
        self._file = io.BytesIO(data)
        self._on_sent = on_sent
        self.ended = False

    def read(self, size: int) -> bytes:
        found = self._file.read(size)
        if self._file.tell() == len(self.data) and not self.ended:
            self.ended = True
            if self._on_sent is not None:
                self._on_sent()
        return found


class _Refused(Exception):
    """The server said no to a command after the transfer."""


def _of(error: pycurl.error) -> tuple[int, str]:
    """libcurl's number and its words."""
    number, *words = error.args
    return int(number), " ".join(map(str, words))
