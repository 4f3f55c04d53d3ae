"""Where an edge takes the wire log from: the addresses it was given, in order of preference."""

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from dateline.core.errors import BadInput
from dateline.edge.bus.either import Either
from dateline.edge.bus.over_http import Origin
from dateline.edge.bus.over_nats import NatsBus
from dateline.edge.bus.port import Bus, CursorBad, CursorGone, Listener, OriginError, Page, follow
from dateline.plant.bus import SCHEMES, Names, check_url
from dateline.plant.settings import Settings

__all__ = [
    "Bus",
    "CursorBad",
    "CursorGone",
    "Listener",
    "Origin",
    "OriginError",
    "Page",
    "bus_of",
    "check_origin",
    "connect",
    "follow",
    "origin_of",
]
_WHERE: Final = "--origin"


def bus_of(settings: Settings, *, on_revoked: Callable[[str], None] = lambda signed: None) -> Bus:
    """What the settings name: EDGE_ORIGIN, else NATS_URL with the wire's own address behind it.

    `on_revoked` is told the signed list of revoked keys where the bus carries it.

    Raises BadInput for an address that is none.
    """
    return connect(
        _addresses(settings),
        stream=settings.nats_stream,
        ca_file=settings.ca_file,
        secret=settings.edge_secret.get_secret_value(),
        on_revoked=on_revoked,
    )


def origin_of(settings: Settings) -> str:
    """The HTTP address among them, of which everything is asked that is no wire event; empty when there is
    none.
    """
    return next((a.rstrip("/") for a in _addresses(settings) if a.startswith("http")), "")


def _addresses(settings: Settings) -> list[str]:
    given = settings.edge_origin.get_secret_value().split()
    if given:
        return given
    # The public address where there is one: an edge may well run on another machine than the web process.
    own = settings.site_url if settings.base_url else f"http://{settings.host}:{settings.port}"
    nats = settings.nats_url.get_secret_value()
    return [nats, own] if nats else [own]


def connect(
    addresses: Sequence[str],
    *,
    stream: str = "DATELINE",
    ca_file: str = "",
    secret: str = "",
    on_revoked: Callable[[str], None] = lambda signed: None,
) -> Bus:
    """The bus over these addresses: one of NATS, one of HTTP, or both, then NATS is preferred. `secret`: what
    edges share, for long answers of another edge.

    Raises BadInput that never repeats an address: it may hold a password.
    """
    nats, http = _parted(addresses)
    if not nats:
        return Origin(http[0], ca_file=ca_file, secret=secret)
    over_nats = NatsBus(",".join(nats), names=Names(stream), ca_file=ca_file, on_revoked=on_revoked)
    return Either(over_nats, Origin(http[0], ca_file=ca_file, secret=secret)) if http else over_nats


def check_origin(settings: Settings) -> None:
    """Raises BadInput when `bus_of` would: asked before processes are started that could only end of it."""
    _parted(_addresses(settings))


def _parted(addresses: Sequence[str]) -> tuple[list[str], list[str]]:
    """(those of NATS, those of HTTP). Raises BadInput as `connect` says."""
    try:
        nats = [a for a in addresses if urlsplit(a).scheme in SCHEMES]
        http = [a for a in addresses if urlsplit(a).scheme in {"http", "https"} and urlsplit(a).hostname]
    except ValueError:  # brackets of an IPv6 address that do not close
        nats = http = []
    if not addresses or len(nats) + len(http) < len(addresses):
        raise BadInput("not an address of a wire; write http(s)://HOST or nats://HOST:4222", where=_WHERE)
    if len(http) > 1:
        raise BadInput("one HTTP address is enough; an edge follows one log", where=_WHERE)
    if nats:
        check_url(",".join(nats), where=_WHERE)
    return nats, http
