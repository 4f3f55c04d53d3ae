"""The bare engines beside `dateline bench translate`: the same texts, in the same batches, by the
shortest way that a program has to them.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

import httpx

from dateline.testing.engine_stub import Asked, EngineStub

Batches = Sequence[Sequence[str]]
Bare = Callable[[Batches], None]
_APERTIUM: Final = {"en": "eng", "es": "spa", "fr": "fra", "id": "ind", "ms": "zlm"}
_AT_ONCE: Final = 4
"""Texts that Dateline's adapter has under way at Apertium; the peer has as many."""


def apertium(url: str, source: str, target: str) -> Bare:
    """apertium-apy over one httpx client."""
    pair = f"{_APERTIUM[source]}|{_APERTIUM[target]}"

    async def ask(batches: Batches) -> None:
        gate = asyncio.Semaphore(_AT_ONCE)
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:

            async def one(text: str) -> None:
                async with gate:
                    form = {"q": text, "langpair": pair, "format": "txt", "markUnknown": "no"}
                    (await client.post(f"{url}/translate", data=form)).raise_for_status().json()

            for batch in batches:
                await asyncio.gather(*map(one, batch))

    return lambda batches: asyncio.run(ask(batches))


def firefox(folder: Path) -> tuple[Bare, str]:
    """fxtranslate called one text after the other in this process, and its name."""
    from fxtranslate import Translator

    def only(pattern: str) -> bytes:
        return next(iter(sorted(folder.glob(pattern)))).read_bytes()

    vocabulary = only("vocab*.spm")
    translator = Translator(only("model*.bin"), vocabulary, vocabulary, only("lex*.bin"))

    def ask(batches: Batches) -> None:
        for batch in batches:
            for text in batch:
                translator.translate_long(text)

    return ask, f"fxtranslate {version('fxtranslate')} called directly"


def stub(server: EngineStub) -> Bare:
    """The requests that the pipeline made, sent again as they were, one after the other."""
    first: list[Asked] = []

    async def ask(requests: Sequence[Asked]) -> None:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            for request in requests:
                kind = request.headers.get("content-type", "application/json")
                if kind.startswith("application/json"):
                    answer = await client.post(f"{server.url}{request.path}", json=request.body)
                else:
                    answer = await client.post(f"{server.url}{request.path}", data=request.body)
                answer.raise_for_status().json()

    def again(batches: Batches) -> None:
        if not first:
            first.extend(server.asked[: len(batches)])
        asyncio.run(ask(first))

    return again


def session_cpu_s(leader: int) -> float:
    """CPU seconds that the processes of a session have used, those that ended counted by their parents."""
    ticks = 0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader:
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
