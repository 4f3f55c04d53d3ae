"""Answers one question to the wire log: `?after=&limit=` or `?last=`, with the filters of the stream."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dateline.core.errors import BadInput
from dateline.core.filters import Filter, parse_query
from dateline.faces.api.counts import COUNTS
from dateline.wire import services as wire

PATH: Final = "/api/v1/wire"
LONGEST_WAIT_S: Final = 25
BEHIND: Final = "Dateline-Behind"
"""Header of a page, by which an edge knows its lag."""
KEYS: Final = "Dateline-Keys"
"""Header of a page whose events open text that edges hold sealed."""
_LIMIT: Final = 100
_JSON: Final = "application/json"
_PROBLEM: Final = "application/problem+json"
_TYPES: Final = "urn:dateline:problem:"


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked. `after` None with `last` None means from the first event. `wait_s` 0-25."""

    after: str | None
    last: int | None
    limit: int
    wait_s: float
    wanted: Filter


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer in JSON."""

    status: int
    media_type: str
    body: bytes
    behind: int | None = None
    """Of a page: how many events the log holds beyond it, whatever the filter takes."""
    keys: str = ""
    """Of a page: key messages of text that was sent ahead, as a JSON list; empty when there are none."""

    @property
    def headers(self) -> dict[str, str]:
        """What edges read beside the body."""
        found = {} if self.behind is None else {BEHIND: str(self.behind)}
        return found | ({KEYS: self.keys} if self.keys else {})


def question_of(query: str) -> Question:
    """Reads a query string. Raises BadInput naming the parameter."""
    wanted, others = parse_query(query, besides=("after", "last", "limit", "wait"))
    last = others.get("last")
    return Question(
        after=others.get("after") or None,
        last=None if last is None else _count(last, "last"),
        limit=_count(others.get("limit", str(_LIMIT)), "limit"),
        wait_s=_seconds(others.get("wait", "0")),
        wanted=wanted,
    )


def _count(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10):
        raise BadInput(f"'{text[:40]}' is not a count; give a whole number from 1", where=name)
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise BadInput(f"'{text[:40]}' is not a number of seconds", where="wait")
    return min(value, LONGEST_WAIT_S)


def answer(query: str) -> Answer:
    """The answer to a query string as the log stands now; every mistake of the asker as a problem (RFC
    9457).
    """
    try:
        found = _answer(question_of(query))
    except wire.CursorTooOld as error:
        found = problem(410, "cursor-too-old", "The log no longer reaches that cursor", str(error))
    except wire.BadCursor as error:
        found = problem(400, "bad-cursor", "Not a cursor of this wire", str(error))
    except BadInput as error:
        found = problem(400, "bad-query", "The question cannot be read", str(error))
    COUNTS.pages[found.status] += 1
    return found


def _answer(asked: Question) -> Answer:
    page = wire.wire_page(after=asked.after, last=asked.last, limit=asked.limit)
    events = [
        {"cursor": cursor, "event": event} for cursor, event in page.events if asked.wanted.takes(event)
    ]
    # `next` passes what the filter left out: whoever goes on from it misses nothing and reads nothing twice.
    keys = json.dumps(page.keys, separators=(",", ":")) if page.keys else ""
    return Answer(200, _JSON, _dumped({"events": events, "next": page.next}), page.behind, keys)


def has_news(asked: Question) -> bool:
    """Whether an answer now would hold an event, or an error. Filters are left aside: an empty page moves
    on too.
    """
    try:
        page = wire.wire_page(after=asked.after, last=None if asked.last is None else 1, limit=1)
    except (BadInput, wire.CursorTooOld):
        return True
    return bool(page.events)


def problem(status: int, kind: str, title: str, detail: str) -> Answer:
    """A problem document."""
    document = {"type": _TYPES + kind, "title": title, "status": status, "detail": detail}
    return Answer(status, _PROBLEM, _dumped(document))


def _dumped(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
