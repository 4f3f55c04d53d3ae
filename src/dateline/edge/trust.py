"""Whom an edge believes: the wire's public keys and its list of revoked desktop keys, both kept current.

The list is signed, so that it may come by any way: polled over HTTP here, or handed to `take_revocations` by
a bus. An older list never replaces a newer one. While the origin is away the last of both holds.
"""

import asyncio
import json
import random
from collections.abc import Callable, Collection, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ssl import create_default_context
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import structlog

from dateline.core.clock import Clock, SystemClock
from dateline.edge.threads import Threads
from dateline.plant.passes import BadPass, Pass, UnknownKey, Verifier, key_id, keys_of
from dateline.plant.prestage import check_key

log = structlog.get_logger("edge.trust")

REVOCATIONS_EVERY_S: Final = 2.0
KEYS_EVERY_S: Final = 300.0
_ASK_AGAIN_S: Final = 10.0  # a storm of passes with made-up keys must not become a storm at the origin
_HURRY_S: Final = 1.0  # the same while no key is known at all
_SPENT_MOST: Final = 4096
_TIMEOUT_S: Final = 5
_MOST_BYTES: Final = 8 * 2**20
_READERS: Final = 2
_REDEEMERS: Final = 4
_LONGEST_PASS_S: Final = 1440 * 60 + 600  # the most of `desktop_pass_minutes`, and clocks that differ
_JITTER = random.SystemRandom()


class Refused(Exception):
    """The origin did not accept what it was asked."""


class Source(Protocol):
    """Where keys and revocations come from."""

    async def keys(self) -> bytes:
        """The JWK set. Raises OSError."""
        ...

    async def revocations(self) -> str:
        """The signed list. Raises OSError."""
        ...

    async def redeem(self, ticket: str) -> str:
        """The signed admission for a ticket that was not used before. Raises OSError, Refused."""
        ...


