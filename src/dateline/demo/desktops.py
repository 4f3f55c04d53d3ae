"""A crowd of desktops for the demo: many open streams in one process, each event counted."""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import uvloop

from dateline.core.languages import WIRE_LANGUAGES

_AT_ONCE = 100


@dataclass
class Crowd:
    """What the desktops saw. `first_seen` is the wire event's id -> how many desktops got it."""

    connected: int = 0
    received: int = 0
    events: dict[str, int] = field(default_factory=dict)

    def document(self) -> dict[str, object]:
        return {"connected": self.connected, "received": self.received, "events": self.events}


async def listen(url: str, count: int, crowd: Crowd) -> None:
    """Keeps `count` streams of `url` open until cancelled, each in one of the wire's languages."""
    dials = asyncio.Semaphore(_AT_ONCE)
    await asyncio.gather(*(_desktop(url, number, crowd, dials) for number in range(count)))


async def _desktop(url: str, number: int, crowd: Crowd, dials: asyncio.Semaphore) -> None:
    parts = urlsplit(url)
    language = WIRE_LANGUAGES[number % len(WIRE_LANGUAGES)]
    while True:
        try:
            async with dials:
                reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
                writer.write(
                    f"GET /stream?language={language} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
                )
                await reader.readuntil(b"\r\n\r\n")
            crowd.connected += 1
            try:
                await _read(reader, crowd)
            finally:
                crowd.connected -= 1
                writer.close()
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.5)


async def _read(reader: asyncio.StreamReader, crowd: Crowd) -> None:
    while line := await reader.readline():
        if line.startswith(b"data: "):
            event = json.loads(line[6:])
            crowd.received += 1
            crowd.events[event["id"]] = crowd.events.get(event["id"], 0) + 1


async def _main(url: str, count: int) -> None:
    """Answers each line on standard input with one JSON line of counts; ends when the input does."""
    crowd = Crowd()
    task = asyncio.create_task(listen(url, count, crowd))
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(crowd.document()), flush=True)
    task.cancel()


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1], int(sys.argv[2])))
