"""What was learned of relays' pace, in a file of the home: a restart neither forgets that a relay asked for
patience nor begins its warm-up anew.

A day later it counts no more. Several workers of a home share the file; each paces for itself, and whoever
learned last is remembered.
"""

import json
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from dateline.channels.mail.pace import Pace
from dateline.channels.mail.relay import Relay

FILE: Final = "mail-pace.json"
_KEPT_S: Final = 86_400.0


class Remembered:
    """`now` is seconds since 1970. A file that cannot be read or written is none: relays are learned anew."""

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self._path, self._now = path, now

    def restore(self, relay: Relay, pace: Pace) -> None:
        """Sets what was learned within a day, unless the relay's address states other rates by now."""
        found = self._read().get(relay.name)
        if not isinstance(found, dict) or found.get("stated") != [relay.rate, relay.start]:
            return
        try:
            age = self._now() - float(found["at"])
            rate, too_fast = float(found["rate"]), float(found["too_fast"])
        except (KeyError, TypeError, ValueError):
            return
        if 0 <= age < _KEPT_S and 0 <= rate < math.inf and 0 <= too_fast < math.inf:
            pace.restore(rate, too_fast)

    def keep(self, relay: Relay, pace: Pace) -> None:
        """Writes down what is known of this relay now, beside what the file says of others."""
        known = self._read()
        known[relay.name] = {
            "rate": pace.rate,
            "too_fast": pace.too_fast,
            "stated": [relay.rate, relay.start],
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