class OverHttp:
    """Asks the wire's own web process, in threads of its own: tickets never hold up revocations."""

    def __init__(self, base_url: str, *, ca_file: str = "") -> None:
        parts = urlsplit(base_url)
        self._tls = create_default_context(cafile=ca_file or None) if parts.scheme == "https" else None
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port
        self._path = parts.path.rstrip("/") + "/api/v1/desktop"
        self._reading, self._redeeming = Threads("edge-trust", _READERS), Threads("edge-tickets", _REDEEMERS)

    async def keys(self) -> bytes:
        return await self._reading.run(self._ask, "GET", "/keys")

    async def revocations(self) -> str:
        return (await self._reading.run(self._ask, "GET", "/revocations")).decode("ascii", "replace").strip()

    async def redeem(self, ticket: str) -> str:
        body = json.dumps({"ticket": ticket}).encode()
        found = await self._redeeming.run(self._ask, "POST", "/admission", body)
        try:
            return str(json.loads(found)["admission"])
        except (ValueError, KeyError, TypeError):
            raise OSError("the origin's answer is no admission") from None

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        connection = (
            HTTPSConnection(self._host, self._port, timeout=_TIMEOUT_S, context=self._tls)
            if self._tls
            else HTTPConnection(self._host, self._port, timeout=_TIMEOUT_S)
        )
        try:
            connection.request(method, self._path + path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            data = answer.read(_MOST_BYTES)
        except HTTPException as error:
            raise OSError(f"no HTTP answer: {type(error).__name__}") from None
        finally:
            connection.close()
        if 400 <= answer.status < 500 and method == "POST":
            raise Refused
        if answer.status != 200:
            raise OSError(f"the origin answers {answer.status}")
        return data


class Trust:
    """What is believed now. `on_revoked` hears of keys that were not revoked before, `on_distrusted` of a key
    that was stolen: of all that was opened before nobody knows by whom. `distrusted` counts these.
    """

    def __init__(self, source: Source | None = None, *, clock: Clock | None = None) -> None:
        self.on_revoked: Callable[[Collection[str]], None] = lambda keys: None
        self.on_distrusted: Callable[[], None] = lambda: None
        self.revoked: frozenset[str] = frozenset()
        self.distrusted = 0
        self._retired: frozenset[str] = frozenset()
        self._source = source
        self._clock = clock or SystemClock()
        self._verifier = Verifier([])
        self._public: list[bytes] = []
        self._number = -1
        self._asked_at = self._hurried_at = float("-inf")
        self._waiting: str = ""
        self._keys_wanted = False
        self._spent: dict[str, float] = {}
        self._asking = asyncio.Lock()

    @property
    def ready(self) -> bool:
        """Whether any key is known."""
        return bool(self._verifier)

    def now(self) -> float:
        """Unix seconds."""
        return self._clock.now().timestamp()

    # --- passes -----------------------------------------------------------------------------------------

    async def read(self, text: str) -> Pass:
        """The pass, signed by this wire, in its time and not revoked. Raises BadPass."""
        try:
            found = self._verifier.read(text)
        except UnknownKey:
            if not await self._asked_for_keys():
                raise
            found = self._verifier.read(text)
        return self._current(found)

    async def redeem(self, ticket: str) -> Pass:
        """What a ticket admits to, once. Forged, old and used ones never reach the origin.

        Raises BadPass; OSError when the origin does not answer.
        """
        try:
            claims = self._verifier.claims("ticket", ticket)
        except UnknownKey:
            if not await self._asked_for_keys():
                raise
            claims = self._verifier.claims("ticket", ticket)
        name, until, now = str(claims.get("jti", "")), float(claims.get("exp", 0)), self.now()
        if not name or until <= now:
            raise BadPass("the ticket's few seconds are over; get another")
        if len(self._spent) > _SPENT_MOST:
            self._spent = {spent: at for spent, at in self._spent.items() if at > now}
        if name in self._spent or self._source is None:
            raise BadPass("the ticket was used before; get another")
        self._spent[name] = until
        try:
            admission = await self._source.redeem(ticket)
        except Refused:
            raise BadPass("the ticket was used before; get another") from None
        except OSError:
            del self._spent[name]  # perhaps it never came there: the origin decides when it is brought again
            raise
        return self._current(self._verifier.read(admission, ticket=name))

    def lets_out(self, message: Mapping[str, Any]) -> bool:
        """Whether a key of text sent ahead is this wire's. Asks nobody: the news does not wait for it. One
        that is signed with a key not known here is let go, and the keys are asked for with the next poll.
        """
        try:
            check_key(message, self._verifier)
        except BadPass as error:
            self._keys_wanted |= isinstance(error, UnknownKey)
            log.warning("trust.body_key_refused", why=str(error))
            return False
        return True

    def _current(self, found: Pass) -> Pass:
        if found.expires_at <= self.now():
            raise BadPass("its time is over; get another")
        if found.expires_at - self.now() > _LONGEST_PASS_S:
            raise BadPass("it is valid for longer than any pass of this wire; get another")
        if found.key in self.revoked:
            raise BadPass("the desktop key it was made for is revoked")
        return found

    # --- what comes from the origin ---------------------------------------------------------------------

    def take_keys(self, document: Any) -> None:
        """Takes a JWK set. Raises ValueError when it is none."""
        public = keys_of(document)
        if public != self._public:
            self._public = public
            self._believe()
            log.info("trust.keys", count=len(public))
            if self._waiting:
                self.take_revocations(self._waiting)

    def _believe(self) -> None:
        """A retired key stays away, also when a cache between hands out the set that still held it."""
        self._verifier = Verifier(key for key in self._public if key_id(key) not in self._retired)

    def take_revocations(self, signed: str) -> None:
        """Takes a signed list from wherever it came. Raises BadPass when it is not this wire's."""
        try:
            claims = self._verifier.claims("revocations", signed)
        except UnknownKey:
            self._waiting = signed  # the keys come by their own way, perhaps a moment later
            raise
        self._waiting = ""
        number = int(claims.get("number", 0))
        if number <= self._number:
            return
        self._number = number
        revoked = frozenset(str(key) for key in claims.get("keys", ()))
        new, self.revoked = revoked - self.revoked, revoked
        if new:
            log.info("trust.revoked", count=len(new))
            self.on_revoked(new)
        if retired := frozenset(str(key) for key in claims.get("retired", ())) - self._retired:
            self._retired |= retired
            self._believe()
        distrusted = int(claims.get("distrusted", 0))
        if distrusted > self.distrusted:
            self.distrusted = distrusted
            log.warning("trust.distrusted", generation=distrusted)
            self.on_distrusted()

    async def refresh(self, *, keys: bool = False) -> bool:
        """Asks the origin once; False when it does not answer."""
        if self._source is None:
            return True
        try:
            if keys:
                self.take_keys(json.loads(await self._source.keys()))
            try:
                self.take_revocations(await self._source.revocations())
            except UnknownKey:  # the key was changed twice since we asked for keys
                if not keys:
                    await self._asked_for_keys()
        except (OSError, ValueError, BadPass, HTTPException) as error:
            log.debug("trust.unreachable", error=str(error) or type(error).__name__)
            return False
        return True

    async def make_ready(self) -> bool:
        """Whether any key is known, after a question to the origin where that may help."""
        async with self._asking:
            at = self._clock.monotonic()
            if not self.ready and at - self._hurried_at >= _HURRY_S:
                self._hurried_at = at
                await self.refresh(keys=True)
            return self.ready

    async def _asked_for_keys(self) -> bool:
        """Whether keys were asked for just now: a wire that changes its key may be ahead of us."""
        at = self._clock.monotonic()
        if self._source is None or at - self._asked_at < _ASK_AGAIN_S:
            return False
        self._asked_at = at
        return await self.refresh(keys=True)

    async def follow(self) -> None:
        """Keeps keys and revocations current, for ever."""
        failures, keys_at = 0, float("-inf")
        while True:
            at = self._clock.monotonic()
            keys = not self.ready or self._keys_wanted or at - keys_at >= KEYS_EVERY_S
            self._keys_wanted = False
            if await self.refresh(keys=keys):
                failures, keys_at = 0, at if keys else keys_at
            else:
                failures += 1
                if failures == 3:
                    log.warning("trust.stale", ready=self.ready)
            await asyncio.sleep(REVOCATIONS_EVERY_S * _JITTER.uniform(0.75, 1.25))
