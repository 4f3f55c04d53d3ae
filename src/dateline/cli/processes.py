"""The processes of a wire, each of which also runs alone: web, clock, work, dispatch, edge."""

import signal
import threading
import time
from typing import Any

import structlog

from dateline.core.errors import BadInput, Conflict
from dateline.plant.locks import is_locked
from dateline.plant.logs import configure_logs
from dateline.plant.settings import Settings, get_settings
from dateline.plant.supervisor import Child, Supervisor, dateline_argv, follow_parent, is_supervised

log = structlog.get_logger("cli.processes")

NAMES = ("web", "clock", "work", "dispatch", "edge")
PUBLISH = "publish"
_WORK_IDLE_S = 0.05


def names_of(settings: Settings) -> tuple[str, ...]:
    """The processes of this wire: that to NATS only where there is one."""
    return (*NAMES, PUBLISH) if settings.nats_url.get_secret_value() else NAMES


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _ready(name: str) -> Settings:
    settings = get_settings()
    configure_logs(settings, process=name)
    follow_parent()
    from dateline.plant.db.setup import migrate

    migrate()
    return settings


def run_web() -> None:
    """Serves faces and API with uvicorn until a signal."""
    settings = _ready("web")
    import uvicorn
    from django.conf import settings as django_settings

    from dateline.cli.web_limits import limited

    uvicorn.run(
        "dateline.faces.asgi:application",
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        loop="uvloop",
        http=limited(django_settings.FILE_UPLOAD_MAX_MEMORY_SIZE),
        ws="none",  # sockets of desktops are the edge's
        lifespan="off",
        timeout_graceful_shutdown=5,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
    )


def run_clock() -> None:
    """Lifts what is due. One leader; others wait for its lock."""
    _ready("clock")
    from dateline.wire.services import run_clock as lift_until

    lift_until(stop_on_signals())


def run_work() -> None:
    """Handles the outbox, asks content providers, and has translations made, until a signal."""
    settings = _ready("work")
    from dateline.languages.running import run_until as translate_until

    stop = stop_on_signals()
    asking = threading.Thread(target=ask_providers_until, args=(stop, settings), name="providers")
    # On a thread of its own: an engine takes minutes, and no event may wait for it.
    translating = threading.Thread(target=translate_until, args=(stop,), name="translations")
    asking.start()
    translating.start()
    try:
        work_until(stop)
    finally:
        stop.set()
        asking.join()
        translating.join()


def ask_providers_until(stop: threading.Event, settings: Settings) -> None:
    """Polls the providers that are due, and does on the wire what their items ask for."""
    from dateline.cli.rooms import fetcher
    from dateline.intake.services import providers
    from dateline.wire.services import follow_items

    providers.run(stop, fetcher(settings), after=follow_items)


def work_until(stop: threading.Event) -> None:
    """Passes events to every consumer; one that fails waits and is tried again, the others go on."""
    from dateline.cli.rooms import consumers, ledger_consumers
    from dateline.plant.db.databases import LEDGER
    from dateline.plant.db.outbox import follow
    from dateline.plant.db.setup import hang_up

    waits: dict[str, float] = {}
    table: dict[str, tuple[Any, dict[str, Any]]] = {
        name: (handlers, {}) for name, handlers in consumers().items()
    }
    table |= {
        name: (handlers, {"source": LEDGER, "positions": LEDGER})
        for name, handlers in ledger_consumers().items()
    }
    while not stop.is_set():
        handled = 0
        for name, (handlers, where) in table.items():
            if waits.get(name, 0.0) > time.monotonic():
                continue
            try:
                handled += follow(name, handlers, **where)
            except Exception:
                log.exception("work.failed", consumer=name, retry_in_s=1)
                hang_up()
                waits[name] = time.monotonic() + 1.0
        if not handled:
            stop.wait(_WORK_IDLE_S)


def run_dispatch(*, slot: int = 0, alone: bool = False) -> None:
    """Prepares, pumps and records until a signal; with several workers, starts and watches them.

    `slot` is which of them this process is; 0 = the one that was asked for. `alone`: by hand; then a second
    one on SQLite is refused instead of waiting. Raises Conflict for more workers than the database has room
    for.
    """
    settings = _ready("dispatch")
    from dateline.cli.rooms import channels
    from dateline.dispatch.services import dispatch_lock, must_fit
    from dateline.dispatch.services import run_dispatch as pump_until

    workers = settings.dispatch_workers if slot == 0 else 1
    must_fit(settings, workers)
    if workers > 1:
        crew = [
            Child(f"dispatch-{n}", dateline_argv("dispatch", "--slot", str(n))) for n in range(1, workers + 1)
        ]
        Supervisor(crew).run(stop_on_signals())
        return
    if alone and not settings.on_postgres and not is_supervised() and is_locked(dispatch_lock(settings.home)):
        raise Conflict(
            f"a dispatch process already runs on {settings.home}, and SQLite has room for one; "
            "stop it first, or set DATELINE_DATABASE_URL to a PostgreSQL"
        )
    pump_until(stop_on_signals(), channels(settings), slot=max(1, slot))


def run_edge(*, slot: int = 0) -> None:
    """Keeps the sockets of desktops; knows the origin over HTTP or NATS only. `slot`: which of several."""
    settings = get_settings()
    configure_logs(settings, process="edge")
    follow_parent()
    from dateline.edge.server import run

    run(settings, slot=slot)


def run_publish() -> None:
    """Copies the wire log to NATS until a signal. One leads; others wait for its lock."""
    if not get_settings().nats_url.get_secret_value():
        raise BadInput("there is no NATS to publish to; write nats://HOST:4222", where="DATELINE_NATS_URL")
    _ready(PUBLISH)
    from dateline.wire.services import run_publisher

    run_publisher(stop_on_signals())


RUNNERS = {
    "web": run_web,
    "clock": run_clock,
    "work": run_work,
    "dispatch": run_dispatch,
    "edge": run_edge,
    PUBLISH: run_publish,
}
