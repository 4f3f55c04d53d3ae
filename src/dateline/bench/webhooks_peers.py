"""What the webhook bench compares with: `python -m dateline.bench.webhooks_peers KIND FILE`.

FILE is JSON: {"urls", "body_bytes", "sockets", "ca_file"}. KIND is pycurl (a bare multi loop: no ledger, no
signature, no guard), aiohttp or httpx; each opens a new connection for every post, as webhooks to thousands
of hosts do. Prints the client's name and version, when it began, and its CPU time per post.
"""

import asyncio
import json
import os
import resource
import ssl
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dateline.bench.process_costs import POLITE


@dataclass(frozen=True)
class Job:
    """What to post, where, and how many at once."""

    urls: tuple[str, ...]
    body: bytes
    sockets: int
    ca_file: str


def bare_pycurl(job: Job) -> str:
    """libcurl's multi interface driven by its own poll, handles used again."""
    import pycurl

    multi = pycurl.CurlMulti()
    free = deque(pycurl.Curl() for _ in range(min(job.sockets, len(job.urls))))
    waiting = deque(job.urls)
    running = 0
    while waiting or running:
        while waiting and free:
            curl = free.popleft()
            _prepare(pycurl, curl, waiting.popleft(), job)
            multi.add_handle(curl)
            running += 1
        multi.select(1.0)
        multi.perform()
        left = 1
        while left:
            left, done, failed = multi.info_read()
            for curl in [*done, *(item[0] for item in failed)]:
                multi.remove_handle(curl)
                curl.reset()
                free.append(curl)
                running -= 1
    return str(pycurl.version).split(" ")[0].replace("/", " ")


def _prepare(pycurl: Any, curl: Any, url: str, job: Job) -> None:
    options = [
        (pycurl.URL, url),
        (pycurl.POSTFIELDS, job.body),
        (pycurl.HTTPHEADER, ["Content-Type: application/json", "Expect:"]),
        (pycurl.FRESH_CONNECT, 1),
        (pycurl.FORBID_REUSE, 1),
        (pycurl.NOSIGNAL, 1),
        (pycurl.PROXY, ""),
        (pycurl.TIMEOUT_MS, 15_000),
        (pycurl.WRITEFUNCTION, len),
    ]
    for option, value in options:
        curl.setopt(option, value)
    if job.ca_file:
        curl.setopt(pycurl.CAINFO, job.ca_file)


async def with_aiohttp(job: Job) -> str:
    import aiohttp

    trust: Any = ssl.create_default_context(cafile=job.ca_file) if job.ca_file else True
    connector = aiohttp.TCPConnector(limit=job.sockets, force_close=True, ssl=trust)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def post(url: str) -> None:
            async with session.post(url, data=job.body) as answer:
                await answer.read()

        await _all(post, job.urls, job.sockets)
    return f"aiohttp {aiohttp.__version__}"


async def with_httpx(job: Job) -> str:
    import httpx

    limits = httpx.Limits(max_connections=job.sockets, max_keepalive_connections=0)
    trust: Any = ssl.create_default_context(cafile=job.ca_file) if job.ca_file else True
    async with httpx.AsyncClient(limits=limits, verify=trust, timeout=60, trust_env=False) as client:

        async def post(url: str) -> None:
            await client.post(url, content=job.body)

        await _all(post, job.urls, job.sockets)
    return f"httpx {httpx.__version__}"


async def _all(post: Callable[[str], Awaitable[None]], urls: Sequence[str], at_once: int) -> None:
    waiting = deque(urls)

    async def worker() -> None:
        while waiting:
            await post(waiting.popleft())

    await asyncio.gather(*(worker() for _ in range(min(at_once, len(urls)))))


def main(kind: str, file: Path) -> None:
    os.nice(POLITE)
    told = json.loads(file.read_text(encoding="utf-8"))
    job = Job(tuple(told["urls"]), b"x" * told["body_bytes"], told["sockets"], told["ca_file"])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, job.sockets + 200), hard))
    began = time.time()
    if kind == "pycurl":
        name = bare_pycurl(job)
    else:
        name = asyncio.run((with_aiohttp if kind == "aiohttp" else with_httpx)(job))
    cpu_us = time.process_time() * 1e6 / len(job.urls)
    print(json.dumps({"name": name, "began": began, "cpu_us": cpu_us}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
