"""Text sent ahead of its time: opaque frames before T0, one small signed key message after it. No Django.

A sealed body says nothing: its id is random, its size is that of a class, its frames are alike. Each body has
a key of its own, used for nothing else, so that a frame's number can be its nonce (AES-256-GCM). Whoever
holds frames without the key holds noise.
"""

import base64
import binascii
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dateline.core.errors import BadInput
from dateline.plant.passes import BadPass, Signer, Verifier

STAGED: Final = "staged"
KEY: Final = "key"
FRAME_NAMES: Final = frozenset({"type", "id", "part", "parts", "data"})
"""What a frame holds, and nothing else."""
PART: Final = 24 * 1024
"""Bytes of a frame before it is sealed; base64 makes them 32 KiB."""
_SMALLEST: Final = 2 * PART
MOST: Final = 64 * PART
"""A longer body is not sent ahead: it is fetched after T0."""
_LENGTH: Final = 4
_ID = re.compile(r"^[A-Za-z0-9_-]{22}$")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A body ready to be sent ahead. `frames` are JSON documents; the key leaves the house with the lift."""

    id: str
    key: bytes = field(repr=False)
    frames: tuple[Mapping[str, Any], ...] = field(repr=False)


def size_class(length: int) -> int:
    """Bytes that a body of this length takes: two frames or a power of two times that. Raises BadInput."""
    size = _SMALLEST
    while size < length + _LENGTH:
        size *= 2
    if size > MOST:
        raise BadInput(f"{length} bytes are too many to be sent ahead; at most {MOST - _LENGTH}")
    return size


def seal(body: bytes) -> Sealed:
    """Seals a body under a fresh key and a random id. Raises BadInput for one that is too long."""
    size = size_class(len(body))
    padded = len(body).to_bytes(_LENGTH, "big") + body
    padded += bytes(size - len(padded))
    name, key = _text(os.urandom(16)), AESGCM.generate_key(256)
    parts = size // PART
    frames = []
    for part in range(parts):
        bound = _bound(name, part, parts)
        data = AESGCM(key).encrypt(_nonce(part), padded[part * PART : (part + 1) * PART], bound)
        frames.append({"type": STAGED, "id": name, "part": part, "parts": parts, "data": _text(data)})
    return Sealed(name, key, tuple(frames))


def key_message(name: str, key: bytes, signer: Signer) -> dict[str, Any]:
    """What opens a body, signed by the wire: some 240 bytes. `signature` is that of a JWS with detached
    content (RFC 7515, appendix F) over `{"id": ..., "key": ...}`.
    """
    said = {"id": name, "key": _text(key)}
    return {"type": KEY, **said, "kid": signer.id, "signature": signer.signature("key", said)}


def check_key(message: Mapping[str, Any], verifier: Verifier) -> None:
    """Whether the wire itself lets this key out. Raises BadPass, UnknownKey (plant.passes)."""
    if key_of(message) is None:
        raise BadPass("it is no key of a body")
    said = {"id": message["id"], "key": message["key"]}
    verifier.check("key", said, str(message.get("kid", "")), str(message.get("signature", "")))


def part_of(frame: Mapping[str, Any]) -> tuple[str, int, int, bytes] | None:
    """(id, part, parts, sealed bytes) of a frame; None for anything else."""
    name, part, parts = frame.get("id"), frame.get("part"), frame.get("parts")
    if frame.get("type") != STAGED or not isinstance(name, str) or not _ID.fullmatch(name):
        return None
    if not isinstance(part, int) or not isinstance(parts, int) or not 0 <= part < parts <= MOST // PART:
        return None
    try:
        data = _bytes(frame["data"])
    except (KeyError, TypeError, ValueError):
        return None
    return (name, part, parts, data) if len(data) == PART + 16 else None


def key_of(message: Mapping[str, Any]) -> tuple[str, bytes] | None:
    """(id, key) of a key message; None for anything else."""
    name = message.get("id")
    if message.get("type") != KEY or not isinstance(name, str) or not _ID.fullmatch(name):
        return None
    try:
        key = _bytes(message["key"])
    except (KeyError, TypeError, ValueError):
        return None
    return (name, key) if len(key) == 32 else None


def opened(name: str, key: bytes, parts: Sequence[bytes]) -> bytes | None:
    """The body; None when key and parts do not belong together."""
    try:
        padded = b"".join(_opened(name, key, parts))
    except InvalidTag:
        return None
    length = int.from_bytes(padded[:_LENGTH], "big")
    return padded[_LENGTH : _LENGTH + length] if length <= len(padded) - _LENGTH else None


def _opened(name: str, key: bytes, parts: Sequence[bytes]) -> Iterator[bytes]:
    cipher = AESGCM(key)
    for part, data in enumerate(parts):
        yield cipher.decrypt(_nonce(part), data, _bound(name, part, len(parts)))


def _nonce(part: int) -> bytes:
    return part.to_bytes(12, "big")


def _bound(name: str, part: int, parts: int) -> bytes:
    return f"{name}/{part}/{parts}".encode()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None
