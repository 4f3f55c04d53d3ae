"""The keys that sign for outlets: derived from the house's own, or in files of the home; two while one is
being replaced. None of them is ever stored in a row.
"""

import base64
import binascii
import hmac
from typing import Any, Final, NamedTuple

from dateline.audience import addresses
from dateline.plant.settings import get_settings

FILE: Final = -1
"""In the place of a generation: the file that `secret_ref` names."""


class Kept(NamedTuple):
    """What is stored of rotations. Another `secret_ref` of the outlet than this one begins anew."""

    generation: int
    previous: int
    """The generation before; `FILE` where that was the file `secret_ref`."""
    secret_ref: str
    previous_until: int
    """Microseconds; until then the key before signs too."""


class Signing(NamedTuple):
    """The key that signs, the one before while it still does, or why there is none."""

    secret: bytes
    previous: bytes = b""
    fault: str = ""


def kept(row: Any) -> Kept | None:
    """Of an `EndpointKey`, or None."""
    return row and Kept(row.generation, row.previous, row.secret_ref, row.previous_until)


def signing(recipient: str, reference: str, rotations: Kept | None, *, now: int) -> Signing:
    """Never signs with another key than the one agreed: a file that is missing is a fault, not a default."""
    if rotations is None or rotations.secret_ref != reference:
        key, fault = _base(recipient, reference)
        return Signing(key, b"", fault)
    secret = derived(recipient, rotations.generation)
    if now >= rotations.previous_until:
        return Signing(secret)
    if rotations.previous == FILE:
        return Signing(secret, _base(recipient, reference)[0])
    return Signing(secret, derived(recipient, rotations.previous))


def derived(recipient: str, generation: int) -> bytes:
    """The house's key for this outlet; generation 0 is the one it has from the start."""
    text = recipient if generation == 0 else f"{recipient}\0{generation}"
    return hmac.digest(addresses.house_secret("webhook"), text.encode(), "sha256")


def _base(recipient: str, reference: str) -> tuple[bytes, str]:
    if not reference:
        return derived(recipient, 0), ""
    try:
        data = (get_settings().home / "secrets" / reference).read_bytes().strip()
        key = (
            base64.b64decode(data.removeprefix(b"whsec_"), validate=True)
            if data.startswith(b"whsec_")
            else data
        )
    except (OSError, binascii.Error):
        key = b""
    return key, "" if key else f"the file secrets/{reference} of the home is missing, empty or not base64"
