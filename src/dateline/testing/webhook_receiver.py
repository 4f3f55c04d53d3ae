"""An HTTP server for tests and the demo that stands for many webhook receivers: one port, many paths.

>>> rules = [HookRule("slow", pattern="/slow/*", seconds=3), HookRule("503", pattern="/failing/*")]
>>> with WebhookReceiver(rules=rules, secrets={"/a": key}) as receiver:
...     receiver.url("/a")  # an endpoint that takes everything
...     ...
...     receiver.diary()  # one entry for each request

The diary line is written once the request is there in full and before it is answered.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import os
import ssl
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import cast

from dateline.testing.background import Background, InProcess, InThread, run_until_input_ends

HUGE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HookRule:
    """How to answer some requests. Of several rules the first that fits holds; where none fits, 200.

    kind: `accept`; a status (`301`, `410`, `429`, `503` ...); `slow` (200 after `seconds`); `hang` (never);
    `reset` (closes before any answer); `huge` (200 with 64 MB of answer); `drip` (200, a byte a second).
    pattern: shell pattern of the path. times: only the first requests of each path. retry_after, location:
    those headers. body: the answer's text.
    """

    kind: str
    pattern: str = "*"
    seconds: float = 0.0
    times: int = 0
    retry_after: str = ""
    location: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class HookEntry:
    """One request. `status` is what was answered (0 = no answer by rule); `verified` tells whether the
    signature is right: "yes", "no", or "-" where the path has no secret.
    """

    at: float
    path: str
    webhook_id: str
    timestamp: str
    status: int
    verified: str
    size_bytes: int
    file: str


ACCEPT = HookRule("accept", body='{"ok": true}')


def signature(secret: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    """The `v1` signature of Standard Webhooks 1.0, computed apart from the channel on purpose."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


