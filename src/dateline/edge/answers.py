"""Heads and small answers of an edge, with what browsers of the wire's own pages may read (CORS)."""

from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import urlsplit

from dateline.edge.request import Request

_REASONS: Final = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    414: "URI Too Long",
    417: "Expectation Failed",
    426: "Upgrade Required",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
}
_PREFLIGHT: Final = (
    "Access-Control-Allow-Methods: GET",
    "Access-Control-Allow-Headers: authorization, cache-control, last-event-id",
    "Access-Control-Max-Age: 600",
)


def origin_of(url: str) -> str:
    """The origin of an address as browsers write it (RFC 6454): no path, no default port."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in {None, default} else "")


def cors(request: Request | None, allowed: Collection[str]) -> tuple[str, ...]:
    """Headers that let an allowed page read the answer, its refusals too; with its cookie if it sends one."""
    origin = request.headers.get("origin") if request else None
    if origin is None or origin not in allowed:
        return ("Vary: Origin",)
    return (
        f"Access-Control-Allow-Origin: {origin}",
        "Access-Control-Allow-Credentials: true",
        "Access-Control-Expose-Headers: Retry-After",
        "Vary: Origin",
    )


def plain(
    status: int, text: str = "", headers: Iterable[str] = (), *, media_type: str = "text/plain; charset=utf-8"
) -> bytes:
    """A whole answer, after which the connection closes. 429 and 503 say when to come again."""
    body = text.encode()
    lines = [
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
        *headers,
    ]
    if status in {429, 503} and not any(line.startswith("Retry-After:") for line in lines):
        lines.append("Retry-After: 5")
    if status == 204:
        del lines[1:3]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def preflight(request: Request, allowed: Collection[str]) -> bytes:
    """The answer to OPTIONS: only allowed pages learn anything."""
    known = cors(request, allowed)
    return plain(204, headers=(*known, *_PREFLIGHT) if len(known) > 1 else known)


def stream_head(cors_headers: Iterable[str] = ()) -> bytes:
    """The head of a stream of server-sent events, and the first pause before a come-back."""
    lines = [
        "HTTP/1.1 200 OK",
        "Content-Type: text/event-stream; charset=utf-8",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "X-Accel-Buffering: no",
        "Connection: close",
        *cors_headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + b"retry: 2000\n\n"
