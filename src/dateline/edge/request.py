"""Reads one HTTP request head under hard limits (RFC 9112); an edge takes no body.

What is malformed is refused rather than guessed at: an edge that reads a head otherwise than a proxy before
it could be made to serve one visitor with another's rights.
"""

import re
from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import unquote_to_bytes

LIMIT_BYTES: Final = 8192
LIMIT_SECONDS: Final = 10
_MOST_HEADERS = 64
_LONGEST_TARGET = 6144
_LONGEST_LINE = 4096
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_METHOD = re.compile(rb"[A-Z]{1,20}")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_UNFIT = re.compile(rb"[\x00-\x20\x7f#]")
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._~%-]{1,253})?(:[0-9]{0,5})?")
_ABSOLUTE = re.compile(rb"(?i)https?://([^/?]*)(.*)", re.DOTALL)
_LISTS = frozenset(
    {b"accept", b"accept-encoding", b"accept-language", b"cache-control", b"connection", b"upgrade",
     b"sec-websocket-extensions", b"sec-websocket-protocol", b"via", b"x-forwarded-for", b"forwarded", b"te",
     b"pragma", b"x-forwarded-proto"}
)  # fmt: skip


class BadRequest(Exception):
    """The request cannot be served. `status` is the HTTP status to answer, `headers` go with it."""

    def __init__(self, status: int, message: str, headers: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Request:
    """Method, decoded path, query as it came, headers (lower-case names), and whether it is HTTP/1.1."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    keeps: bool = True


class Head:
    """Collects the head of one connection, byte by byte if need be.

    `feed` returns the request once it is whole, with what came behind it.
    """

    __slots__ = ("_data", "rest")

    def __init__(self) -> None:
        self._data = bytearray()
        self.rest = b""

    def feed(self, data: bytes) -> Request | None:
        """None while the head is not whole. Raises BadRequest as soon as it can no longer become one."""
        seen = len(self._data)
        self._data += data
        if self._data[:2] == b"\r\n":
            del self._data[:2]  # RFC 9112, 2.2: left over from somebody's last request
            seen = max(0, seen - 2)
        if self._data and not (65 <= self._data[0] <= 90 or self._data == b"\r"):
            _refuse("this port speaks HTTP/1.1" + (", not TLS" if self._data[0] == 0x16 else ""))
        end = self._data.find(b"\r\n\r\n", max(0, seen - 3))
        if end < 0 or end + 4 > LIMIT_BYTES:
            if len(self._data) > LIMIT_BYTES - 4:
                raise BadRequest(431, f"the request head is larger than {LIMIT_BYTES} bytes")
            return None
        self.rest = bytes(self._data[end + 4 :])
        return parse_head(bytes(self._data[: end + 4]))


def parse_head(head: bytes) -> Request:
    """Parses a head that ends in an empty line. Raises BadRequest."""
    if len(head) > LIMIT_BYTES:
        raise BadRequest(431, f"the request head is larger than {LIMIT_BYTES} bytes")
    if not head.endswith(b"\r\n\r\n"):
        _refuse("the request head does not end in an empty line")
    first, *rows = head[:-4].split(b"\r\n")
    method, target, version = _request_line(first)
    headers = _headers(rows)
    path, query = _address(target)
    _check(headers, version)
    return Request(method, path, query, headers, version == b"HTTP/1.1")


def _request_line(line: bytes) -> tuple[str, bytes, bytes]:
    parts = line.split(b" ")
    if len(parts) != 3 or not _METHOD.fullmatch(parts[0]):
        _refuse("not an HTTP/1.1 request")
    method, target, version = parts
    if version not in {b"HTTP/1.1", b"HTTP/1.0"}:
        if re.fullmatch(rb"HTTP/[0-9](\.[0-9])?", version):
            raise BadRequest(505, "HTTP/1.1 only")
        _refuse("not an HTTP/1.1 request")
    if len(target) > _LONGEST_TARGET:
        raise BadRequest(414, f"the address is longer than {_LONGEST_TARGET} bytes")
    return method.decode("ascii"), target, version


def _headers(rows: list[bytes]) -> dict[str, str]:
    if len(rows) > _MOST_HEADERS:
        raise BadRequest(431, f"more than {_MOST_HEADERS} header lines")
    found: dict[str, str] = {}
    for row in rows:
        if len(row) > _LONGEST_LINE:
            raise BadRequest(431, f"a header line is longer than {_LONGEST_LINE} bytes")
        if row[:1] in {b" ", b"\t"}:
            _refuse("folded header lines are not taken (RFC 9112, 5.2)")
        name, colon, value = row.partition(b":")
        if not colon or not _TOKEN.fullmatch(name):
            _refuse("malformed header line; write NAME: VALUE")
        if _CONTROL.search(value):
            _refuse("a control character in a header")
        _put(found, name.lower(), value.strip(b" \t").decode("latin-1"))
    return found


def _put(found: dict[str, str], name: bytes, value: str) -> None:
    key = name.decode("ascii")
    if key not in found:
        found[key] = value
    elif name == b"cookie":
        found[key] += "; " + value
    elif name in _LISTS:
        found[key] += ", " + value
    else:
        _refuse(f"the header {key} came twice")


def _address(target: bytes) -> tuple[str, str]:
    """(decoded path, query) of origin form or absolute form; both must be clean UTF-8."""
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute:
        if not _HOST.fullmatch(absolute[1].decode("latin-1")):
            _refuse("malformed host in the address")
        target = absolute[2] if absolute[2][:1] == b"/" else b"/" + absolute[2]
    if target[:1] != b"/" or _UNFIT.search(target):
        _refuse("malformed address; it begins with / and holds no blank")
    if _BAD_PERCENT.search(target):
        _refuse("a % in the address that is not followed by two hexadecimal digits")
    path, _, query = target.partition(b"?")
    decoded = unquote_to_bytes(path)
    if _CONTROL.search(decoded):
        _refuse("a control character in the address")
    try:
        return decoded.decode("utf-8"), query.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("the address is not UTF-8")


def _check(headers: dict[str, str], version: bytes) -> None:
    host = headers.get("host")
    if host is None and version == b"HTTP/1.1":
        _refuse("the header host is missing")
    if host is not None and not _HOST.fullmatch(host):
        _refuse("malformed host")
    if "transfer-encoding" in headers or headers.get("content-length", "0") != "0":
        _refuse("no body is taken here")
    if "expect" in headers:
        raise BadRequest(417, "no body is taken here, so there is nothing to expect")


def _refuse(message: str) -> NoReturn:
    raise BadRequest(400, message)
