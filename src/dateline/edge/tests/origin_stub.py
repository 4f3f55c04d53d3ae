"""An origin whose log a test writes, and which can be down, confused, or begin a new epoch.

The real origin stands beside the edge in the tests of the faces; faults of an origin are made here.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

_PAGE = b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>"
"""A page of the wire, for browsers."""


def event(number: int, **changes: Any) -> dict[str, Any]:
    """A wire event with what filters look at."""
    return {
        "id": f"evt_{number}",
        "type": "released",
        "language": "en",
        "countries": ["SG"],
        "sectors": ["20000256"],
        "class": "normal",
        "issuer": {"slug": "acme", "name": "Acme", "level": 0},
        "origin": "issuer",
        "tickers": [],
        "isins": [],
        "headline": f"Number {number}",
        "summary": "",
        "number": number,
    } | changes


@dataclass
class Log:
    """The log and its manners. A cursor is `c{epoch}-{count}`."""

    events: list[dict[str, Any]] = field(default_factory=list)
    epoch: int = 1
    status: int = 200
    nonsense: bool = False
    can_wait: bool = True
    asked: int = 0
    port: int = 0
    keys: str = ""
    """The header of pages with news that opens what was sent ahead."""
    edge: str = ""
    """Where `/stream` leads to, as that of `web`."""
    _serving: int = 0
    _grown: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, **changes: Any) -> str:
        """One more event; its cursor."""
        self.events.append(event(len(self.events) + 1, **changes))
        self._grown.set()
        self._grown = asyncio.Event()
        return self.cursor(len(self.events))

    def cursor(self, count: int) -> str:
        return f"c{self.epoch}-{count}"

    async def close(self) -> None:
        """Answers every open question and waits until nobody is being served."""
        self.can_wait = False
        self._grown.set()
        while self._serving:
            await asyncio.sleep(0.01)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving += 1
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self._serving -= 1

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if head.startswith("GET /page "):
            writer.write(_PAGE)
            return
        if head.startswith("GET /stream "):
            writer.write(f"HTTP/1.1 307 X\r\nLocation: {self.edge}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        self.asked += 1
        query = {k: v[0] for k, v in parse_qs(urlsplit(head.split(" ")[1]).query).items()}
        status, document = await self._answer(query)
        body = b"<html>" if self.nonsense else json.dumps(document).encode()
        behind = len(self.events) - int((document.get("next") or "-0").partition("-")[2])
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nDateline-Behind: {behind}\r\n"
        if self.keys and document.get("events") and "after" in query:
            head += f"Dateline-Keys: {self.keys}\r\n"
        head += "\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    async def _answer(self, query: dict[str, str]) -> tuple[int, Any]:
        if self.status != 200:
            return self.status, {}
        if "last" in query:
            start = max(0, len(self.events) - int(query["last"]))
        else:
            epoch, _, count = query["after"].removeprefix("c").partition("-")
            if not count.isdigit():
                return 400, {}
            if int(epoch) != self.epoch:
                return 410, {}
            start = int(count)
        if start >= len(self.events) and self.can_wait and float(query.get("wait", 0)) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._grown.wait(), float(query["wait"]))
            if "after" in query and not query["after"].startswith(f"c{self.epoch}-"):
                return 410, {}
        rows = self.events[start:][: int(query.get("limit", 10_000))]
        page = [
            {"cursor": self.cursor(start + number), "event": found} for number, found in enumerate(rows, 1)
        ]
        return 200, {"events": page, "next": self.cursor(start + len(rows))}
