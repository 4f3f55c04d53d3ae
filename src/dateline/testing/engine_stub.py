"""A server that speaks the protocols of translation engines, from a book of sentences, with the faults that
real ones have: for tests, the demo, and operators who try their settings.

>>> with EngineStub({"id": {"Museum opens": "Museum dibuka"}}, faults=["fence", "", "busy"]) as stub:
...     stub.url  # [engine.x] kind = "openai", "libretranslate", "deepl" or "google"; model = "stub"
...     stub.asked  # every request so far
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs

from dateline.testing.background import InThread

Book = Mapping[str, Mapping[str, str]]
"""Target as a BCP 47 tag -> source text -> translation. What is not in it comes back as it was sent."""

FAULTS: Final = (
    "", "fence", "preamble", "count", "truncated", "refused", "loop", "busy", "stall", "html", "json",
    "missing", "extra", "eaten", "entities", "empty", "down", "reset", "obeys", "key",
)  # fmt: skip
"""`busy` is 429 with Retry-After, `stall` never answers, `reset` breaks the connection, `obeys` does what the
text orders instead of translating it, `key` is 403, `eaten` loses the marks; "" answers well.
"""
_STATUS: Final = {"busy": 429, "down": 500, "key": 403}
_NAMES: Final = {
    "zh": "zh-Hans", "zt": "zh-Hant", "zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "pt": "pt-BR", "pb": "pt-BR",
    "ZH-HANS": "zh-Hans", "ZH-HANT": "zh-Hant", "PT-BR": "pt-BR", "EN-US": "en",
}  # fmt: skip
_TAG: Final = re.compile(r"<[^<>]*>")
_INTO: Final = re.compile(r"into [^\[\]]*\[([A-Za-z-]+)\]")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: path, target, texts, and the fault it got."""

    path: str
    target: str
    texts: tuple[str, ...]
    fault: str
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    body: Any = field(repr=False, default=None)


