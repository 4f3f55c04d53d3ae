"""The parts of one edge process as the settings want them: bus, engine, door, lobby, and what runs beside."""

from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dateline.core.errors import BadInput
from dateline.edge.answers import origin_of as page_origin
from dateline.edge.bus.serving import WIRE_PATH, wire_route
from dateline.edge.bus.staging import OverHttp as StagedOverHttp
from dateline.edge.bus.staging import StagedBuffer, WithKeys
from dateline.edge.counts import Board
from dateline.edge.door import Doors
from dateline.edge.hub import Hub
from dateline.edge.lobby import Lobby
from dateline.edge.origin import Bus, bus_of, origin_of
from dateline.edge.process import health_routes
from dateline.edge.tls import TlsDoor
from dateline.edge.trust import OverHttp, Trust
from dateline.plant.settings import PREFIX, Settings


@dataclass
class Parts:
    """One process. `beside`: what runs as long as it does."""

    bus: Bus
    hub: Hub
    lobby: Lobby
    beside: list[Coroutine[Any, Any, Any]] = field(default_factory=list)
    tls: TlsDoor | None = None


def assemble(settings: Settings, capacity: int, board: Board | None) -> Parts:
    """Everything but the listening socket. Call it inside the event loop; raises BadInput."""
    bus = WithKeys(bus_of(settings, on_revoked=lambda signed: trust.take_revocations(signed)))  # noqa: PLW0108  made below
    hub = Hub(
        bus,
        capacity=capacity,
        blast=settings.edge_blast,
        tick_s=settings.edge_coalesce_ms / 1000,
        counts=board.before() if board else None,
    )
    http = origin_of(settings)
    # In a tree of edges the log comes from another edge; keys and tickets are the wire's own.
    wire = settings.base_url or http
    trust = Trust(OverHttp(wire, ca_file=settings.ca_file) if wire else None)
    doors = Doors(
        trust,
        {page_origin(url) for url in (settings.site_url, *settings.edge_allowed_origins)},
        capacity=capacity,
        required=settings.desktop_passes == "required",
        per_source=settings.edge_per_source,
        exempt=settings.edge_uncounted,
        counts=hub.counts,
    )
    hub.doors, hub.on_said, hub.may_say = doors, doors.said, doors.may_say
    tls = tls_of(settings)
    lobby = Lobby(hub, doors, tls=tls, exempt=settings.edge_uncounted)
    lobby.routes.update(health_routes(hub, board))
    staged = StagedBuffer(hub, trust.lets_out)
    bus.on_page, hub.staged_now = staged.opened, staged.now
    secret = settings.edge_secret.get_secret_value()
    lobby.routes[WIRE_PATH] = wire_route(hub, bus, staged.keys_of, secret=secret)
    beside = [trust.follow()] if wire else []
    if wire and settings.prestage_minutes:
        source = StagedOverHttp(wire, settings.edge_password, ca_file=settings.ca_file)
        beside.append(staged.follow(source))
    return Parts(bus, hub, lobby, beside, tls)


def tls_of(settings: Settings) -> TlsDoor | None:
    """The door of TLS, or None where the edge speaks plain. Raises BadInput naming setting or file."""
    if not settings.edge_certificate and not settings.edge_key:
        return None
    for name in ("edge_certificate", "edge_key"):
        if not getattr(settings, name):
            raise BadInput("is empty: TLS needs both, certificate and key", where=PREFIX + name.upper())
    return TlsDoor(
        Path(settings.edge_certificate), Path(settings.edge_key), per_second=settings.edge_handshakes
    )
