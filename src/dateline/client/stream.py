"""Follows `/stream`: resumes after a dropped line, catches up over `/api/v1/wire` when told to."""

import json
import random
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

from dateline.core.errors import BadInput, Unavailable

# Of our own: a program that seeds the shared generator would bring its clients back in step.
_JITTER = random.SystemRandom()
_READ_TIMEOUT_S = 120  # heartbeats come every 45 s; a line silent for longer is dead
_ASK_TIMEOUT_S = 30
_LONGEST_WAIT_S = 30.0
_LONGEST_RETRY_S = 300.0
_PAGE = 500
_FIRST_TRIES = 3
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_FOR_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Message:
    """One wire event with its cursor."""

    cursor: str
    event: Mapping[str, Any]


class Reset(Exception):
    """The edge cannot resume from our cursor."""


class Frames:
    """Messages of an SSE byte stream (HTML standard, server-sent events); keeps what it says of retrying,
    and the
    cursor of the last complete block, which may have held no event.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self.retry_s = 0.0
        self.cursor = ""

    def __iter__(self) -> Iterator[Message]:
        """Raises Reset on `event: reset`."""
        cursor, kind = "", ""
        data: list[str] = []
        for raw in self._lines:
            line = raw.decode("utf-8").rstrip("\r\n")
            if not line:
                if kind == "reset":
                    raise Reset
                self.cursor = cursor
                if data:
                    yield Message(cursor, json.loads("\n".join(data)))
                kind = ""
                data = []
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "id":
                cursor = value
            elif name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            elif name == "retry" and value.isdigit():
                self.retry_s = min(int(value) / 1000, _LONGEST_RETRY_S)


def follow(
    url: str, *, filters: Mapping[str, Sequence[str]] | None = None, after: str | None = None
) -> Iterator[Message]:
    """Events as they come, for ever, each once and in order.

    `url` is the address of the wire. Without `after` it begins with what comes next. Raises BadInput when
    the wire refuses filter or cursor, Unavailable when there is no wire at the address.
    """
    line = _Line(url, filters or {}, after)
    behind = False
    while True:
        try:
            if behind:
                yield from line.catch_up()
                behind = False
            yield from line.read()
        except Reset:
            behind = True
        except HTTPError as error:
            line.refused(error)
        except (OSError, HTTPException) as error:
            line.lost(error)
        time.sleep(line.wait_s())


class _Line:
    """One desktop's place in the stream over all its connections."""

    def __init__(self, url: str, filters: Mapping[str, Sequence[str]], after: str | None) -> None:
        self._url = url
        self._base = url.rstrip("/")
        self._query = {name: ",".join(values) for name, values in filters.items() if values}
        self._opener = _opener(self._base)
        self._after = after
        self._failures = 0
        self._reached = False
        self._retry_s = 0.0

    def read(self) -> Iterator[Message]:
        """Messages of one connection."""
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": self._after} if self._after else {})
        request = Request(f"{self._base}/stream?{urlencode(self._query)}", headers=headers)  # noqa: S310
        with self._opener.open(request, timeout=_READ_TIMEOUT_S) as answer:
            self._reached, self._failures = True, 0
            frames = Frames(answer)
            try:
                yield from frames
            finally:
                self._after = frames.cursor or self._after
                self._retry_s = frames.retry_s

    def catch_up(self) -> Iterator[Message]:
        """What followed our cursor, from the gapless log. Without a cursor nothing was promised."""
        if self._after:
            self._after = yield from catch_up(self._base, self._query, self._after, self._opener)

    def refused(self, error: HTTPError) -> None:
        """Raises for what will not become better by asking again."""
        with error:
            words = error.read(500).decode(errors="replace")
        if error.code == 400:
            raise BadInput(words, where=self._url) from None
        self._failures += 1
        if not self._reached and error.code < 500 and error.code not in _FOR_LATER:
            raise Unavailable(f"{self._url} answers {error.code}; is that the address of a wire?") from None
        self._give_up(f"it answers {error.code}")

    def lost(self, error: Exception) -> None:
        """Counts a dropped or failed connection."""
        self._failures += 1
        self._give_up(str(error))

    def _give_up(self, reason: str) -> None:
        if not self._reached and self._failures > _FIRST_TRIES:
            raise Unavailable(f"{self._url} does not answer ({reason}); is the wire running there?") from None

    def wait_s(self) -> float:
        """Full jitter over what the edge asked for: after its restart desktops must not come back in step."""
        longest = max(self._retry_s, min(_LONGEST_WAIT_S, 0.5 * 2.0 ** min(self._failures, 6)))
        return _JITTER.uniform(0, longest)


def _opener(base: str) -> OpenerDirector:
    """A proxy of the environment is passed by for this machine's own addresses."""
    return build_opener(ProxyHandler({})) if urlsplit(base).hostname in _LOOPBACK else build_opener()


def catch_up(
    base: str, query: Mapping[str, str], after: str, opener: OpenerDirector | None = None
) -> Generator[Message, None, str]:
    """Everything after the cursor from the gapless log, page by page; returns the cursor to go on from.

    Filters as on the stream. A cursor older than the log reaches begins with what there is.
    """
    door = opener or _opener(base)
    while True:
        page_query = dict(query) | {"limit": str(_PAGE)} | ({"after": after} if after else {})
        try:
            with door.open(f"{base}/api/v1/wire?{urlencode(page_query)}", timeout=_ASK_TIMEOUT_S) as answer:
                page = json.load(answer)
        except HTTPError as error:
            if error.code == 410 and after:
                error.close()
                after = ""
                continue
            raise
        for row in page["events"]:
            yield Message(row["cursor"], row["event"])
        if not page["next"] or page["next"] == after:
            return after
        after = page["next"]