class EngineStub:
    """A running stub on loopback. `faults` are for its first translations in order, then all go well;
    `always` is the fault of every one.
    """

    def __init__(
        self,
        book: Book | None = None,
        *,
        faults: Sequence[str] = (),
        always: str = "",
        retry_after: str = "1",
        delay_s: float = 0.0,
    ) -> None:
        if unknown := {*faults, always} - set(FAULTS):
            raise ValueError(f"no such fault: {unknown}")
        self.book, self.retry_after, self.delay_s = book or {}, retry_after, delay_s
        self.asked: list[Asked] = []
        self._faults, self._always = list(faults), always
        self._open: set[asyncio.StreamWriter] = set()
        self._server = InThread(lambda: asyncio.start_server(self._serve, "127.0.0.1", 0), self._drop)
        self.port = self._server.port

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Ends it; safe to call twice."""
        self._server.stop()

    def __enter__(self) -> "EngineStub":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _drop(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        data = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path, _ = first.split(" ", 2)
        path = path.partition("?")[0]
        if method == "GET":
            await _reply(writer, 200, json.dumps(_listing(path)))
            return True
        return await self._translated(path, headers, data, writer)

    async def _translated(
        self, path: str, headers: dict[str, str], data: bytes, writer: asyncio.StreamWriter
    ) -> bool:
        body = _body(headers, data)
        target, texts = _question(path, body)
        fault = self._faults.pop(0) if self._faults else self._always
        self.asked.append(Asked(path, target, tuple(texts), fault, headers, body))
        await asyncio.sleep(self.delay_s)
        if fault == "stall":
            await asyncio.sleep(3600)
        if fault == "reset":
            writer.transport.abort()
            return False
        if fault in _STATUS:
            more = {"Retry-After": self.retry_after} if fault == "busy" else {}
            await _reply(writer, _STATUS[fault], '{"message": "told by the stub"}', more)
            return True
        said = [_spoiled(text, self._said(target, text), fault) for text in texts]
        if fault == "count":
            said = said[:-1]
        await _reply(writer, 200, _document(path, body, said, fault))
        return True

    def _said(self, target: str, text: str) -> str:
        return self.book.get(target, {}).get(text, text)


def _body(headers: Mapping[str, str], data: bytes) -> Any:
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {name: values[0] for name, values in parse_qs(data.decode()).items()}
    return json.loads(data)


def _question(path: str, body: Any) -> tuple[str, list[str]]:
    """Target and texts of a request of any of the protocols."""
    if path == "/v1/chat/completions":
        orders, asked = body["messages"][0]["content"], json.loads(body["messages"][-1]["content"])
        into = _INTO.search(orders)
        return into[1] if into else "", [row["text"] for row in asked["texts"]]
    if path == "/translate" and "langpair" in body:
        return body["langpair"].partition("|")[2], [body["q"]]
    name = body.get("target_lang") or body.get("target") or ""
    texts = body.get("text") or body.get("q") or []
    target = _NAMES.get(name, name if "_" in name or "-" in name else name.lower())
    return target, [texts] if isinstance(texts, str) else list(texts)


def _spoiled(source: str, text: str, fault: str) -> str:
    """A translation with the fault in it."""
    if fault == "loop":
        return f"{text} " + "again and again " * 40
    if fault == "eaten":
        return _TAG.sub("", text)
    if fault == "entities":
        return text.replace(" ", " &quot;", 1).replace("'", "&#39;") + "&quot;"
    if fault == "empty":
        return ""
    if fault == "obeys" and "ignore" in source.lower():
        return "HACKED"
    return text


def _document(path: str, body: Any, said: list[str], fault: str) -> str:
    if fault == "html":
        return "<!doctype html><title>Just a moment</title>"
    if fault == "json":
        return '{"translations": [{"text": "cut'
    if path == "/v1/chat/completions":
        return json.dumps(_completion(body, said, fault), ensure_ascii=False)
    rows: list[Any] = list(said)
    if fault == "extra":
        rows.append("a text that nobody asked for")
    if fault == "missing" and rows:
        rows[0] = None
    shapes: dict[str, Any] = {
        "/v2/translate": {"translations": [{"text": row, "detected_source_language": "EN"} for row in rows]},
        "/language/translate/v2": {"data": {"translations": [{"translatedText": row} for row in rows]}},
        "/translate": {"translatedText": rows},
    }
    if "langpair" in body:
        shapes[path] = {"responseData": {"translatedText": rows[0]}, "responseStatus": 200}
    return json.dumps(shapes[path])


def _completion(body: Any, said: list[str], fault: str) -> dict[str, Any]:
    rows = [{"id": n, "text": text} for n, text in enumerate(said, 1)]
    if fault == "missing":
        rows = rows[1:]
    if fault == "extra":
        rows.append({"id": 99, "text": "a text that nobody asked for"})
    content = json.dumps(rows, ensure_ascii=False)
    if fault == "fence":
        content = f"```json\n{content}\n```"
    elif fault == "preamble":
        content = f"Here is the translation:\n{content}"
    elif fault == "truncated":
        content = content[: len(content) // 2]
    elif fault == "refused":
        content = "I'm sorry, but I can't help with that."
    finish = {"truncated": "length", "refused": "content_filter"}.get(fault, "stop")
    message = {"role": "assistant", "content": content}
    return {"model": body.get("model"), "choices": [{"finish_reason": finish, "message": message}]}


_CODES: Final = ["en", "ko", "ja", "ar", "zh", "zt", "vi", "th", "id", "ms", "de", "ru", "fr", "es", "pb"]
_LISTINGS: Final[Mapping[str, Any]] = {
    "/v1/models": {"data": [{"id": "stub"}]},
    "/languages": [{"code": code, "name": code, "targets": _CODES} for code in _CODES],
    "/listPairs": {"responseData": [{"sourceLanguage": "eng", "targetLanguage": "spa"}]},
    "/v2/usage": {"character_count": 10, "character_limit": 500_000},
}


def _listing(path: str) -> Any:
    return _LISTINGS.get(path, {"data": {"languages": [{"language": "en"}, {"language": "id"}]}})


async def _reply(
    writer: asyncio.StreamWriter, status: int, body: str, more: Mapping[str, str] | None = None
) -> None:
    data = body.encode()
    kind = "text/html" if body.startswith("<") else "application/json"
    head = [f"HTTP/1.1 {status} Told", f"Content-Type: {kind}", f"Content-Length: {len(data)}"]
    head += [f"{name}: {value}" for name, value in (more or {}).items()]
    writer.write("\r\n".join([*head, "", ""]).encode() + data)
    await writer.drain()
