"""One process of an edge: lobby and engine on one loop, following the log, until told to stop."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import structlog

from dateline.edge.answers import plain
from dateline.edge.counts import NAMES, Board, as_text
from dateline.edge.hub import Hub
from dateline.edge.lobby import Lobby
from dateline.edge.origin import Bus, follow
from dateline.edge.request import BadRequest, Request

log = structlog.get_logger("edge.server")

SEND_BUFFER: Final = 64 * 1024
_LOST_AFTER_MS: Final = 60_000
_BOARD_S: Final = 0.5
_CAPACITY_MOST: Final = 262_144
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


def listener(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """The listening socket. What is set here holds for every connection it accepts (Linux).

    The small send buffer keeps a reader that stops from filling the kernel; TCP_USER_TIMEOUT ends a line
    whose other end does not acknowledge. `shared`: several processes listen, the kernel spreads connections.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.create_server((host, port), family=family, backlog=4096, reuse_port=shared)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _LOST_AFTER_MS)
    return sock


def capacity_of(wished: int) -> int:
    """How many desktops this process has room for: `wished`, as far as its limit of descriptors allows.

    0: all that the limit allows, raised to what the system lets us have; a twentieth of it is for others.
    """
    own, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = most if most != resource.RLIM_INFINITY else max(own, 2**20)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
        own = limit
    room = max(64, own - max(64, own // 20))
    return min(room, wished or _CAPACITY_MOST)


def health_routes(hub: Hub, board: Board | None = None) -> dict[str, Callable[[Request, str], Any]]:
    """`/healthz`, `/readyz`, and for loopback `/metrics`, of all processes when the edge has several."""

    async def alive(request: Request, peer: str) -> bytes:
        return plain(200, "ok")

    async def ready(request: Request, peer: str) -> bytes:
        why = hub.unready()
        if why:
            raise BadRequest(503, why)
        return plain(200, "ready")

    async def metrics(request: Request, peer: str) -> bytes:
        if peer not in _LOOPBACK:
            raise BadRequest(404, "nothing here; the stream is at /stream")
        if board is None:
            return plain(200, as_text({name: getattr(hub.counts, name) for name in NAMES}))
        board.write(hub.counts)
        return plain(200, as_text(board.total()))

    return {"/healthz": alive, "/readyz": ready, "/metrics": metrics}


@asynccontextmanager
async def running(
    hub: Hub,
    lobby: Lobby,
    bus: Bus,
    sock: socket.socket,
    *,
    heartbeat_s: float,
    drain_s: float = 0.5,
    retry_most_s: float = 10.0,
    beside: Sequence[Coroutine[Any, Any, Any]] = (),
) -> AsyncIterator[tuple[asyncio.Task[Any], ...]]:
    """Serves on `sock` for the block, then drains. Yields the tasks that must not end.

    `beside`: what else runs as long as the edge does (keys, revocations, staged frames).
    """
    lobby.listen(sock)
    work = [follow(bus, hub), lobby.sweep(), *hub.work(heartbeat_s), *beside]
    tasks = tuple(asyncio.get_running_loop().create_task(one) for one in work)
    try:
        yield tasks
    finally:
        lobby.stop_listening()
        for task in tasks:
            task.cancel()
        bus.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        await hub.drain(within_s=drain_s, retry_most_s=retry_most_s)
        await lobby.close()
        hub.close()
        with suppress(OSError):
            await bus.aclose()


async def keep_board(board: Board, hub: Hub) -> None:
    """Writes this process's counts where the others find them, for ever."""
    while True:
        board.write(hub.counts)
        await asyncio.sleep(_BOARD_S)
