"""Reads one HTTP request head under hard limits; an edge answers GET only."""

from dataclasses import dataclass
from urllib.parse import urlsplit

LIMIT_BYTES = 8192
LIMIT_SECONDS = 10
_MOST_HEADERS = 64


class BadRequest(Exception):
    """The request cannot be served. `status` is the HTTP status to answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Request:
    """Method, path, query and headers (lower-case names)."""

    method: str
    path: str
    query: str
    headers: dict[str, str]


def parse_head(head: bytes) -> Request:
    """Parses a head that ends in an empty line. Raises BadRequest."""
    try:
        lines = head.decode("utf-8").split("\r\n")
        method, target, version = lines[0].split(" ")
    except ValueError:
        raise BadRequest(400, "not an HTTP/1.1 request") from None
    if version not in {"HTTP/1.1", "HTTP/1.0"}:
        raise BadRequest(505, "HTTP/1.1 only")
    rows = [line for line in lines[1:] if line]
    if len(rows) > _MOST_HEADERS:
        raise BadRequest(431, "too many headers")
    headers: dict[str, str] = {}
    for row in rows:
        name, colon, value = row.partition(":")
        if not colon or not name or name != name.strip():
            raise BadRequest(400, "malformed header")
        headers[name.lower()] = value.strip()
    if "content-length" in headers or "transfer-encoding" in headers:
        raise BadRequest(400, "no body is taken here")
    try:
        parts = urlsplit(target)
    except ValueError:
        raise BadRequest(400, "malformed address") from None
    return Request(method, parts.path, parts.query, headers)
