"""HMAC-SHA256 of many short texts under one key (RFC 2104): the key is taken in once.

A crowd of recipients has three of these each; `hmac.digest` prepares the key anew for every one, which costs
six times as much as the hash.
"""

import hashlib
from functools import lru_cache
from typing import Any, Final

_BLOCK: Final = 64
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))


def keyed_sha256(key: bytes, data: bytes) -> bytes:
    """What `hmac.digest(key, data, "sha256")` says."""
    inner, outer = _states(key)
    inside, outside = inner.copy(), outer.copy()
    inside.update(data)
    outside.update(inside.digest())
    found: bytes = outside.digest()
    return found


@lru_cache(maxsize=64)
def _states(key: bytes) -> tuple[Any, Any]:
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return hashlib.sha256(block.translate(_INNER)), hashlib.sha256(block.translate(_OUTER))
