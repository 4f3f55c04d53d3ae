"""Where mail goes: the relay's address, and what to do while it is away."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import structlog

from dateline.core.errors import BadInput, DatelineError

log = structlog.get_logger("channels.mail")

Security = Literal["none", "starttls", "tls"]
_SCHEMES: Final[dict[str, tuple[Security, int]]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
_WHERE: Final = "DATELINE_SMTP_URL"
_OPTIONS: Final[dict[str, tuple[type, float, float]]] = {
    "weight": (int, 1, 1000),
    "rate": (float, 0.01, 100_000),
    "start": (float, 0.01, 100_000),
}
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 30.0


class Unreachable(DatelineError):
    """No connection to the relay: it does not answer, its certificate is wrong, or it refuses our login."""


@dataclass(frozen=True, slots=True)
class Relay:
    """One address of `smtp_url` taken apart."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    weight: int = 1
    """Its share of the mail, beside those of the other relays."""
    rate: float = 0.0
    """Messages a second at most; 0 = as fast as it takes them."""
    start: float = 0.0
    """Messages a second at first, growing by a tenth each quiet minute; 0 = no ramp."""

    @property
    def name(self) -> str:
        """Host and port, for logs and reports."""
        return f"{self.host}:{self.port}"


def relays_of(urls: str) -> tuple[Relay, ...]:
    """One or several addresses, parted by blanks or line ends. Raises BadInput."""
    found = tuple(relay_of(url) for url in urls.split())
    if not found:
        raise BadInput("names no relay; write smtp://HOST:PORT", where=_WHERE)
    for number, relay in enumerate(found):
        if relay.name in {other.name for other in found[:number]}:
            raise BadInput(f"names {relay.name} twice; give it a weight instead", where=_WHERE)
    return found


def relay_of(url: str) -> Relay:
    """Reads `smtp://`, `smtp+starttls://` or `smtps://[USER:PASSWORD@]HOST[:PORT][?weight=N&rate=N&start=N]`.

    Raises BadInput; also for a login over plain SMTP to another machine, where anybody could read it.
    """
    where = _WHERE
    try:
        parts = urlsplit(url)
    except ValueError:
        raise BadInput("its host is no address", where=where) from None
    if parts.scheme not in _SCHEMES:
        raise BadInput(f"starts with one of {', '.join(name + '://' for name in _SCHEMES)}", where=where)
    security, standard = _SCHEMES[parts.scheme]
    try:
        port = parts.port or standard
    except ValueError:
        raise BadInput("its port is no number up to 65535", where=where) from None
    if not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise BadInput("should be scheme://[USER:PASSWORD@]HOST:PORT and no more", where=where)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and security == "none" and parts.hostname not in _LOOPBACK:
        raise BadInput("would send the password in the clear; use smtp+starttls:// or smtps://", where=where)
    return Relay(parts.hostname, port, security, user, password, **_options(parts.query))


def _options(query: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in _OPTIONS or name in found:
            raise BadInput(f"knows {', '.join(_OPTIONS)} behind the question mark, each once", where=_WHERE)
        kind, least, most = _OPTIONS[name]
        try:
            number = kind(value)
        except ValueError:
            number = kind(0)
        if not least <= number <= most:
            raise BadInput(f"should have a {name} from {least} to {most}", where=_WHERE)
        found[name] = number
    if found.get("rate") and found.get("start", 0.0) > found["rate"]:
        raise BadInput("should have a start that is below its rate", where=_WHERE)
    return found


class Opens(Protocol):
    """A connection as the gate sees it."""

    async def open(self) -> None:
        """Raises Unreachable."""
        ...


class Gate:
    """Shut while no connection can be opened: then one worker tries, with growing waits, and nobody draws."""

    def __init__(self, pause: Callable[[float], float] | None = None, *, relay: str = "") -> None:
        self._relay = relay
        self._fails = 0
        self._probing = asyncio.Lock()
        self._pause = pause or _with_jitter

    async def reach(self, connection: Opens) -> None:
        """Returns once `connection` is open, however long that takes."""
        while True:
            if not self._fails:
                if await self._try(connection):
                    return
                continue
            async with self._probing:
                if self._fails:
                    wait = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(self._fails - 1, 10))
                    await asyncio.sleep(self._pause(wait))
                    if await self._try(connection, probing=True):
                        return

    async def _try(self, connection: Opens, *, probing: bool = False) -> bool:
        try:
            await connection.open()
        except Unreachable as error:
            self.failed(str(error), probing=probing)
            return False
        if self._fails:
            log.info("mail.relay_back", relay=self._relay, tries=self._fails)
        self._fails = 0
        return True

    def failed(self, why: str, *, probing: bool = False) -> None:
        """Shuts the gate; failures of other workers meanwhile do not lengthen the wait."""
        if not self._fails:
            log.warning("mail.relay_away", relay=self._relay, why=why)
        if probing or not self._fails:
            self._fails += 1


def _with_jitter(wait_s: float) -> float:
    """Up to a fifth more or less, so that many wires do not come back at one instant."""
    return wait_s * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, keeps no secret
