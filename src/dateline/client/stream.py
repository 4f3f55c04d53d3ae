"""Follows `/stream`: resumes after a dropped line, catches up over `/api/v1/wire` when told to."""

import json
import random
import socket
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from dateline.client.frames import Frames, Message, Reset
from dateline.client.keys import WireKeys
from dateline.client.passes import Passes, Secret
from dateline.client.staged import KINDS, Staged
from dateline.client.text import fetched
from dateline.core.errors import BadInput, Unavailable

__all__ = ["Frames", "Message", "Reset", "Stream", "catch_up", "follow"]

# Of our own: a program that seeds the shared generator would bring its clients back in step.
_JITTER = random.SystemRandom()
_READ_TIMEOUT_S = 150  # heartbeats come at least every 60 s; a line silent for longer is dead
_ASK_TIMEOUT_S = 30
_LONGEST_WAIT_S = 30.0
_LONGEST_RETRY_S = 300.0
_PAGE = 500
_FIRST_TRIES = 3
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_FOR_LATER = frozenset({408, 425, 429})


def follow(
    url: str,
    *,
    filters: Mapping[str, Sequence[str]] | None = None,
    after: str | None = None,
    token: Secret = None,
) -> Iterator[Message]:
    """Events as they come, for ever, each once and in order: `Stream` for who needs nothing else of it."""
    return iter(Stream(url, filters=filters, after=after, token=token))


