"""Receivers of the webhook bench in a process of its own: `python -m dateline.bench.webhooks_receiver FILE`.

FILE is JSON: {"addresses": [...], "port", "slow": [paths that never get an answer], "tls": [cert, key] or
null, "diary": path}. Prints `ready PORT`; at the end of its input writes the diary: [[path, seconds], ...],
the instant at which each request was there in full.
"""

import asyncio
import json
import ssl
import sys
import time
from pathlib import Path
from typing import Final, cast

import uvloop

_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class _Exchange(asyncio.Protocol):
    """One connection."""

    def __init__(self, diary: list[tuple[str, float]], slow: frozenset[str]) -> None:
        self._diary, self._slow = diary, slow
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        path = head[: head.index(b"\r\n")].split(b" ")[1].decode("ascii")
        self._diary.append((path, time.time()))
        self._buffer = b""
        if path not in self._slow:
            self._transport.write(_ANSWER)


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return 0 if at < 0 else int(head[at + 15 :].split(b"\r\n", 1)[0])


async def _serve(told: dict[str, object]) -> list[tuple[str, float]]:
    diary: list[tuple[str, float]] = []
    slow = frozenset(cast("list[str]", told["slow"]))
    context = None
    if files := cast("list[str] | None", told["tls"]):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Exchange(diary, slow),
        cast("list[str]", told["addresses"]),
        cast(int, told["port"]),
        backlog=4096,
        ssl=context,
    )
    print(f"ready {told['port']}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    return diary


if __name__ == "__main__":
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    noted = uvloop.run(_serve(asked))
    Path(asked["diary"]).write_text(json.dumps(noted), encoding="ascii")
