"""Runs the demo: receivers, sample world, all processes, one release leaving its embargo, the report."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from dateline.cli.home import open_home
from dateline.cli.progress import lanes
from dateline.cli.up import ports, running, sign_in_link
from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import BadInput
from dateline.plant.settings import Settings

if TYPE_CHECKING:  # the demo's parts need the home's environment, which this module sets first
    from dateline.demo.receivers import Crowd, Loopback

DESKTOPS = 1_000
_MARK = ".dateline-demo"
_SHOWN = ("ar", "ja")
_SETTLE_WITHIN_S = 240
_CONNECT_WITHIN_S = 30

console = Console()


def run(home: Path, *, port: int, scale: int, countdown: int, keep: bool, leave: bool) -> int:
    """0 when every delivery adds up, 1 when it does not. Stays until Ctrl-C unless `leave`."""
    from dateline.cli.processes import stop_on_signals
    from dateline.demo.receivers import started

    fresh = _prepared(home, keep=keep)
    stop = stop_on_signals()
    with started(home / "receivers") as loopback:
        settings = open_home(home, **ports(port), **loopback.settings())
        _fill(loopback, scale, fresh=fresh)
        with running(settings, stop, quiet=True), _crowd(settings) as crowd:
            console.print(f"[bold]site[/]     {settings.site_url}/")
            console.print(f"[bold]sign in[/]  {sign_in_link(settings)}")
            release = _released(settings, countdown, stop)
            holds = _added_up(release, loopback, crowd, settings)
            if not leave:
                console.print(f"The site stays up at {settings.site_url}/ until Ctrl-C.")
                stop.wait()
    return 0 if holds else 1


def _prepared(home: Path, *, keep: bool) -> bool:
    """An empty demo folder, or the one that is there; True when it must be filled. Deletes only demos."""
    mark = home / _MARK
    if home.exists() and any(home.iterdir()):
        if not mark.exists():
            raise BadInput(f"{home} is not a demo and stays as it is; name another folder", where="--home")
        if keep:
            return False
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark.write_text("Made by `dateline demo`, which deletes this folder at its next start.\n", "utf-8")
    return True


def _tick(text: str) -> None:
    console.print(f"  [green]✓[/] {text}")


def _fill(loopback: "Loopback", scale: int, *, fresh: bool) -> None:
    from dateline.demo import services as demo

    if fresh:
        console.print("[bold]Filling the sample world[/]")
        demo.fill(loopback.where, scale=scale, tick=_tick)


@contextmanager
def _crowd(settings: Settings) -> Iterator["Crowd"]:
    """The desktops, all connected."""
    from dateline.demo.receivers import Crowd

    crowd = Crowd(settings.stream_url, DESKTOPS)
    try:
        deadline = time.monotonic() + _CONNECT_WITHIN_S
        while crowd.counts()["connected"] < DESKTOPS and time.monotonic() < deadline:
            time.sleep(0.1)
        _tick(f"{crowd.counts()['connected']:,} desktops connected to {settings.stream_url}/stream")
        yield crowd
    finally:
        crowd.stop()


def _released(settings: Settings, countdown: int, stop: threading.Event) -> str:
    """Locks the main release for a few seconds from now and shows it leave its embargo until settled."""
    from dateline.demo import services as demo
    from dateline.reports import services as reports

    at = Instant(SystemClock().now() + timedelta(seconds=countdown))
    release = demo.main_release(at=at, by=demo.operator())
    console.print(f"[bold]release[/]  {settings.site_url}/portal/{release}/")
    paths = demo.page_paths(release)
    pages = {tag: settings.site_url + paths[tag] for tag in _SHOWN}
    seen: dict[str, bool] = {}
    deadline = time.monotonic() + countdown + _SETTLE_WITHIN_S
    with Live(console=console, refresh_per_second=8, transient=False) as live:
        while not stop.is_set() and time.monotonic() < deadline:
            found = reports.progress(release)
            for tag, address in pages.items():
                seen[tag] = seen.get(tag) or (found.lifted and _is_public(address))
            live.update(Group(lanes(found), _pages(pages, seen)))
            if found.settled and all(seen.values()):
                break
            time.sleep(0.25)
    return release


def _is_public(address: str) -> bool:
    try:
        with urlopen(address, timeout=5):  # noqa: S310  our own loopback address
            return True
    except (URLError, OSError):
        return False


def _pages(pages: dict[str, str], seen: dict[str, bool]) -> Table:
    table = Table.grid(padding=(0, 2))
    for tag, address in pages.items():
        table.add_row(tag, "[green]public[/]" if seen.get(tag) else "not yet", address)
    return table


def _added_up(release: str, loopback: "Loopback", crowd: "Crowd", settings: Settings) -> bool:
    """Prints the report and holds it against the receivers' own diaries."""
    from dateline.demo import adding_up
    from dateline.reports import services as reports

    report = reports.report(release)
    console.print(reports.sentence(report))
    found = adding_up.lines(release, loopback, crowd.counts())
    table = Table("check", "found", "expected", "", title="Does every delivery add up?", title_justify="left")
    for line in found:
        table.add_row(line.what, line.found, line.expected, "[green]✓[/]" if line.holds else "[red]✗[/]")
    console.print(table)
    console.print(f"[bold]report[/]   {settings.site_url}/reports/{release}/")
    return all(line.holds for line in found)
