"""Envelope senders that name their delivery, so that what comes back can be told apart (VERP).

`b+TOKEN@BOUNCE_DOMAIN`, the token being the delivery's id and a short HMAC: whoever has not received the mail
cannot make one up, so a forged bounce suppresses nobody. The id is masked with a key stream drawn from the
HMAC, because ledger ids count what the house sends and recipients see the envelope (`Return-Path`). Letters
and digits of base32 alone: some mail systems change the case of what they return.
"""

import base64
import hmac
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from dateline.core.keyed import keyed_sha256
from dateline.plant.settings import Settings, get_settings

_ID_BYTES: Final = 6
_TAG_BYTES: Final = 9
_TOKEN_LENGTH: Final = (_ID_BYTES + _TAG_BYTES) * 8 // 5  # a whole number, so base32 needs no padding
_TOKEN: Final = re.compile(rf"(?<![a-z0-9])b\+([a-z2-7]{{{_TOKEN_LENGTH}}})(?![a-z0-9])", re.IGNORECASE)
_BARE: Final = re.compile(rf"[a-z2-7]{{{_TOKEN_LENGTH}}}", re.IGNORECASE)


def return_path(settings: Settings, delivery_id: int) -> str:
    """The envelope sender of this delivery, the same for every repeat; the plain sender without a
    `bounce_domain`.
    """
    if not settings.bounce_domain:
        return settings.mail_from
    return f"b+{token(settings, delivery_id)}@{settings.bounce_domain}"


def token(settings: Settings, delivery_id: int) -> str:
    """24 lower-case letters and digits that stand for the delivery."""
    key = _key(settings.home)
    plain = delivery_id.to_bytes(_ID_BYTES, "big")
    tag = keyed_sha256(key, b"tag" + plain)[:_TAG_BYTES]
    return base64.b32encode(_masked(key, plain, tag) + tag).decode().lower()


def delivery_of(settings: Settings, address: str) -> int | None:
    """The delivery that an envelope recipient (or a bare token) names; None for what this house never made.

    The token is found wherever rewriting left it (`SRS0=..=b+TOKEN@..`, upper case, another domain).
    """
    found = _TOKEN.search(address)
    text = found[1] if found else address.strip() if _BARE.fullmatch(address.strip()) else ""
    if not text:
        return None
    data = base64.b32decode(text.upper())
    hidden, tag = data[:_ID_BYTES], data[_ID_BYTES:]
    key = _key(settings.home)
    plain = _masked(key, hidden, tag)
    real = hmac.compare_digest(keyed_sha256(key, b"tag" + plain)[:_TAG_BYTES], tag)
    return int.from_bytes(plain, "big") if real else None


def _masked(key: bytes, data: bytes, tag: bytes) -> bytes:
    stream = keyed_sha256(key, b"mask" + tag)
    return bytes(a ^ b for a, b in zip(data, stream, strict=False))


@lru_cache(maxsize=4)
def _key(home: Path) -> bytes:
    settings = get_settings()
    if settings.home != home:
        settings = settings.model_copy(update={"home": home})
    return settings.secret("bounce")
