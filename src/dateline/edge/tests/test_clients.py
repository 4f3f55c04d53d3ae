"""Clients that nobody here wrote read the stream: curl, the npm package `eventsource`, and Chromium."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import async_playwright

from dateline.edge.tests.desk import Scene, scene
from dateline.edge.tests.wire_keys import WireKeys
from dateline.edge.trust import Trust
from dateline.testing.browser import CHROMIUM

pytestmark = [pytest.mark.face, pytest.mark.once]

ROOT = Path(__file__).parents[4]


def play(act: Callable[[Scene], Awaitable[Any]], **options: Any) -> Any:
    """Runs `act` on a fresh edge, within two minutes."""

    async def whole() -> Any:
        async with asyncio.timeout(120), scene(**options) as made:
            return await act(made)

    return asyncio.run(whole())


async def lines_of(process: asyncio.subprocess.Process, count: int) -> list[str]:
    """The next `count` lines that a program prints."""
    assert process.stdout
    return [(await process.stdout.readline()).decode().rstrip("\n") for _ in range(count)]


async def end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.communicate()


def test_curl_shows_events_as_they_come() -> None:
    async def act(s: Scene) -> list[str]:
        curl = await asyncio.create_subprocess_exec(
            "curl", "-sN", f"http://127.0.0.1:{s.port}/stream?language=en", stdout=asyncio.subprocess.PIPE
        )
        try:
            await s.until(lambda: s.hub.open == 1)
            s.log.add(headline="first")
            return await lines_of(curl, 6)
        finally:
            await end(curl)

    lines = play(act)
    assert lines[:2] == ["retry: 2000", ""]
    assert lines[2].startswith("id: ") and lines[4].startswith("id: c1-1")
    assert json.loads(lines[5].removeprefix("data: "))["headline"] == "first"


EVENTSOURCE = """
import { EventSource } from 'eventsource';
const source = new EventSource(process.argv[1]);
source.onopen = () => console.log('open');
source.onmessage = message => console.log(message.lastEventId + ' ' + JSON.parse(message.data).number);
setInterval(() => {}, 1000);  // a pending come-back alone does not keep node alive
source.addEventListener('reset', () => console.log('reset'));
"""


def test_the_npm_package_eventsource_resumes_by_itself() -> None:
    """No event is missing although the edge hangs up in between."""
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules/eventsource").is_dir():
        pytest.skip("needs node and the npm package eventsource (npm ci)")

    async def act(s: Scene) -> list[str]:
        reader = await asyncio.create_subprocess_exec(
            node, "--input-type=module", "-e", EVENTSOURCE, f"http://127.0.0.1:{s.port}/stream",
            stdout=asyncio.subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        try:
            found = await lines_of(reader, 1)
            s.log.add()
            s.log.add()
            found += await lines_of(reader, 2)
            await s.hub.drain(within_s=1, retry_most_s=1)
            for _ in range(3):
                s.log.add()
            return found + await lines_of(reader, 4)
        finally:
            await end(reader)

    assert play(act) == ["open", "c1-1 1", "c1-2 2", "open", "c1-3 3", "c1-4 4", "c1-5 5"]


BROWSER = """
([stream, socket, ticketed, moved]) => {
  const seen = window.seen = {stream: [], socket: [], ticketed: [], moved: [], closed: 0};
  const source = new EventSource(stream, {withCredentials: true});
  source.onmessage = message => seen.stream.push(JSON.parse(message.data).headline);
  const third = new EventSource(moved, {withCredentials: true});
  third.onmessage = message => seen.moved.push(JSON.parse(message.data).headline);
  const other = new EventSource(ticketed);
  other.onmessage = message => seen.ticketed.push(JSON.parse(message.data).headline);
  const line = new WebSocket(socket);
  line.onmessage = message => {
    const row = JSON.parse(message.data);
    if (row.event) seen.socket.push(row.event.headline);
  };
  line.onclose = event => { seen.closed = event.code; };
}
"""


def test_chromiums_own_eventsource_and_websocket() -> None:
    """From a page of the wire on another port: with its cookie, by `web`, with a ticket, over WebSocket."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing; run: make setup-test")
    keys = WireKeys()

    async def act(s: Scene) -> dict[str, Any]:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = await browser.new_context()
            site = f"http://127.0.0.1:{s.log.port}"
            text = keys.bearer(languages=("en",)).rpartition(" ")[2]
            await context.add_cookies(
                [{"name": "dateline_desktop", "value": text, "url": site, "httpOnly": True}]
            )
            page = await context.new_page()
            await page.goto(f"{site}/page")
            s.log.edge = stream = f"http://127.0.0.1:{s.port}/stream"
            ticketed = f"{stream}?ticket={keys.ticket('other')}"
            await page.evaluate(BROWSER, [stream, f"ws://127.0.0.1:{s.port}/ws", ticketed, f"{site}/stream"])
            await s.until(lambda: s.hub.open == 4)
            s.log.add(headline="Größe 見出し")
            s.log.add(headline="second")
            await page.wait_for_function(
                "['stream', 'socket', 'ticketed', 'moved'].every(name => window.seen[name].length == 2)"
            )
            assert s.hub.doors is not None
            s.hub.doors.trust.take_revocations(keys.revoke("key-acme"))  # type: ignore[attr-defined]
            await page.wait_for_function("window.seen.closed")
            found: dict[str, Any] = await page.evaluate("window.seen")
            await browser.close()
            return found

    seen = play(act, trust=Trust(keys), door={"required": True})
    for name in ("stream", "socket", "ticketed", "moved"):
        assert seen[name] == ["Größe 見出し", "second"], name
    assert seen["closed"] == 4003
