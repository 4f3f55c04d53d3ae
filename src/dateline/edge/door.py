"""The door of an edge: who comes in, with which profile, for how long, and how many at once.

The public wire is public: without a pass a desktop is admitted too, unless the edge is told that passes are
required. A pass comes in the Authorization header, in a cookie, or by a ticket that works once; never in an
address, because addresses are logged. A request narrows what the pass allows and never widens it.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qsl

from dateline.core.errors import BadInput
from dateline.core.filters import Filter, parse_query
from dateline.edge.acks import Acks
from dateline.edge.answers import cors, plain, preflight, stream_head
from dateline.edge.choice import in_order, narrowed
from dateline.edge.counts import Counts
from dateline.edge.engine import Admission, Framing, Profile, Reason
from dateline.edge.request import BadRequest, Request
from dateline.edge.sse import SSE
from dateline.edge.talk import PASSES_MOST, STRANGERS_MOST
from dateline.edge.tally import Names, Visitor, Wheel, source_of
from dateline.edge.trust import Trust
from dateline.edge.websocket import WEBSOCKET, accept
from dateline.plant.passes import BadPass, Pass

COOKIE: Final = "dateline_desktop"
PRESTAGE: Final = "prestage"
BESIDES: Final = ("after", "ticket", PRESTAGE)
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BEARER = re.compile(r"(?i)bearer +([A-Za-z0-9._~+/=-]+)")
_PASS_LIKE = frozenset({"token", "access_token", "pass", "authorization", "key", "api_key"})
_REDEEMED_AT_ONCE: Final = 8


class Doors:
    """One per process. `allowed`: origins of pages that may read; `per_source`: connections without a pass
    from one address (of IPv6 one /64); `exempt`: addresses not counted, for instance of a balancer.
    """

    def __init__(
        self,
        trust: Trust,
        allowed: Collection[str],
        *,
        capacity: int,
        required: bool = False,
        per_source: int = 500,
        exempt: Collection[str] = (),
        counts: Counts | None = None,
    ) -> None:
        self.trust = trust
        self.allowed = frozenset(allowed)
        self.required = required
        self._per_source = per_source
        self._exempt = frozenset(exempt)
        self._accounts, self._keys, self._sources = Names(capacity), Names(capacity), Names(capacity)
        self._queued: Counter[str] = Counter()
        self._wheel = Wheel(capacity)
        self._ending: list[tuple[int, Reason]] = []
        self._acks = Acks(counts or Counts())
        self._redeeming = asyncio.Semaphore(_REDEEMED_AT_ONCE)
        trust.on_revoked = self._revoked
        trust.on_distrusted = self._distrusted

    # --- requests ---------------------------------------------------------------------------------------

    def early(self, request: Request) -> bytes | None:
        """The answer to what is no GET."""
        if request.method == "GET":
            return None
        if request.method == "OPTIONS":
            return preflight(request, self.allowed)
        return self.plain(request, BadRequest(405, "the stream is read with GET", ("Allow: GET, OPTIONS",)))

    def plain(self, request: Request | None, error: BadRequest) -> bytes:
        """A refusal as the answer, readable for the wire's own pages too."""
        return plain(error.status, error.message, (*error.headers, *cors(request, self.allowed)))

    async def admit(self, request: Request, peer: str) -> Admission:
        """The admission to `/stream` or `/ws`. Raises BadRequest."""
        framing: Framing = WEBSOCKET if request.path == "/ws" else SSE
        self._check_page(request, framing)
        wanted, others = _asked(request.query)
        after = _cursor(request.headers.get("last-event-id", "") or others.get("after", ""))
        head = accept(request) if framing is WEBSOCKET else stream_head(cors(request, self.allowed))
        granted = await self._granted(request, others.get("ticket", ""))
        staged = others.get(PRESTAGE, "") not in {"", "0"}
        if granted is None:
            profile = Profile(wanted, _order(request.query))
            visitor = Visitor(source=source_of(peer, self._exempt))
        else:
            profile = profile_of(granted, wanted, _order(request.query))
            known = (granted.account, granted.key, granted.expires_at, granted.connections)
            visitor = Visitor(*known, believed=self.trust.distrusted)
        if staged and (granted is None or PRESTAGE not in granted.grants):
            raise BadRequest(403, "sealed frames go only to passes with the grant `prestage`")
        if full := self._full(visitor):
            raise full
        if staged:
            profile = Profile(profile.wanted, profile.languages, profile.works_in, True)
        return Admission(profile, framing, head, after, visitor)

    def _check_page(self, request: Request, framing: Framing) -> None:
        """A page of others must not open a line with our visitor's cookie (and CORS does not hold for ws)."""
        origin = request.headers.get("origin")
        if origin is None or origin in self.allowed:
            return
        if framing is WEBSOCKET or "cookie" in request.headers:
            raise BadRequest(403, "pages of this origin may not open the stream; see `edge_allowed_origins`")

    async def _granted(self, request: Request, ticket: str) -> Pass | None:
        """What the request's pass grants; None without one. Raises BadRequest."""
        header = request.headers.get("authorization")
        brought = _bearer(header) if header is not None else ""
        if not brought and not ticket:
            brought = _cookie(request.headers.get("cookie", ""))
        if not brought and not ticket:
            if self.required:
                raise _unauthorized("a pass is required here: Authorization: Bearer PASS, or a ticket")
            return None
        if not self.trust.ready and not await self.trust.make_ready():
            raise BadRequest(503, "the wire's keys are not known here yet; try again in a few seconds")
        try:
            if not brought:
                async with self._redeeming:
                    return await self.trust.redeem(ticket)
            return await self.trust.read(brought)
        except BadPass as error:
            raise _unauthorized(f"the pass is not accepted: {error}", invalid=True) from None
        except OSError:
            raise BadRequest(
                503, "the origin does not answer for tickets; try again in a few seconds"
            ) from None

    def _full(self, visitor: Visitor, *, own: int = 0) -> BadRequest | None:
        """Why there is no room for one more (`own` = 1 when it has its slot already), or None."""
        waits = 0 if own else self._queued[_who(visitor)]
        if visitor.account:
            if self._accounts[visitor.account] - own + waits < visitor.connections:
                return None
            most = visitor.connections
            return BadRequest(
                429, f"the account has {most} open here, as many as its pass allows", ("Retry-After: 15",)
            )
        if not visitor.source or self._sources[visitor.source] - own + waits < self._per_source:
            return None
        text = f"{self._per_source} connections without a pass come from your address, as many as may"
        return BadRequest(429, text, ("Retry-After: 15",))

    # --- slots ------------------------------------------------------------------------------------------

    def queued(self, visitor: Visitor | None) -> None:
        """The visitor waits for a slot, and counts as those who have one."""
        if visitor and (who := _who(visitor)):
            self._queued[who] += 1

    def unqueued(self, visitor: Visitor | None) -> None:
        """It waits no longer."""
        if visitor and (who := _who(visitor)):
            self._queued[who] -= 1
            if not self._queued[who]:
                del self._queued[who]

    def seated(self, slot: int, visitor: Visitor | None) -> None:
        """The visitor has its slot. Those who came past a limit together, or while a key was revoked, are
        ended by the next `due`.
        """
        if visitor is None:
            return
        self._accounts.take(slot, visitor.account)
        self._keys.take(slot, visitor.key)
        self._sources.take(slot, visitor.source)
        if visitor.account:
            self._wheel.take(slot, visitor.expires_at)
        late = bool(visitor.account) and visitor.believed < self.trust.distrusted
        if late or visitor.key in self.trust.revoked:
            self._ending.append((slot, Reason.REVOKED))
        elif self._full(visitor, own=1):
            self._ending.append((slot, Reason.FULL))

    def left(self, slot: int) -> None:
        """The slot is free again."""
        for names in (self._accounts, self._keys, self._sources):
            names.leave(slot)
        self._wheel.leave(slot)
        self._acks.left(slot)
        if self._ending:
            self._ending = [pair for pair in self._ending if pair[0] != slot]

    def said(self, slot: int, text: str) -> None:
        """A message of a desktop (WebSocket); only who came with a pass is heard."""
        if self._accounts.sits(slot):
            self._acks.said(slot, text)

    def may_say(self, slot: int) -> int:
        """Frames a second that are read of a desktop."""
        return PASSES_MOST if self._accounts.sits(slot) else STRANGERS_MOST

    def due(self) -> list[tuple[int, Reason]]:
        """Slots to end now, each once."""
        ending = dict(self._ending) | dict.fromkeys(self._wheel.due(self.trust.now()), Reason.EXPIRED)
        self._ending = []
        return list(ending.items())

    def open_of(self, account: str) -> int:
        """How many connections an account has here."""
        return self._accounts[account]

    def _revoked(self, keys: Collection[str]) -> None:
        self._ending += [(slot, Reason.REVOKED) for key in keys for slot in self._keys.slots(key)]

    def _distrusted(self) -> None:
        """The key that signed may be a thief's: whoever came with a pass comes again with a new one."""
        self._ending += [(slot, Reason.REVOKED) for slot in self._accounts.taken()]


