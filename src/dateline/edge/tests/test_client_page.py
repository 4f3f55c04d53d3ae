"""The JavaScript of docs/clients.md does what the page says: each event once, through a reset too."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from dateline.edge.bus.serving import WIRE_PATH, wire_route
from dateline.edge.engine import Reason
from dateline.edge.tests.desk import scene
from dateline.edge.tests.origin_stub import Log

pytestmark = pytest.mark.wire

ROOT = Path(__file__).parents[4]
EXAMPLE = re.findall(
    r"```js\n(.*?)```", (ROOT / "docs" / "clients.md").read_text(encoding="utf-8"), re.DOTALL
)[0]
_EPILOGUE = """
source.onopen = () => console.log("open");
setInterval(() => {}, 1000);
"""


def test_it_has_twenty_lines_and_nothing_to_install_in_a_browser() -> None:
    assert len(EXAMPLE.splitlines()) <= 24 and "import" not in EXAMPLE


def test_it_prints_each_event_once_and_catches_up_after_a_reset() -> None:
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules/eventsource").is_dir():
        pytest.skip("needs node and the npm package eventsource (npm ci)")

    async def act() -> list[str]:
        log = Log()
        for _ in range(3):
            log.add()
        async with asyncio.timeout(100), scene(log) as s:
            s.lobby.routes[WIRE_PATH] = wire_route(s.hub, s.hub.origin)  # type: ignore[arg-type]
            script = "import { EventSource } from 'eventsource';\n" + EXAMPLE + _EPILOGUE
            script = script.replace("https://wire.example", f"http://127.0.0.1:{s.port}")
            reader = await asyncio.create_subprocess_exec(
                node, "--input-type=module", "-e", script, cwd=ROOT, stdout=asyncio.subprocess.PIPE
            )
            try:
                assert reader.stdout
                assert (await reader.stdout.readline()).strip() == b"open"
                s.log.add()
                s.log.add()
                lines = [await reader.stdout.readline() for _ in range(2)]
                for slot in s.hub.slots.taken():  # as an edge does whose ring no longer reaches back
                    s.hub.drop(slot, Reason.RESET, s.hub._framing(slot).reset())
                s.log.add()
                while b"Number 6" not in lines[-1]:
                    line = await reader.stdout.readline()
                    lines += [line] if line.strip() != b"open" else []
                return [line.decode().strip() for line in lines]
            finally:
                reader.kill()
                await reader.communicate()

    assert asyncio.run(act()) == ["released Number 4", "released Number 5", "released Number 6"]
