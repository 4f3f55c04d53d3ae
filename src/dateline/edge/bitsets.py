"""Sets of slots as bits: cheap to change one slot, cheap to combine whole sets as Python integers."""

from collections.abc import Iterator
from itertools import compress
from typing import Final

_FEW: Final = 128  # a set of so few costs less than a bit for every slot
_BITS: Final = bytes.maketrans(b"01", b"\x00\x01")


class Bits:
    """A set of slots. Small ones are kept as such; large ones as bytes, made an integer when asked for."""

    __slots__ = ("_cached", "_data", "_few", "count")

    def __init__(self) -> None:
        self.count = 0
        self._few: set[int] | None = set()
        self._data = bytearray()
        self._cached: int | None = None

    def __contains__(self, slot: int) -> bool:
        if self._few is not None:
            return slot in self._few
        byte = slot >> 3
        return byte < len(self._data) and bool(self._data[byte] >> (slot & 7) & 1)

    def add(self, slot: int) -> None:
        """Takes the slot in; nothing happens when it is in."""
        if slot in self:
            return
        self.count += 1
        self._cached = None
        if self._few is not None:
            self._few.add(slot)
            if len(self._few) > _FEW:
                self._data = _bytes_of(self._few)
                self._few = None
            return
        byte = slot >> 3
        if byte >= len(self._data):
            self._data.extend(bytes(byte + 1 - len(self._data)))
        self._data[byte] |= 1 << (slot & 7)

    def remove(self, slot: int) -> None:
        """Lets the slot go; nothing happens when it is not in."""
        if slot not in self:
            return
        self.count -= 1
        self._cached = None
        if self._few is not None:
            self._few.discard(slot)
            return
        self._data[slot >> 3] &= ~(1 << (slot & 7))
        if self.count < _FEW // 2:
            self._few, self._data = set(slots_of(int.from_bytes(self._data, "little"))), bytearray()

    def mask(self) -> int:
        """The set as an integer, bit n for slot n."""
        if not self.count:
            return 0
        if self._cached is not None:
            return self._cached
        if self._few is not None:
            return int.from_bytes(_bytes_of(self._few), "little")
        self._cached = int.from_bytes(self._data, "little")
        return self._cached

    def between(self, start: int, stop: int) -> list[int]:
        """The slots of the set from `start` to before `stop`, in order."""
        if self._few is not None:
            return sorted(slot for slot in self._few if start <= slot < stop)
        return list(slots_of(self.mask(), start, stop))


def _bytes_of(slots: set[int]) -> bytearray:
    data = bytearray((max(slots) >> 3) + 1)
    for slot in slots:
        data[slot >> 3] |= 1 << (slot & 7)
    return data


def slots_of(mask: int, start: int = 0, stop: int | None = None, *, backwards: bool = False) -> Iterator[int]:
    """The slots whose bits are set, from `start` to before `stop`, in order or in the reverse of it."""
    part = mask >> start if stop is None else mask >> start & ((1 << (stop - start)) - 1)
    if not part:
        return iter(())
    flags = f"{part:b}".encode().translate(_BITS)  # the highest slot first
    highest = start + len(flags) - 1
    if backwards:
        return compress(range(highest, start - 1, -1), flags)
    return compress(range(start, highest + 1), flags[::-1])
