"""`/api/v1/wire` answered from an edge's own ring, so that another edge can follow this one: a tree of edges.

As at the origin: `?after=CURSOR&limit=N&wait=S` or `?last=N`, filters as on the stream. What lies further
back than the ring is 410 here and still to be had at the origin. The port is public: a page ends after 500
events or 1 MiB, and `next` goes on from there; only who shows the edges' secret gets more at once.
"""

import asyncio
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from dateline.core.errors import BadInput
from dateline.core.filters import Filter, parse_query
from dateline.edge.answers import plain
from dateline.edge.bus.over_http import BEHIND, KEYS
from dateline.edge.bus.port import Bus, CursorBad, CursorGone
from dateline.edge.hub import Hub
from dateline.edge.request import BadRequest, Request
from dateline.edge.ring import Entry
from dateline.edge.tally import source_of

WIRE_PATH: Final = "/api/v1/wire"
_LIMIT: Final = 100
_MOST: Final = 10_000  # with the edges' secret
_MOST_ROWS: Final = 500
_MOST_BYTES: Final = 1024 * 1024
_MOST_LOOKS: Final = 20_000  # words of the question times rows: some 3 ms, in which nobody else is served
_LONG_BYTES: Final = 256 * 1024 * 1024
_LONGEST_WAIT_S: Final = 25.0
_CHECKED_S: Final = 10.0
_CURSOR: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BEARER: Final = "Bearer "
_PROBLEMS: Final = {
    400: ("bad-query", "The question cannot be read"),
    410: ("cursor-too-old", "This edge no longer reaches that cursor"),
    503: ("unavailable", "The log cannot be read now"),
}
Route = Callable[[Request, str], Awaitable[bytes]]
Keys = Callable[[Iterable[str]], Sequence[Mapping[str, Any]]]


def wire_route(hub: Hub, bus: Bus, keys_of: Keys = lambda cursors: [], *, secret: str = "") -> Route:
    """The route of one edge. `keys_of`: keys of text sent ahead that came with the events of cursors.
    `secret`: what edges share; empty: nobody gets longer pages.
    """

    async def route(request: Request, peer: str) -> bytes:
        if request.method != "GET":
            raise BadRequest(405, "the log is read with GET")
        try:
            source = None if _is_edge(request, secret) else source_of(peer)
            return await _page(hub, bus, request.query, keys_of, source)
        except BadInput as error:
            return _problem(400, str(error))
        except CursorBad:
            return _problem(400, "not a cursor of this wire; use one that it sent, unchanged")
        except CursorGone:
            return _problem(410, "ask the origin, which reaches further back, or start again without one")
        except OSError:
            return _problem(503, "this edge has not come so far yet; try again in a few seconds")

    return route


def _is_edge(request: Request, secret: str) -> bool:
    shown = request.headers.get("authorization", "").removeprefix(_BEARER)
    return bool(secret) and hmac.compare_digest(shown.encode(), secret.encode())


async def _page(hub: Hub, bus: Bus, query: str, keys_of: Keys, source: str | None) -> bytes:
    long = source is None  # another edge
    wanted, others = parse_query(query, besides=("after", "last", "limit", "wait"))
    most = _MOST if long else max(1, min(_MOST_ROWS, _MOST_LOOKS // max(1, wanted.words)))
    last, limit = min(most, _count(others, "last")), min(most, _count(others, "limit") or _LIMIT)
    wait_s, after = _seconds(others.get("wait", "0")), others.get("after", "")
    if last and after:
        raise BadInput("ask with `after` or with `last`, not with both", where="last")
    if not hub.filled.is_set():
        raise OSError
    start = after or hub.ring.base
    if after:
        await _must_reach(hub, bus, after)
    if wait_s and hub.ring.head == (start if not last else hub.ring.base):
        await hub.wait_for_news(hub.ring.head, wait_s, source)
    if last:
        found = hub.ring.last(last)
    elif start and not hub.ring.knows(start):
        raise CursorGone  # it left the ring while we waited
    else:
        found = (hub.ring.after(start) if start else hub.ring.last(limit))[:limit]
    found, taken = _within(found, wanted, newest=bool(last), most_bytes=_LONG_BYTES if long else _MOST_BYTES)
    end = found[-1].cursor if found else (after or hub.ring.head)
    behind = (hub.ring.behind(end) if end else 0) + hub.counts.lag_events
    keys = [] if last else keys_of(entry.cursor for entry in found)
    return _answer(taken, end, behind, keys)


async def _must_reach(hub: Hub, bus: Bus, after: str) -> None:
    """Raises CursorBad for what has no form of a cursor, CursorGone for what lies before the ring, OSError
    for what we have not heard of yet: whoever was ahead of us comes here from another edge.
    """
    if hub.ring.knows(after):
        return
    if not _CURSOR.fullmatch(after):
        raise CursorBad
    async with asyncio.timeout(_CHECKED_S), hub.checks:
        # While we stood in line it may have come.
        beyond = 0 if hub.ring.knows(after) else await bus.beyond(after)
    if hub.ring.knows(after):
        return
    if beyond >= len(hub.ring):
        raise CursorGone
    raise OSError


def _within(
    found: list[Entry], wanted: Filter, *, newest: bool, most_bytes: int
) -> tuple[list[Entry], list[Entry]]:
    """(those that one answer covers, those of them that were asked for): one at least, from the beginning or
    the newest.
    """
    covered: list[Entry] = []
    taken: list[Entry] = []
    size = 0
    for entry in reversed(found) if newest else found:
        if wanted.takes(entry.facts):
            size += len(entry.data)
            if taken and size > most_bytes:
                break
            taken.append(entry)
        covered.append(entry)
    return (covered[::-1], taken[::-1]) if newest else (covered, taken)


def _answer(taken: list[Entry], end: str, behind: int, keys: Sequence[Mapping[str, Any]]) -> bytes:
    rows = [b'{"cursor":%b,"event":%b}' % (json.dumps(entry.cursor).encode(), entry.data) for entry in taken]
    body = b'{"events":[%b],"next":%b}' % (b",".join(rows), json.dumps(end).encode())
    headers = [f"{BEHIND}: {behind}"]
    if keys:
        headers.append(f"{KEYS}: {json.dumps(keys, separators=(',', ':'))}")
    return plain(200, body.decode(), headers, media_type="application/json")


def _problem(status: int, detail: str) -> bytes:
    kind, title = _PROBLEMS[status]
    document: dict[str, Any] = {
        "type": f"urn:dateline:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    return plain(status, json.dumps(document, ensure_ascii=False), media_type="application/problem+json")


def _count(others: dict[str, str], name: str) -> int:
    text = others.get(name)
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) > 0):
        raise BadInput(f"'{text[:40]}' is not a count; give a whole number from 1", where=name)
    return min(int(text), _MOST)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise BadInput(f"'{text[:40]}' is not a number of seconds", where="wait")
    return min(value, _LONGEST_WAIT_S)