def profile_of(granted: Pass, asked: Filter, order: tuple[str, ...]) -> Profile:
    """Pass AND request: every condition of both holds. Raises BadRequest when nothing is left."""
    own = () if "*" in granted.languages else granted.languages
    conditions = set(asked.wanted)
    if own:
        conditions.add(("language", frozenset(own)))
    if granted.topics:
        conditions.add(("topic", frozenset(granted.topics)))
    by_words = any(name == "keyword" for name, _ in conditions) or any(
        topic.startswith("keyword:") for topic in granted.topics
    )
    asked_languages = next((values for name, values in asked.wanted if name == "language"), frozenset())
    both = narrowed(order or tuple(sorted(asked_languages)), own)
    if own and asked_languages and not both:
        raise BadRequest(403, f"the pass is for {', '.join(own)}; ask for these languages, or for none")
    ordered = both if order else own
    return Profile(Filter(frozenset(conditions)), () if by_words else ordered, granted.country)


def _asked(query: str) -> tuple[Filter, dict[str, str]]:
    try:
        for name, _ in parse_qsl(query, keep_blank_values=True, max_num_fields=50):
            if name.lower() in _PASS_LIKE:
                raise BadRequest(
                    400, "a pass or key never stands in an address: use Authorization: Bearer, or a ticket"
                )
        return parse_query(query, besides=BESIDES)
    except BadInput as error:
        raise BadRequest(400, str(error)) from None
    except ValueError:
        raise BadRequest(400, "more than 50 parts in the query; use commas for several values") from None


def _who(visitor: Visitor) -> str:
    """Whose the visitor is; an account is not called like an address."""
    return f"account {visitor.account}" if visitor.account else visitor.source


def _order(query: str) -> tuple[str, ...]:
    return in_order(parse_qsl(query, keep_blank_values=True))


def _cursor(after: str) -> str:
    if after and not _CURSOR.fullmatch(after):
        raise BadRequest(400, "the cursor is malformed; use one that this wire sent")
    return after


def _bearer(header: str) -> str:
    found = _BEARER.fullmatch(header)
    if found is None:
        raise _unauthorized("write Authorization: Bearer PASS")
    return found[1]


def _cookie(header: str) -> str:
    if COOKIE not in header:
        return ""
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _unauthorized(message: str, *, invalid: bool = False) -> BadRequest:
    error = ', error="invalid_token"' if invalid else ""
    return BadRequest(401, message, (f'WWW-Authenticate: Bearer realm="dateline"{error}',))
