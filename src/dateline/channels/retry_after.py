"""What `Retry-After` asks for (RFC 9110, 10.2.3)."""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from dateline.core.clock import Instant

LONGEST_WAIT_S: Final = 3600.0
"""It is obeyed up to here: news is perishable."""
_SECONDS: Final = re.compile(r"^\d{1,9}$")


def wait_s(retry_after: str, now: Instant) -> float | None:
    """Seconds that it asks for, given as seconds or as a date; at most an hour. None: unusable."""
    value = retry_after.strip()
    if _SECONDS.match(value):
        return min(float(value), LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError):
        return None
    if until.tzinfo is None:  # `-0000`, which HTTP never means otherwise than as UTC
        until = until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), LONGEST_WAIT_S)
