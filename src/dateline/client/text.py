"""The text of an event from the API, for whom it did not come ahead."""

import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import OpenerDirector, Request

from dateline.core.errors import Unavailable
from dateline.core.words import canonical_bytes, sha256_hex

_TIMEOUT_S: Final = 30
_MOST_BYTES: Final = 16 * 2**20
_OUT: Final = frozenset({404, 410})


def fetched(base: str, event: Mapping[str, Any], opener: OpenerDirector) -> Mapping[str, Any] | None:
    """The edition that the event names; None when it is out no more (killed). Raises Unavailable while the
    wire does not answer, or when it answers words whose hash is not the event's.
    """
    parts = [quote(str(event.get(name, "")), safe="") for name in ("release", "version", "language")]
    url = f"{base}/api/v1/editions/{'/'.join(parts)}"
    request = Request(url, headers={"Accept": "application/json"})  # noqa: S310
    try:
        with opener.open(request, timeout=_TIMEOUT_S) as answer:
            found = json.loads(answer.read(_MOST_BYTES))["edition"]
    except HTTPError as error:
        error.close()
        if error.code in _OUT:
            return None
        raise Unavailable(f"{url} answers {error.code}; try again later") from None
    except (OSError, HTTPException) as error:
        raise Unavailable(f"{url} does not answer ({type(error).__name__}); try again later") from None
    except (ValueError, KeyError, TypeError):
        raise Unavailable(f"{url} answers no edition; is that the address of a wire?") from None
    if not isinstance(found, dict) or hash_of(found) != event.get("sha256"):
        raise Unavailable(f"{url} answers other words than the event names; do not use them")
    return found


def hash_of(edition: Mapping[str, Any]) -> str:
    """Its SHA-256; empty for what has no canonical form (RFC 8785), as a number beyond 2^53."""
    try:
        return sha256_hex(canonical_bytes(edition))
    except ValueError:
        return ""
