"""`dateline up`: every process of the wire from one command."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import typer

from dateline.cli.home import HomeOption, lock_note, open_home, up_lock, use_home
from dateline.core.errors import Conflict, Unavailable
from dateline.plant.locks import FileLock
from dateline.plant.settings import PREFIX, Settings
from dateline.plant.supervisor import Child, Supervisor, dateline_argv

app = typer.Typer(add_completion=False)
_READY_WITHIN_S = 60


@app.command()
def up(
    home: HomeOption = None,
    port: int | None = typer.Option(
        None, help="Port of the site; 0 takes a free one, the edge takes the next."
    ),
    demo: bool = typer.Option(False, "--demo", help="Fill an empty home with the sample world first."),
) -> None:
    """Start the whole wire; prints one line `ready URL SIGN-IN-LINK`; SIGTERM drains."""
    from dateline.cli.processes import stop_on_signals

    stop = stop_on_signals()
    with ExitStack() as stack:
        settings = stack.enter_context(_demo_home(home, port)) if demo else open_home(home, **ports(port))
        stack.enter_context(running(settings, stop))
        typer.echo(f"ready {settings.site_url}/ {sign_in_link(settings)}")
        stop.wait()


@contextmanager
def _demo_home(home: Path | None, port: int | None) -> Iterator[Settings]:
    """The home with the sample world in it, its receivers listening on loopback while the block runs."""
    from dateline.demo.receivers import started

    with started(use_home(home).home / "receivers") as loopback:
        settings = open_home(home, **ports(port), **loopback.settings())
        from dateline.demo import services as demo

        if demo.is_empty():
            demo.fill(loopback.where)
        yield settings


def ports(port: int | None) -> dict[str, int]:
    """Settings for the port asked for: the edge takes the next one (any free one when 0)."""
    if port is None:
        return {}
    if port == 0:
        return {"port": _free_port(), "edge_port": _free_port()}
    return {"port": port, "edge_port": port + 1}


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def running(
    settings: Settings, stop: threading.Event, *, names: tuple[str, ...] = (), quiet: bool = False
) -> Iterator[Supervisor]:
    """All processes (or those named) of this home, the web one answering; drained at the end.

    `quiet` sends their log lines to HOME/logs/processes.log instead of the terminal.

    Raises Conflict when a wire already runs on this home, Unavailable when the site does not answer.
    """
    from dateline.cli.processes import names_of
    from dateline.cli.rooms import channels

    chosen = names or names_of(settings)
    if "dispatch" in chosen:
        channels(
            settings
        )  # a setting they cannot use is told at once, instead of a process that ends and ends
    lock = FileLock(up_lock(settings))
    if not lock.try_acquire(lock_note(settings)):
        raise Conflict(f"a wire already runs on {settings.home}; stop it first, or use another --home")
    environment = {**os.environ, PREFIX + "HOME": str(settings.home)}
    supervisor = Supervisor(
        [Child(name, dateline_argv(name)) for name in chosen],
        environment,
        settings.home / "logs" / "processes.log" if quiet else None,
    )
    done = threading.Event()
    watcher = threading.Thread(target=supervisor.run, args=(done,), name="supervisor")
    try:
        if "web" in chosen:
            _must_be_free(settings.host, settings.port, "--port")
        if "edge" in chosen:
            _must_be_free(settings.edge_host, settings.edge_port, "DATELINE_EDGE_PORT")
        supervisor.start()
        watcher.start()
        if "web" in chosen:
            _wait_answering(settings, stop)
        yield supervisor
    finally:
        done.set()
        if watcher.ident is not None:
            watcher.join()
        lock.release()


def _must_be_free(host: str, port: int, option: str) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise Unavailable(
            f"{host}:{port} cannot be opened ({error.strerror}); choose another port with {option}"
        ) from None


def _wait_answering(settings: Settings, stop: threading.Event) -> None:
    address = f"http://{settings.host}:{settings.port}/healthz"
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline and not stop.is_set():
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    if not stop.is_set():
        raise Unavailable(
            f"the site did not answer at {address}; is port {settings.port} taken? See the log above."
        )


def sign_in_link(settings: Settings, name: str = "") -> str:
    """A one-time link for the person, by default the first operator (made when there is none)."""
    from dateline.cli.home import acting
    from dateline.issuers import services as issuers

    return f"{settings.site_url}/accounts/in/{issuers.new_sign_in(acting(name))}/"
