"""Envelope encryption: a fresh data key per owner, wrapped by the key of the house.

Parts are sealed with ChaCha20-Poly1305 (RFC 8439) under a random 96-bit nonce; owner and part name are bound
as associated data, so that no ciphertext can be passed off under another name. The key file lies in the home:
it stops whoever has only the database or a backup of it, and no thief of the whole home.
"""

import os
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from dateline.core.errors import Unavailable

Wrapped = NewType("Wrapped", bytes)
_NONCE = 12
_FORM = b"\x01"  # first byte of every ciphertext, so that a later form can be told apart


def new_data_key(house_key: bytes, owner: str) -> tuple[bytes, Wrapped]:
    """A fresh 32-byte data key and its wrapped form for the owner."""
    key = ChaCha20Poly1305.generate_key()
    return key, Wrapped(seal(house_key, owner, "key", key))


def unwrap(house_key: bytes, owner: str, wrapped: bytes) -> bytes:
    """The data key. Raises Unavailable when the house key is not the one that wrapped it."""
    return unseal(house_key, owner, "key", wrapped)


def seal(key: bytes, owner: str, name: str, data: bytes) -> bytes:
    """form byte, nonce, ciphertext with tag."""
    nonce = os.urandom(_NONCE)
    return _FORM + nonce + ChaCha20Poly1305(key).encrypt(nonce, data, _bound(owner, name))


def unseal(key: bytes, owner: str, name: str, sealed: bytes) -> bytes:
    """The data. Raises Unavailable when key, owner, name or a single byte differ."""
    if sealed[:1] != _FORM:
        raise Unavailable(
            f"vault part {name} of {owner} has an unknown form; was it written by a newer version?"
        )
    try:
        return ChaCha20Poly1305(key).decrypt(
            sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], _bound(owner, name)
        )
    except InvalidTag:
        raise Unavailable(
            f"vault part {name} of {owner} does not open; "
            "restore keys/vault from the backup that fits the database"
        ) from None


def _bound(owner: str, name: str) -> bytes:
    return owner.encode() + b"\x00" + name.encode()