class _Book:
    """What all connections share."""

    def __init__(
        self, folder: Path, rules: Sequence[HookRule], secrets: Mapping[str, bytes], *, store: bool
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.rules, self.secrets, self.store = folder, tuple(rules), dict(secrets), store
        self.tries: Counter[tuple[int, str]] = Counter()
        self.stored = 0
        self.open: set[asyncio.Transport] = set()
        self.open_most = 0
        self.diary = os.open(folder / "requests.tsv", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def drop(self) -> None:
        """Breaks every open connection."""
        for transport in list(self.open):
            transport.abort()

    def rule(self, path: str) -> HookRule:
        for number, rule in enumerate(self.rules):
            if fnmatchcase(path, rule.pattern):
                if not rule.times:
                    return rule
                self.tries[number, path] += 1
                if self.tries[number, path] <= rule.times:
                    return rule
        return ACCEPT

    def write(self, path: str, headers: Mapping[str, str], body: bytes, status: int) -> None:
        webhook_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        verified = self._verified(path, headers.get("webhook-signature", ""), webhook_id, stamp, body)
        name = self._stored(path, headers, body) if self.store else ""
        fields = (f"{time.time():.6f}", path, webhook_id, stamp, status, verified, len(body), name)
        os.write(self.diary, ("\t".join(map(str, fields)) + "\n").encode())

    def _verified(self, path: str, given: str, webhook_id: str, stamp: str, body: bytes) -> str:
        secret = self.secrets.get(path)
        if secret is None:
            return "-"
        return "yes" if signature(secret, webhook_id, stamp, body) in given.split(" ") else "no"

    def _stored(self, path: str, headers: Mapping[str, str], body: bytes) -> str:
        self.stored += 1
        name = f"{os.getpid()}-{self.stored:06}.json"
        kept = {"path": path, "headers": dict(headers), "body": body.decode("utf-8", "replace")}
        (self.folder / name).write_text(json.dumps(kept), "utf-8")
        return name


class _Exchange(asyncio.Protocol):
    """One connection: HTTP/1.1 requests with Content-Length, answered by rule."""

    def __init__(self, book: _Book) -> None:
        self.book = book
        self.buffer = bytearray()
        self.busy = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass
        self.book.open.add(self.transport)
        self.book.open_most = max(self.book.open_most, len(self.book.open))

    def connection_lost(self, exc: Exception | None) -> None:
        self.book.open.discard(self.transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._go_on()

    def _go_on(self) -> None:
        head_end = self.buffer.find(b"\r\n\r\n")
        if self.busy or head_end < 0:
            return
        first, *lines = bytes(self.buffer[:head_end]).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        size = int(headers.get("content-length", "0"))
        if len(self.buffer) < head_end + 4 + size:
            return
        body = bytes(self.buffer[head_end + 4 : head_end + 4 + size])
        del self.buffer[: head_end + 4 + size]
        path = first.split(" ")[1]
        self._answer(self.book.rule(path), path, headers, body)

    def _answer(self, rule: HookRule, path: str, headers: Mapping[str, str], body: bytes) -> None:
        loop = asyncio.get_running_loop()
        silent = rule.kind in {"hang", "reset"}
        status = 0 if silent else int(rule.kind) if rule.kind.isdigit() else 200
        self.book.write(path, headers, body, status)
        self.busy = True
        if rule.kind == "reset":
            self.transport.abort()
        elif rule.kind == "slow":
            loop.call_later(rule.seconds, self._reply, 200, rule)
        elif rule.kind == "huge":
            self._huge()
        elif rule.kind == "drip":
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            self._drip()
        elif not silent:
            self._reply(status, rule)

    def _reply(self, status: int, rule: HookRule) -> None:
        body = rule.body.encode()
        head = [f"HTTP/1.1 {status} Told", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        head += [f"Retry-After: {rule.retry_after}"] if rule.retry_after else []
        head += [f"Location: {rule.location}"] if rule.location else []
        if not self.transport.is_closing():
            self.transport.write("\r\n".join([*head, "", ""]).encode() + body)
            self.busy = False
            self._go_on()

    def _huge(self) -> None:
        self.transport.write(f"HTTP/1.1 200 OK\r\nContent-Length: {HUGE_BYTES}\r\n\r\n".encode())
        self.transport.write(b"x" * HUGE_BYTES)

    def _drip(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"x")
            asyncio.get_running_loop().call_later(1.0, self._drip)


class WebhookReceiver:
    """A running receiver on loopback, in a thread or (`process=True`, for load) in a process of its own.

    `secrets` maps paths to signing keys. `store` keeps each request in `folder`. `tls` names the files of
    certificate and key. Without `folder`, a temporary one that `stop` removes.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        rules: Sequence[HookRule] = (),
        secrets: Mapping[str, bytes] | None = None,
        store: bool = False,
        port: int = 0,
        process: bool = False,
        tls: tuple[Path, Path] | None = None,
    ) -> None:
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="dateline-hooks-")
        self.folder = folder or Path(self._temporary.name if self._temporary else "")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._scheme = "https" if tls else "http"
        self._book: _Book | None = None
        self._server: Background
        if process:
            self._server = self._in_process(rules, secrets or {}, store=store, port=port, tls=tls)
        else:
            book = self._book = _Book(self.folder, rules, secrets or {}, store=store)
            self._server = InThread(lambda: _listen(book, port, tls), book.drop)
        self.port = self._server.port

    def _in_process(
        self,
        rules: Sequence[HookRule],
        secrets: Mapping[str, bytes],
        *,
        store: bool,
        port: int,
        tls: tuple[Path, Path] | None,
    ) -> InProcess:
        told = {
            "rules": [asdict(rule) for rule in rules],
            "secrets": {path: secret.hex() for path, secret in secrets.items()},
            "store": store,
            "port": port,
            "tls": [str(path) for path in tls] if tls else None,
        }
        # In a file, not on the command line: 6,500 secrets are too long for one, and others could read them.
        (self.folder / "receiver.json").write_text(json.dumps(told), "utf-8")
        return InProcess("dateline.testing.webhook_receiver", str(self.folder))

    def url(self, path: str = "/") -> str:
        """The address of one of its endpoints."""
        return f"{self._scheme}://127.0.0.1:{self.port}{path}"

    @property
    def open_most(self) -> int:
        """The most connections that were open at once (only in a thread)."""
        return self._book.open_most if self._book else 0

    def diary(self) -> list[HookEntry]:
        """Every request so far, oldest first."""
        return read_hook_diary(self.folder / "requests.tsv")

    def request(self, entry: HookEntry) -> tuple[dict[str, str], bytes]:
        """Headers (lower-case names) and body of a stored request."""
        kept = json.loads((self.folder / entry.file).read_text("utf-8"))
        return kept["headers"], kept["body"].encode()

    def stop(self) -> None:
        """Ends it; safe to call twice."""
        self._server.stop()
        if self._book is not None:
            os.close(self._book.diary)
            self._book = None
        if self._temporary is not None:
            self._temporary.cleanup()

    def __enter__(self) -> "WebhookReceiver":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def read_hook_diary(path: Path) -> list[HookEntry]:
    """The entries of a diary file; a last line cut short by a crash is left out."""
    if not path.exists():
        return []
    rows = [line.split("\t") for line in path.read_text("utf-8").split("\n")[:-1]]
    return [HookEntry(float(r[0]), r[1], r[2], r[3], int(r[4]), r[5], int(r[6]), r[7]) for r in rows]


async def _listen(book: _Book, port: int, tls: tuple[Path, Path] | None) -> asyncio.AbstractServer:
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: _Exchange(book), "127.0.0.1", port, backlog=4096, ssl=context)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    told = json.loads((folder / "receiver.json").read_text("utf-8"))
    secrets = {path: bytes.fromhex(secret) for path, secret in told["secrets"].items()}
    book = _Book(folder, [HookRule(**rule) for rule in told["rules"]], secrets, store=told["store"])
    tls = (Path(told["tls"][0]), Path(told["tls"][1])) if told["tls"] else None
    run_until_input_ends(lambda: _listen(book, told["port"], tls))


if __name__ == "__main__":
    _main()
