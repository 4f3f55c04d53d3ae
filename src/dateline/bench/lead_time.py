"""A release of a bench is due some seconds after it was made, however busy the machine is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import NotAllowed, Unavailable
from dateline.core.ids import VersionId

_TRIES: Final = 4


def due_in(lead_s: float, submitted: Callable[[Instant], VersionId]) -> tuple[VersionId, Instant]:
    """The version that `submitted` makes for a T0 in `lead_s` seconds, and that T0.

    Where `submitted` raises NotAllowed, because T0 has passed meanwhile, it is asked again with three times
    as long. Raises Unavailable after some tries.
    """
    for _ in range(_TRIES):
        at = Instant(SystemClock().now() + timedelta(seconds=lead_s))
        try:
            return submitted(at), at
        except NotAllowed:
            lead_s *= 3
    raise Unavailable("the machine is too busy to lock a release before its T0")
