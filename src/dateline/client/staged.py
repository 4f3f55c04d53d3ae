"""Text that came ahead of its time, kept sealed until its key comes; bounded, whatever the edge sends."""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

from dateline.client.text import hash_of
from dateline.plant.prestage import KEY, STAGED, key_of, opened, part_of

KINDS: Final = frozenset({STAGED, KEY})
_MOST_BYTES: Final = 64 * 2**20
_MOST_OPEN: Final = 200


class Staged:
    """Bodies that are sealed, and editions that were opened and whose event has not come yet.

    `lets_out`: whether the wire has signed a key message; no other opens anything. The oldest sealed bodies
    make room for new ones: their text is then fetched after T0, as without this.
    """

    def __init__(
        self, lets_out: Callable[[Mapping[str, Any]], bool], *, most_bytes: int = _MOST_BYTES
    ) -> None:
        self._lets_out, self._most = lets_out, most_bytes
        self._sealed: OrderedDict[str, dict[int, bytes]] = OrderedDict()
        self._parts: dict[str, int] = {}
        self._open: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self._size = 0

    def take(self, frame: Mapping[str, Any]) -> None:
        """A sealed frame or a key; anything else is left alone."""
        if (found := part_of(frame)) is not None:
            self._keep(*found)
        elif (key := key_of(frame)) is not None and key[0] in self._sealed and self._lets_out(frame):
            self._unseal(*key)

    def body_of(self, event: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The edition of this event when it was sent ahead whole, once. Its hash must be the event's."""
        found = self._open.pop(str(event.get("id", "")), None)
        if found is None or hash_of(found) != event.get("sha256"):
            return None
        return found

    @property
    def size(self) -> int:
        """Sealed bytes in hand."""
        return self._size

    def _keep(self, name: str, part: int, parts: int, data: bytes) -> None:
        if self._parts.setdefault(name, parts) != parts:
            return
        held = self._sealed.setdefault(name, {})
        if part not in held:
            held[part] = data
            self._size += len(data)
        while self._size > self._most and len(self._sealed) > 0:
            self._drop(next(iter(self._sealed)))

    def _drop(self, name: str) -> None:
        held = self._sealed.pop(name, {})
        self._parts.pop(name, None)
        self._size -= sum(len(data) for data in held.values())

    def _unseal(self, name: str, key: bytes) -> None:
        held, parts = self._sealed.get(name), self._parts.get(name, 0)
        whole = held is not None and len(held) == parts
        body = opened(name, key, [held[part] for part in range(parts)]) if held and whole else None
        if body is None:
            # A key that does not fit costs us nothing; of an unfinished body nothing can be used.
            if held is not None and not whole:
                self._drop(name)
            return
        self._drop(name)
        for edition in _editions(body):
            self._open[str(edition["event"])] = edition["edition"]
        while len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)


def _editions(body: bytes) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(body)["editions"]
        return [row for row in found if row["event"] and isinstance(row["edition"], dict)]
    except (ValueError, KeyError, TypeError):
        return []
