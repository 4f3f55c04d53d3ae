"""Where mail goes: the relay's address, and what to do while it is away."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol
from urllib.parse import unquote, urlsplit

import structlog

from dateline.core.errors import BadInput, DatelineError

log = structlog.get_logger("channels.mail")

Security = Literal["none", "starttls", "tls"]
_SCHEMES: Final[dict[str, tuple[Security, int]]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 30.0


class Unreachable(DatelineError):
    """No connection to the relay: it does not answer, its certificate is wrong, or it refuses our login."""


@dataclass(frozen=True, slots=True)
class Relay:
    """`smtp_url` taken apart."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)


def relay_of(url: str) -> Relay:
    """Reads `smtp://`, `smtp+starttls://` or `smtps://[USER:PASSWORD@]HOST[:PORT]`.

    Raises BadInput; also for a login over plain SMTP to another machine, where anybody could read it.
    """
    where = "DATELINE_SMTP_URL"
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
    if not parts.hostname or parts.path.strip("/") or parts.query:
        raise BadInput("should be scheme://[USER:PASSWORD@]HOST:PORT and no more", where=where)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and security == "none" and parts.hostname not in _LOOPBACK:
        raise BadInput("would send the password in the clear; use smtp+starttls:// or smtps://", where=where)
    return Relay(parts.hostname, port, security, user, password)


class Opens(Protocol):
    """A connection as the gate sees it."""

    async def open(self) -> None:
        """Raises Unreachable."""
        ...


class Gate:
    """Shut while no connection can be opened: then one worker tries, with growing waits, and nobody draws."""

    def __init__(self, pause: Callable[[float], float] | None = None) -> None:
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
            log.info("mail.relay_back", tries=self._fails)
        self._fails = 0
        return True

    def failed(self, why: str, *, probing: bool = False) -> None:
        """Shuts the gate; failures of other workers meanwhile do not lengthen the wait."""
        if not self._fails:
            log.warning("mail.relay_away", why=why)
        if probing or not self._fails:
            self._fails += 1


def _with_jitter(wait_s: float) -> float:
    """Up to a fifth more or less, so that many wires do not come back at one instant."""
    return wait_s * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, keeps no secret
