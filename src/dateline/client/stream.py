"""Follows `/stream`: resumes after a dropped line, catches up over `/api/v1/wire` when the edge says reset."""

import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from dateline.core.errors import BadInput, Unavailable

_READ_TIMEOUT_S = 120  # heartbeats come every 45 s; a line silent for longer is dead
_LONGEST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Message:
    """One wire event with its cursor."""

    cursor: str
    event: Mapping[str, Any]


class Reset(Exception):
    """The edge cannot resume from our cursor."""


def follow(
    url: str, *, filters: Mapping[str, Sequence[str]] | None = None, after: str | None = None
) -> Iterator[Message]:
    """Events as they come, for ever, each once and in order.

    `url` is the address of the wire. Raises BadInput when the wire refuses filter or cursor, Unavailable when it was
    never reached.
    """
    base = url.rstrip("/")
    query = {name: ",".join(values) for name, values in (filters or {}).items() if values}
    failures, reached = 0, False
    while True:
        try:
            for message in _read(base, query, after):
                reached, failures, after = True, 0, message.cursor
                yield message
            reached = True
        except Reset:
            for message in catch_up(base, query, after):
                after = message.cursor
                yield message
        except HTTPError as error:
            if error.code == 400:
                raise BadInput(error.read(500).decode(errors="replace"), where=url) from None
            failures += 1
        except (URLError, OSError, HTTPException) as error:
            failures += 1
            if not reached and failures > 3:
                raise Unavailable(f"{url} does not answer ({error}); is the wire running there?") from None
        # Full jitter: after an edge's restart its desktops must not come back in step.
        time.sleep(random.uniform(0, min(_LONGEST_WAIT_S, 0.5 * 2 ** min(failures, 6))))  # noqa: S311


def _read(base: str, query: Mapping[str, str], after: str | None) -> Iterator[Message]:
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
    request = Request(f"{base}/stream?{urlencode(query)}", headers=headers)  # noqa: S310  the caller names the wire
    with urlopen(request, timeout=_READ_TIMEOUT_S) as answer:  # noqa: S310
        yield from parse_frames(answer)


def parse_frames(lines: HTTPResponse | Iterator[bytes]) -> Iterator[Message]:
    """Messages of an SSE byte stream (HTML standard, server-sent events). Raises Reset on `event: reset`."""
    cursor, kind, data = "", "", []  # type: ignore[var-annotated]
    for raw in lines:
        line = raw.decode("utf-8").rstrip("\r\n")
        if not line:
            if kind == "reset":
                raise Reset
            if data:
                yield Message(cursor, json.loads("\n".join(data)))
            kind, data = "", []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            cursor = value
        elif name == "event":
            kind = value
        elif name == "data":
            data.append(value)


def catch_up(base: str, query: Mapping[str, str], after: str | None) -> Iterator[Message]:
    """Everything after the cursor from the gapless log, page by page. Filters as on the stream."""
    while True:
        page_query = dict(query) | {"limit": "500"} | ({"after": after} if after else {})
        try:
            with urlopen(f"{base}/api/v1/wire?{urlencode(page_query)}", timeout=30) as answer:  # noqa: S310
                page = json.load(answer)
        except HTTPError as error:
            if error.code == 410:
                after = None  # older than the log reaches: begin with what there is
                continue
            raise
        for row in page["events"]:
            yield Message(row["cursor"], row["event"])
        if not page["next"] or page["next"] == after:
            return
        after = page["next"]
