"""What an edge reads of JetStream: events with their place in the stream, and the beats of the publisher."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dateline.edge.bus.port import Page
from dateline.plant.bus import KEY, PREV, SEQ, SILENT_S, Beat, BusAway, Names, beat_of


@dataclass(frozen=True, slots=True)
class Message:
    """One event of the stream. `number`: its place in this stream; `seq`: its number in the wire log."""

    number: int
    seq: int
    prev: str
    cursor: str
    event: Mapping[str, Any]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where we stand: the stream's number, the log's number, the cursor."""

    number: int
    seq: int
    cursor: str


@dataclass(slots=True)
class Link:
    """One connection, and what the publisher said last over it."""

    js: Any
    names: Names
    made: float
    beat: Beat | None = None
    heard_at: float = 0.0

    async def take(self, message: Any) -> None:
        """A beat."""
        self.beat = beat_of(message.data) or self.beat
        self.heard_at = time.monotonic()

    def must_beat(self) -> None:
        """Raises BusAway when the publisher is silent."""
        if time.monotonic() - max(self.heard_at, self.made) > SILENT_S:
            raise BusAway("the publisher behind NATS is silent")

    async def first_beat(self) -> Beat:
        """Waits for one. Raises BusAway when none comes."""
        while self.beat is None:
            self.must_beat()
            await asyncio.sleep(0.02)
        return self.beat

    def behind(self, seq: int) -> int:
        return max(0, self.beat.head - seq) if self.beat else 0


def message_of(number: int, subject: str, headers: Any, data: bytes, names: Names) -> Message:
    """Reads one event. Raises KeyError, ValueError for a message that is none."""
    event, key = json.loads(data), str(headers.get(KEY, ""))
    if not isinstance(event, dict) or (key and not isinstance(json.loads(key), dict)):
        raise ValueError("no wire event")
    return Message(number, int(headers[SEQ]), str(headers[PREV]), names.cursor(subject), event, key)


def chained(batch: list[Message], place: Place) -> list[Message]:
    """The part of the batch that follows `place` without a gap."""
    whole: list[Message] = []
    number, cursor = place.number, place.cursor
    for message in batch:
        if message.number != number + 1 or message.prev != cursor:
            break
        whole.append(message)
        number, cursor = message.number, message.cursor
    return whole


def page_of(messages: list[Message], link: Link) -> Page:
    """The events as a page."""
    events = tuple((m.cursor, m.event) for m in messages)
    keys = tuple(json.loads(key) for key in dict.fromkeys(m.key for m in messages) if key)
    return Page(events, messages[-1].cursor, link.behind(messages[-1].seq), keys)
