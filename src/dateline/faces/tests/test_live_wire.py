"""Web and edge as processes, followed by the client: from an empty log, through kills and restarts,
without a gap.
"""

import json
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from dateline.client.stream import Message, follow
from dateline.faces.tests.site import Site

pytestmark = pytest.mark.wire


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A wire with an empty log; web and edge run."""
    made = Site(tmp_path / "home")
    made.start("web")
    made.start("edge")
    yield made
    made.stop_all()


class Desktop:
    """Follows the wire in a thread of its own."""

    def __init__(self, url: str, **filters: list[str]) -> None:
        self._heard: queue.Queue[Message] = queue.Queue()
        threading.Thread(target=self._follow, args=(url, filters), daemon=True).start()

    def _follow(self, url: str, filters: dict[str, list[str]]) -> None:
        for message in follow(url, filters=filters):
            self._heard.put(message)

    def events(self, count: int) -> list[tuple[str, str]]:
        """(release, language) of the next events."""
        found = [self._heard.get(timeout=60).event for _ in range(count)]
        return [(event["release"], event["language"]) for event in found]

    @property
    def quiet(self) -> bool:
        return self._heard.empty()


def connected(site: Site) -> int:
    with urlopen(f"{site.edge_url}/metrics", timeout=5) as answer:
        figures = dict(line.split(" ") for line in answer.read().decode().splitlines())
    return int(figures["dateline_edge_connected"])


def wait_connected(site: Site, count: int) -> None:
    waiting = threading.Event()
    for _ in range(600):
        if connected(site) == count:
            return
        waiting.wait(0.05)
    raise AssertionError(f"{connected(site)} desktops, not {count}")


def test_a_desktop_hears_everything_once_through_kills_and_restarts(site: Site) -> None:
    """I6, I11: the first event of an empty log, the edge killed, the web process killed; no gap, no
    repeat.
    """
    all_news, arabic = Desktop(site.url), Desktop(site.url, language=["ar"])
    wait_connected(site, 2)
    first = site.act("out", "first", "en", "ar")["release"]
    assert all_news.events(2) == [(first, "en"), (first, "ar")]
    assert arabic.events(1) == [(first, "ar")]

    site.stop("edge", kill=True)
    second = site.act("out", "second", "en", "ar")["release"]
    site.start("edge")
    assert all_news.events(2) == [(second, "en"), (second, "ar")]
    assert arabic.events(1) == [(second, "ar")]

    site.stop("web", kill=True)
    third = site.act("out", "third", "en", "ja")["release"]
    site.start("web")
    assert all_news.events(2) == [(third, "en"), (third, "ja")]
    assert all_news.quiet and arabic.quiet


def test_many_edges_wait_without_a_thread_each(site: Site) -> None:
    """Sixty open questions, and the pages answer as ever; one release wakes them all."""
    with urlopen(f"{site.url}/api/v1/wire?last=1", timeout=10) as answer:
        cursor = json.load(answer)["next"]
    pages: list[Any] = []

    def ask() -> None:
        with urlopen(f"{site.url}/api/v1/wire?after={cursor}&wait=25", timeout=60) as answer:
            pages.append(json.load(answer))

    askers = [threading.Thread(target=ask) for _ in range(60)]
    for asker in askers:
        asker.start()
    for _ in range(600):
        with urlopen(f"{site.url}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        if "dateline_api_waiting 61.0" in text:  # and the edge
            break
    status = Path(f"/proc/{site.processes['web'].pid}/status").read_text()
    threads = int(next(line for line in status.splitlines() if line.startswith("Threads:")).split()[1])
    assert threads < 30
    release = site.act("out", "news")["release"]
    for asker in askers:
        asker.join(timeout=60)
    assert [[row["event"]["release"] for row in page["events"]] for page in pages] == [[release]] * 60


def test_a_restored_log_resets_the_desktops(site: Site) -> None:
    """A new epoch: cursors of the old one are worth nothing, and news still arrive."""
    desktop = Desktop(site.url)
    wait_connected(site, 1)
    first = site.act("out", "first")["release"]
    assert desktop.events(1) == [(first, "en")]
    site.act("new-epoch")
    second = site.act("out", "second")["release"]
    heard: list[tuple[str, str]] = []
    while (second, "en") not in heard:
        heard += desktop.events(1)
    assert set(heard) <= {(first, "en"), (second, "en")}


def test_an_edge_with_open_lines_stops_at_once(site: Site) -> None:
    desktops = [Desktop(site.url) for _ in range(5)]
    wait_connected(site, 5)
    site.stop("edge")  # waits 20 s at most
    site.start("edge")
    release = site.act("out", "after")["release"]
    assert [desktop.events(1) for desktop in desktops] == [[(release, "en")]] * 5
