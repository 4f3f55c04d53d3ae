"""How fast a relay is asked to take mail; see core.pacing."""

from collections.abc import Callable

from dateline.channels.mail.relay import Relay
from dateline.core import pacing


class Pace(pacing.Pace):
    """One relay's. `now` is seconds of a clock that never steps."""

    def __init__(self, relay: Relay, now: Callable[[], float]) -> None:
        super().__init__(relay.rate, relay.start, now)
