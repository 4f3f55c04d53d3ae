"""What was learned of the pace of relays and of recipients' domains, in a file of the home: a restart neither
forgets that somebody asked for patience nor begins a warm-up anew.

A day later it counts no more. Several workers of a home share the file; each paces for itself, and whoever
learned last is remembered.
"""

import json
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

from dateline.core.pacing import Pace

_KEPT_S: Final = 86_400.0


class Stated(Protocol):
    """Who is paced, and what the settings say of them."""

    @property
    def name(self) -> str: ...
    @property
    def rate(self) -> float: ...
    @property
    def start(self) -> float: ...


class Remembered:
    """`now` is seconds since 1970. A file that cannot be read or written is none: all is learned anew."""

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self._path, self._now = path, now

    def names(self) -> frozenset[str]:
        """Of whom anything is remembered."""
        return frozenset(self._read())

    def restore(self, stated: Stated, pace: Pace) -> None:
        """Sets what was learned within a day, unless the settings state other rates by now."""
        found = self._read().get(stated.name)
        if not isinstance(found, dict) or found.get("stated") != [stated.rate, stated.start]:
            return
        try:
            age = self._now() - float(found["at"])
            rate, too_fast = float(found["rate"]), float(found["too_fast"])
        except (KeyError, TypeError, ValueError):
            return
        if 0 <= age < _KEPT_S and 0 <= rate < math.inf and 0 <= too_fast < math.inf:
            pace.restore(rate, too_fast)

    def keep(self, stated: Stated, pace: Pace) -> None:
        """Writes down what is known of them now, beside what the file says of others and still counts."""
        oldest = self._now() - _KEPT_S
        known = {name: one for name, one in self._read().items() if _at(one) > oldest}
        known[stated.name] = {
            "rate": pace.rate,
            "too_fast": pace.too_fast,
            "stated": [stated.rate, stated.start],
            "at": self._now(),
        }
        fresh = self._path.with_suffix(".new")
        with suppress(OSError):
            fresh.write_text(json.dumps(known, indent=1))
            fresh.replace(self._path)

    def _read(self) -> dict[str, Mapping[str, Any]]:
        try:
            found = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _at(found: object) -> float:
    """When it was written; 0 where nobody can tell."""
    at = found.get("at") if isinstance(found, dict) else None
    return at if isinstance(at, int | float) else 0.0
