"""An edge as a program: its processes, its signals, its limits.

SIGTERM and SIGINT end it within seconds; SIGUSR1 (`dateline edge --drain`) lets desktops go slowly first;
SIGHUP reads the files of its certificate again.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
import uvloop

from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.edge.counts import Board
from dateline.edge.origin import check_origin
from dateline.edge.parts import assemble, tls_of
from dateline.edge.process import capacity_of, keep_board, listener, running
from dateline.plant.locks import FileLock, is_locked
from dateline.plant.settings import Settings
from dateline.plant.steady_memory import steady_memory
from dateline.plant.supervisor import Child, Supervisor, dateline_argv, is_supervised

log = structlog.get_logger("edge.server")

_HEARTBEAT_S: Final = 50.0
_QUICK_S: Final = 5.0
_QUICK_RETRY_S: Final = 10.0
_SLOW_RETRY_S: Final = 300.0


@dataclass
class Orders:
    """What signals told this process."""

    stop: threading.Event = field(default_factory=threading.Event)
    slow: threading.Event = field(default_factory=threading.Event)
    hurry: threading.Event = field(default_factory=threading.Event)
    on_quick: Callable[[], None] = lambda: None
    on_slow: Callable[[], None] = lambda: None
    on_hangup: Callable[[], None] = lambda: None

    def listen(self) -> None:
        """Takes over SIGTERM, SIGINT, SIGUSR1 and SIGHUP. A second SIGTERM ends a slow drain."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._quick())
        signal.signal(signal.SIGUSR1, lambda *_: self._slow())
        signal.signal(signal.SIGHUP, lambda *_: self.on_hangup())

    def _quick(self) -> None:
        self.hurry.set()
        self.stop.set()
        self.on_quick()

    def _slow(self) -> None:
        self.slow.set()
        self.on_slow()
        self.stop.set()


def run(settings: Settings, *, slot: int = 0) -> None:
    """Serves until a signal, then drains. Raises Conflict when the port is taken, BadInput for an origin that
    is none.

    `slot`: which of several processes that share the port this is; 0 = the one that was asked for.
    """
    check_origin(settings)  # told here once, and not by every process again and again
    orders = Orders()
    orders.listen()
    if slot:
        uvloop.run(_serve(settings, orders, slot))
        return
    count = settings.edge_processes or (1 if is_supervised() else _cores())
    tls_of(settings)  # files that do not fit are told here, and not by every process again and again
    lock = FileLock(_lock_path(settings))
    if not lock.try_acquire(str(os.getpid())):
        raise Conflict(f"an edge already runs on this home and port {settings.edge_port}; stop it first")
    try:
        if count == 1:
            uvloop.run(_serve(settings, orders, 0))
        else:
            _crew(settings, orders, count)
    finally:
        lock.release()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def drain_running(settings: Settings) -> int:
    """Tells the edge of this home and port to let its desktops go slowly; its process id.

    Raises NotFound when none runs.
    """
    path = _lock_path(settings)
    note = path.read_text(encoding="utf-8").strip() if is_locked(path) else ""
    if not note.isdigit():
        raise NotFound(f"no edge runs on {settings.home} at port {settings.edge_port}; see --home and --port")
    os.kill(int(note), signal.SIGUSR1)
    return int(note)


def is_running(settings: Settings) -> bool:
    """Whether an edge of this home and port runs."""
    return is_locked(_lock_path(settings))


def _lock_path(settings: Settings) -> Path:
    return settings.home / "run" / f"edge-{settings.edge_port}.lock"


def _board_path(settings: Settings) -> Path:
    return settings.home / "run" / f"edge-{settings.edge_port}.board"


# --- one process ----------------------------------------------------------------------------------------


async def _serve(settings: Settings, orders: Orders, slot: int) -> None:
    capacity = capacity_of(settings.edge_capacity)
    with ExitStack() as stack:
        board = (
            stack.enter_context(Board(_board_path(settings), settings.edge_processes, slot - 1))
            if slot
            else None
        )
        parts = assemble(settings, capacity, board)
        if parts.tls:
            orders.on_hangup = parts.tls.reload
        try:
            sock = listener(settings.edge_host, settings.edge_port, shared=slot > 0)
        except OSError as error:
            raise _taken(settings, error) from None
        beside = [*parts.beside, keep_board(board, parts.hub)] if board else parts.beside
        async with running(
            parts.hub,
            parts.lobby,
            parts.bus,
            sock,
            heartbeat_s=_HEARTBEAT_S,
            drain_s=_QUICK_S,
            retry_most_s=_QUICK_RETRY_S,
            beside=beside,
        ) as tasks:
            log.info(
                "edge.listening",
                host=settings.edge_host,
                port=sock.getsockname()[1],
                loop=parts.hub.blast_name,
                capacity=capacity,
                process=slot or None,
            )
            steady_memory()
            while not orders.stop.is_set():
                await asyncio.sleep(0.1)
                for task in tasks:
                    if task.done():
                        task.result()
            if orders.slow.is_set():
                log.info("edge.draining", desktops=parts.hub.open, within_s=settings.edge_drain_s)
                parts.lobby.stop_listening()
                await parts.hub.drain(
                    within_s=settings.edge_drain_s, retry_most_s=_SLOW_RETRY_S, hurry=orders.hurry.is_set
                )


def _taken(settings: Settings, error: OSError) -> Conflict:
    return Conflict(
        f"cannot listen on {settings.edge_host}:{settings.edge_port}: {os.strerror(error.errno or 0)}; "
        "set DATELINE_EDGE_PORT or stop what listens there"
    )


# --- several processes ----------------------------------------------------------------------------------


def _crew(settings: Settings, orders: Orders, count: int) -> None:
    """Starts and watches the processes that share the port; the kernel spreads connections over them."""
    if not settings.edge_port:
        raise BadInput("several processes need a port that they can share, not 0", where="--port")
    try:
        listener(settings.edge_host, settings.edge_port).close()  # shared sockets would not notice a stranger
    except OSError as error:
        raise _taken(settings, error) from None
    Board.create(_board_path(settings), count)
    environment = {**os.environ, "DATELINE_EDGE_PROCESSES": str(count)}
    crew = [Child(f"edge-{n}", dateline_argv("edge", "--slot", str(n))) for n in range(1, count + 1)]
    supervisor = Supervisor(list(crew), environment)

    def slow() -> None:
        supervisor.children.clear()  # who goes now does not come back
        _tell(crew, signal.SIGUSR1)

    orders.on_slow = slow
    orders.on_hangup = lambda: _tell(crew, signal.SIGHUP)
    supervisor.run(orders.stop)
    if orders.slow.is_set():
        orders.on_quick = lambda: _tell(crew, signal.SIGTERM)
        if orders.hurry.is_set():
            _tell(crew, signal.SIGTERM)
        for child in crew:
            if child.process:
                child.process.wait()


def _tell(crew: list[Child], number: signal.Signals) -> None:
    for child in crew:
        if child.process and child.process.poll() is None:
            child.process.send_signal(number)
