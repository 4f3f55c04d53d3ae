"""What an API key may do, for whom and how long: decisions as pure functions."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from dateline.core.clock import Instant
from dateline.core.errors import BadInput

SCOPES: Final = (
    "releases:read",
    "releases:write",
    "releases:approve",
    "reach:read",
    "reports:read",
    "endpoints:read",
    "endpoints:write",
)
"""Everything that a key can be given; what each opens is told in docs/api.md."""
OUTLET_SCOPES: Final = ("endpoints:read", "endpoints:write")
ISSUER_SCOPES: Final = SCOPES[:5]
LONGEST_DAYS: Final = 3650
_SCOPE: Final = re.compile(r"[a-z:_-]{1,30}")
"""What is repeated in a message: a secret that was pasted here is not."""


def checked_scopes(asked: Iterable[str], allowed: tuple[str, ...], whose: str) -> tuple[str, ...]:
    """The scopes in their own order, each once. Raises BadInput naming the first that is none, or not for
    `whose` key.
    """
    wanted = {scope.strip() for scope in asked if scope.strip()}
    if not wanted:
        raise BadInput(f"a key needs at least one of {', '.join(allowed)}", where="scope")
    for scope in sorted(wanted):
        if scope not in SCOPES:
            shown = scope if _SCOPE.fullmatch(scope) else "that"
            raise BadInput(f"'{shown}' is no scope; there are {', '.join(SCOPES)}", where="scope")
        if scope not in allowed:
            raise BadInput(f"{scope} is not for {whose}; it may have {', '.join(allowed)}", where="scope")
    return tuple(scope for scope in SCOPES if scope in wanted)


def checked_key_name(text: str) -> str:
    """What people call the key, on one line. Raises BadInput."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > 80 or any(unicodedata.category(c)[0] == "C" for c in name):
        raise BadInput("name the key after what will use it, on one line of at most 80 characters", "name")
    return name


def checked_expiry(at: Instant | None, now: Instant) -> Instant | None:
    """When the key ends by itself; None = never. Raises BadInput for a time that is not ahead."""
    if at is not None and at <= now:
        raise BadInput(f"{at.isoformat()} is in the past; a key must live for a while", where="expires")
    if at is not None and (at - now).days > LONGEST_DAYS:
        raise BadInput(f"more than {LONGEST_DAYS} days; give a nearer day, or none", where="expires")
    return at
