"""Who sits on which slot: connections by account and source, times that run out, keys that were revoked.

Arrays by slot and one number per account, source and key in use: no object for a desktop.
"""

from array import array
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

SPAN_S: Final = 16
"""Width of a spoke of the wheel: a look goes over one spoke, not over all slots."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sits on a slot: account, desktop key, until when (Unix seconds), how many of the account at once,
    and where from when nothing is known but that; `believed`: how far the wire's keys were distrusted then.
    """

    account: str = ""
    key: str = ""
    expires_at: float = 0.0
    connections: int = 0
    source: str = ""
    believed: int = 0


class Names:
    """Counts how often each name is in use; a name in use has a number. "" has none."""

    def __init__(self, capacity: int) -> None:
        self._slots = array("i", [-1]) * capacity
        self._number: dict[str, int] = {}
        self._name: list[str] = []
        self._count = array("i")
        self._free: deque[int] = deque()

    def __getitem__(self, name: str) -> int:
        """How many slots it has."""
        number = self._number.get(name)
        return 0 if number is None else self._count[number]

    def __len__(self) -> int:
        return len(self._number)

    def take(self, slot: int, name: str) -> None:
        if not name:
            return
        number = self._number.get(name)
        if number is None:
            number = self._new(name)
        self._count[number] += 1
        self._slots[slot] = number

    def _new(self, name: str) -> int:
        if self._free:
            number = self._free.popleft()
            self._name[number] = name
        else:
            number = len(self._name)
            self._name.append(name)
            self._count.append(0)
        self._number[name] = number
        return number

    def leave(self, slot: int) -> None:
        number = self._slots[slot]
        if number < 0:
            return
        self._slots[slot] = -1
        self._count[number] -= 1
        if not self._count[number]:
            del self._number[self._name[number]]
            self._name[number] = ""
            self._free.append(number)

    def sits(self, slot: int) -> bool:
        """Whether the slot has a name."""
        return self._slots[slot] >= 0

    def taken(self) -> list[int]:
        """The slots that have a name."""
        return [slot for slot, number in enumerate(self._slots) if number >= 0]

    def slots(self, name: str) -> Iterator[int]:
        """The slots of a name, found by a search in C over the array."""
        number, at = self._number.get(name), 0
        while number is not None:
            try:
                at = self._slots.index(number, at)
            except ValueError:
                return
            yield at
            at += 1


class Wheel:
    """Times that run out, in spokes of 16 s. What left early is skipped when its spoke comes round."""

    def __init__(self, capacity: int) -> None:
        self._until = array("d", [0.0]) * capacity
        self._spokes: dict[int, array[int]] = {}
        self._turned: int | None = None

    def take(self, slot: int, until: float) -> None:
        self._until[slot] = until
        self._spokes.setdefault(int(until // SPAN_S), array("i")).append(slot)

    def leave(self, slot: int) -> None:
        self._until[slot] = 0.0

    def due(self, now: float) -> list[int]:
        """Slots whose time ran out. A clock that steps back closes nobody again."""
        current = int(now // SPAN_S)
        found = []
        for spoke in [s for s in self._spokes if s <= current]:
            rest = array("i")
            for slot in self._spokes.pop(spoke):
                until = self._until[slot]
                if 0.0 < until <= now:
                    self._until[slot] = 0.0
                    found.append(slot)
                elif until > now and until // SPAN_S == spoke:
                    rest.append(slot)
            if rest:
                self._spokes[spoke] = rest
        return found


def source_of(peer: str, exempt: Collection[str] = ()) -> str:
    """What one source of connections is called: an IPv4 address, or the /64 of IPv6; "" when not counted.

    Loopback is this machine's own proxy or probe, and is not counted unless a test says so.
    """
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback or str(address) in exempt:
        return ""
    if address.version == 4:
        return str(address)
    return f"{ip_address(int(address) >> 64 << 64)}/64"
