"""Finds embedded C2PA credentials (Content Credentials) without judging them: a manifest store in JUMBF
boxes, in APP11 of a JPEG, in `caBX` of a PNG, in `C2PA` of a WebP. Only the containers are walked; nothing is
decoded.
"""

from collections.abc import Iterator
from typing import Final

_LABEL: Final = b"c2pa"
_MOST_PARTS: Final = 20_000
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_SCAN: Final = 0xDA


def has_credentials(data: bytes) -> bool:
    """Whether the picture carries a C2PA manifest store. False for damage: that is found elsewhere."""
    if data.startswith(b"\xff\xd8"):
        return any(_is_store(part) for part in _app11(data))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return any(kind == b"caBX" and _is_store(part) for kind, part in _png_chunks(data))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return any(kind == b"C2PA" for kind, _ in _riff_chunks(data))
    return False


def _is_store(part: bytes) -> bool:
    """A JUMBF superbox whose description names a manifest store: `jumb` holding `jumd` with type `c2pa`."""
    return part[4:8] == b"jumb" and part[12:16] == b"jumd" and part[16:20] == _LABEL


def _app11(data: bytes) -> Iterator[bytes]:
    """The first part of each JUMBF box in APP11 (ISO 19566-5: `JP`, instance, sequence, box)."""
    at = 2
    for _ in range(_MOST_PARTS):
        if at + 4 > len(data) or data[at] != 0xFF:
            return
        marker = data[at + 1]
        if marker == 0xFF or marker in _STANDALONE:  # fill bytes; markers without a length
            at += 1 if marker == 0xFF else 2
            continue
        if marker == _SCAN:
            return
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2:
            return
        body = data[at + 4 : at + 2 + length]
        if marker == 0xEB and body[:2] == b"JP" and int.from_bytes(body[4:8], "big") == 1:
            yield body[8:]
        at += 2 + length


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    for _ in range(_MOST_PARTS):
        if at + 8 > len(data):
            return
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + min(length, 64)]
        at += 12 + length


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    for _ in range(_MOST_PARTS):
        if at + 8 > len(data):
            return
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], b""
        at += 8 + length + (length & 1)
