"""A few made things kept by name, the oldest put away first: what thousands of mails share is made once."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar, cast

T = TypeVar("T")


@dataclass
class Shelf:
    """Safe for use from several threads; two may make the same thing at once, which costs time alone."""

    most: int = 256
    _kept: dict[Hashable, Any] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, name: Hashable, make: Callable[[], T]) -> T:
        """The thing of this name, made now unless it is kept."""
        with self._lock:
            if name in self._kept:
                return cast(T, self._kept[name])
        made = make()
        with self._lock:
            self._kept[name] = made
            while len(self._kept) > self.most:
                del self._kept[next(iter(self._kept))]
        return made