class Stream:
    """Events as they come, for ever, each once and in order. Iterate over it once; `close()` from any thread
    ends the iteration.

    `url` is the address of the wire. Without `after` it begins with what comes next. `token`: a desktop key,
    a pass, or the path of a file that holds one. `prestage`: take text sent ahead (the pass must grant it).
    Iterating raises BadInput when the wire refuses filter or cursor, Unavailable when there is no wire at the
    address or it refuses the pass.
    """

    def __init__(
        self,
        url: str,
        *,
        filters: Mapping[str, Sequence[str]] | None = None,
        after: str | None = None,
        token: Secret = None,
        prestage: bool = False,
    ) -> None:
        self._url, self._base = url, url.rstrip("/")
        self._query = {name: ",".join(values) for name, values in (filters or {}).items() if values}
        self._opener = _opener(self._base)
        self._passes = Passes(self._base, token, self._opener)
        self._keys = WireKeys(self._base, self._opener)
        self._staged = Staged(self._keys.lets_out) if prestage else None
        self._after = after
        self._failures = 0
        self._reached = False
        self._retry_s = 0.0
        self._closed = threading.Event()
        self._answer: HTTPResponse | None = None

    @property
    def cursor(self) -> str:
        """Behind everything that was given out: keep it, and give it as `after` to go on from here."""
        return self._after or ""

    def text(self, message: Message) -> Mapping[str, Any] | None:
        """The text of an event: what was sent ahead, else fetched from the API. None when it is out no more.
        Raises Unavailable when it cannot be had, or is not what the event names.
        """
        return message.body if message.body is not None else fetched(self._base, message.event, self._opener)

    def close(self) -> None:
        """Ends the iteration, also one that waits for the wire."""
        self._closed.set()
        if self._answer is not None:
            with suppress(OSError, AttributeError, ValueError):
                # Shut down, not closed: the file belongs to the thread that reads it.
                raw: Any = self._answer.fp.raw
                raw._sock.shutdown(socket.SHUT_RDWR)

    def __iter__(self) -> Iterator[Message]:
        behind = False
        while not self._closed.is_set():
            try:
                if behind:
                    yield from self._caught_up()
                    behind = False
                yield from self._read()
            except Reset:
                behind = True
            except HTTPError as error:
                self._refused(error)
            except (OSError, HTTPException) as error:
                self._lost(error)
            self._pause(self._wait_s())

    def _pause(self, seconds: float) -> None:
        self._closed.wait(seconds)

    def _read(self) -> Iterator[Message]:
        """Messages of one connection."""
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": self._after} if self._after else {})
        query = self._query | ({"prestage": "1"} if self._staged is not None else {})
        request = Request(  # noqa: S310
            f"{self._base}/stream?{urlencode(query)}", headers=headers | self._passes.headers()
        )
        if self._staged is not None:
            self._keys.learn()
        with self._opener.open(request, timeout=_READ_TIMEOUT_S) as answer:
            self._answer = answer
            self._reached, self._failures = True, 0
            frames = Frames(answer)
            try:
                for message in frames:
                    if self._closed.is_set():
                        return
                    if (found := self._opened(message)) is not None:
                        # Before it is given out: whoever keeps the cursor inside the loop has this one.
                        self._after = found.cursor or self._after
                        yield found
            finally:
                self._answer = None
                self._after = frames.cursor or self._after
                self._retry_s = frames.retry_s

    def _opened(self, message: Message) -> Message | None:
        """The event with its text, when it was sent ahead; None for what only prepares that."""
        if message.event.get("type") in KINDS:
            if self._staged is not None:
                self._staged.take(message.event)
            return None
        if self._staged is None:
            return message
        return Message(message.cursor, message.event, self._staged.body_of(message.event))

    def _caught_up(self) -> Iterator[Message]:
        """What followed our cursor, from the gapless log. Without a cursor nothing was promised."""
        if self._after:
            for message in catch_up(self._base, self._query, self._after, self._opener):
                self._after = message.cursor or self._after
                if message.event:
                    yield message

    def _refused(self, error: HTTPError) -> None:
        """Raises for what will not become better by asking again."""
        with error:
            words = error.read(500).decode(errors="replace")
            later = error.headers.get("Retry-After", "")
        self._retry_s = min(float(later), _LONGEST_RETRY_S) if later.isdigit() else self._retry_s
        if error.code == 400:
            raise BadInput(words, where=self._url) from None
        self._failures += 1
        if error.code == 401 and not self._passes.has_secret:
            raise Unavailable(f"{self._url} wants a pass; ask the wire for a key of yours") from None
        if error.code in {401, 403} and self._passes.has_secret:
            if not self._passes.forget() or self._failures > 1:
                raise Unavailable(f"{self._url} refuses the pass ({error.code}): {words.strip()}") from None
            return
        if not self._reached and error.code < 500 and error.code not in _FOR_LATER:
            raise Unavailable(f"{self._url} answers {error.code}; is that the address of a wire?") from None
        self._give_up(f"it answers {error.code}")

    def _lost(self, error: Exception) -> None:
        """Counts a dropped or failed connection."""
        self._failures += 1
        self._give_up(str(error))

    def _give_up(self, reason: str) -> None:
        if not self._reached and self._failures > _FIRST_TRIES:
            raise Unavailable(f"{self._url} does not answer ({reason}); is the wire running there?") from None

    def _wait_s(self) -> float:
        """Full jitter over what the edge asked for: after its restart desktops must not come back in step."""
        longest = max(self._retry_s, min(_LONGEST_WAIT_S, 0.5 * 2.0 ** min(self._failures, 6)))
        return _JITTER.uniform(0, longest)


class _SameOrSafer(HTTPRedirectHandler):
    """Follows the wire to its edge, with the pass; never from https to http, where others could read it."""

    def redirect_request(  # noqa: PLR0917  urllib calls it so
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise HTTPError(newurl, 403, "the wire leads from https to http", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(base: str) -> OpenerDirector:
    """A proxy of the environment is passed by for this machine's own addresses."""
    if urlsplit(base).hostname in _LOOPBACK:
        return build_opener(_SameOrSafer(), ProxyHandler({}))
    return build_opener(_SameOrSafer())


def catch_up(
    base: str, query: Mapping[str, str], after: str, opener: OpenerDirector | None = None
) -> Generator[Message, None, str]:
    """Everything after the cursor from the gapless log, page by page; returns the cursor to go on from.

    Filters as on the stream. A cursor older than the log reaches begins with what there is. A message without
    an event says how far a page went whose events the filter left out.
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
        yield Message(after, {})
