"""Reads server-sent events (HTML standard, chapter 9.2) as this wire writes them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST_RETRY_S = 300.0


@dataclass(frozen=True, slots=True)
class Message:
    """One wire event with its cursor. `body`: the text that was sent ahead, where there was one."""

    cursor: str
    event: Mapping[str, Any]
    body: Mapping[str, Any] | None = None


class Reset(Exception):
    """The edge cannot resume from our cursor."""


class Frames:
    """Messages of a byte stream; keeps what it says of retrying, and the cursor of the last complete block,
    which may have held no event.
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
