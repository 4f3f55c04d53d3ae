"""The origin's side of passes, in memory: signs them, redeems tickets, lists what is revoked."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dateline.core.clock import Clock, SystemClock
from dateline.edge.trust import Refused
from dateline.plant.passes import Pass, Signer, key_set


@dataclass
class WireKeys:
    """A `trust.Source`. `asked` counts the questions of an edge by their kind."""

    clock: Clock = field(default_factory=SystemClock)
    signer: Signer = field(default_factory=lambda: _signer(0))
    away: bool = False
    revoked: list[str] = field(default_factory=list)
    generation: int = 0
    distrusted: int = 0
    asked: dict[str, int] = field(default_factory=dict)
    _tickets: dict[str, Pass] = field(default_factory=dict)

    def now(self) -> int:
        return int(self.clock.now().timestamp())

    def granted(self, account: str = "acme", *, lives_s: int = 3600, **more: Any) -> Pass:
        """What a pass of the account says; `connections` 100 unless told otherwise."""
        values: dict[str, Any] = {"key": f"key-{account}", "connections": 100} | more
        return Pass(account=account, issued_at=self.now(), expires_at=self.now() + lives_s, **values)

    def bearer(self, account: str = "acme", **more: Any) -> str:
        """The header line of a fresh pass."""
        return "Authorization: Bearer " + self.signer.mint(self.granted(account, **more))

    def ticket(self, account: str = "acme", *, good_s: int = 30, **more: Any) -> str:
        name = f"t{len(self._tickets)}"
        self._tickets[name] = self.granted(account, **more)
        return self.signer.sign("ticket", {"jti": name, "exp": self.now() + good_s})

    def revoke(self, *keys: str) -> str:
        """The signed list with these keys in it too."""
        self.revoked += keys
        number = len(self.revoked) + self.generation
        more = {"retired": self.retired, "distrusted": self.distrusted}
        return self.signer.sign("revocations", {"number": number, "keys": self.revoked} | more)

    @property
    def retired(self) -> list[str]:
        """Ids of the keys before the one before."""
        oldest = max(self.distrusted, self.generation - 1)
        return [_signer(n).id for n in range(oldest)]

    def rotate(self, *, distrust_old: bool = False) -> None:
        """Signs with the next key from now on."""
        self.generation += 1
        self.distrusted = self.generation if distrust_old else self.distrusted
        self.signer = _signer(self.generation)

    def _ask(self, kind: str) -> None:
        self.asked[kind] = self.asked.get(kind, 0) + 1
        if self.away:
            raise ConnectionRefusedError("away")

    async def keys(self) -> bytes:
        self._ask("keys")
        return json.dumps(key_set(self.published())).encode()

    def published(self) -> Iterable[bytes]:
        oldest = max(self.distrusted, self.generation - 1, 0)
        before = [_signer(n).public for n in range(oldest, self.generation)]
        return [*before, self.signer.public, _signer(self.generation + 1).public]

    async def revocations(self) -> str:
        self._ask("revocations")
        return self.revoke()

    async def redeem(self, ticket: str) -> str:
        self._ask("redeem")
        payload = ticket.split(".")[1]
        name = json.loads(_base64(payload))["jti"]
        granted = self._tickets.pop(name, None)
        if granted is None:
            raise Refused
        return self.signer.mint(granted, ticket=name)


def _signer(generation: int) -> Signer:
    return Signer(bytes([7 + 16 * generation]) * 32)


def _base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
