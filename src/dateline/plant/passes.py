"""Signed passes of desktops: the origin mints them, an edge checks them without asking anybody.

A pass is a JWS in compact form (RFC 7515) signed with Ed25519 (RFC 8037, 9864); the public keys are a JWK set
(RFC 7517). There is one fixed header per key and purpose, compared as bytes: no algorithm is ever chosen by
whoever brings a pass, and a ticket or a list of revocations cannot be used as one.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Purpose = Literal["pass", "ticket", "admission", "revocations", "key"]
"""`ticket`: the right to be admitted once, told to the origin by the edge; `admission`: its answer; `key`:
what opens text that was sent ahead.
"""
PURPOSES: Final[tuple[Purpose, ...]] = ("pass", "ticket", "admission", "revocations", "key")
LONGEST: Final = 3800
"""Characters of a pass: it must fit into one header line of an edge."""
_FORM = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})")


class BadPass(Exception):
    """Not signed by this wire for this purpose. Says why in words that hold nothing of the pass."""


class UnknownKey(BadPass):
    """Signed with a key that is not known here: perhaps a new one."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a desktop may have. `languages` in order, empty or `*` = all; `topics` = `sector:ID` and
    `keyword:WORD` as alternatives, empty = everything; `country` = where it works; `issued_at` and
    `expires_at` in Unix seconds; `connections` = how many at once; `key` = the desktop key it was made for.
    """

    account: str
    key: str
    issued_at: int
    expires_at: int
    connections: int = 1
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    country: str = ""
    grants: tuple[str, ...] = ()


_NAMES: Final = {
    "account": "sub", "key": "key", "issued_at": "iat", "expires_at": "exp", "connections": "connections",
    "languages": "languages", "topics": "topics", "country": "country", "grants": "grants",
}  # fmt: skip
assert set(_NAMES) == {f.name for f in fields(Pass)}  # noqa: S101


class Signer:
    """One private key."""

    def __init__(self, seed: bytes) -> None:
        """`seed` is 32 random bytes."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.id = key_id(self.public)

    def sign(self, purpose: Purpose, claims: Mapping[str, Any]) -> str:
        """The claims as a JWS."""
        said = f"{_header(self.id, purpose)}.{_encoded(_json(claims))}"
        return f"{said}.{_encoded(self._key.sign(said.encode()))}"

    def signature(self, purpose: Purpose, claims: Mapping[str, Any]) -> str:
        """The last part of that JWS alone, for claims that travel in the clear (RFC 7515, appendix F)."""
        return self.sign(purpose, claims).rpartition(".")[2]

    def mint(self, granted: Pass, *, ticket: str = "") -> str:
        """The pass; with `ticket`, the answer that admits whoever brought this ticket, which is no pass.

        Raises ValueError when it does not fit into a header line.
        """
        claims = {claim: getattr(granted, name) for name, claim in _NAMES.items()}
        made = self.sign("admission", claims | {"jti": ticket}) if ticket else self.sign("pass", claims)
        if len(made) > LONGEST:
            raise ValueError(f"a pass of {len(made)} characters; at most {LONGEST} fit into a request")
        return made


class Verifier:
    """The public keys of a wire."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        """`keys` are 32 bytes each."""
        self._keys = {
            _header(key_id(raw), purpose): (purpose, Ed25519PublicKey.from_public_bytes(raw))
            for raw in keys
            for purpose in PURPOSES
        }

    def __bool__(self) -> bool:
        return bool(self._keys)

    def claims(self, purpose: Purpose, text: str) -> dict[str, Any]:
        """What was signed for `purpose`. Raises BadPass; UnknownKey when a newer set of keys may help."""
        parts = _FORM.fullmatch(text)
        if parts is None:
            raise BadPass("it has not the form of one")
        known = self._keys.get(parts[1])
        if known is None:
            raise UnknownKey("it is signed with a key that this wire does not publish")
        if known[0] != purpose:
            raise BadPass("it was made for another purpose")
        try:
            known[1].verify(_decoded(parts[3]), f"{parts[1]}.{parts[2]}".encode())
            found = json.loads(_decoded(parts[2]))
        except (InvalidSignature, ValueError):
            raise BadPass("its signature does not fit") from None
        if not isinstance(found, dict):
            raise BadPass("it holds no claims")
        return found

    def check(self, purpose: Purpose, claims: Mapping[str, Any], kid: str, signature: str) -> None:
        """Whether these claims were signed for `purpose` (`Signer.signature`). Raises as `claims` does."""
        self.claims(purpose, f"{_header(kid, purpose)}.{_encoded(_json(claims))}.{signature}")

    def read(self, text: str, *, ticket: str = "") -> Pass:
        """The pass, or what admits the bringer of `ticket`; its time may be over. Raises BadPass."""
        if len(text) > LONGEST:
            raise BadPass("it is too long")
        claims = self.claims("admission" if ticket else "pass", text)
        if claims.get("jti", "") != ticket:
            raise BadPass("it was made for another ticket")
        try:
            values: dict[str, Any] = {name: claims[claim] for name, claim in _NAMES.items()}
            values = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
            return Pass(**values)
        except KeyError:
            raise BadPass("it lacks a claim; it was made by another version") from None


def key_id(public: bytes) -> str:
    """The first 16 characters of the thumbprint (RFC 7638) of a public key."""
    jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{_encoded(public)}"}}'
    return _encoded(hashlib.sha256(jwk.encode()).digest())[:16]


def key_set(keys: Iterable[bytes]) -> dict[str, Any]:
    """The JWK set that publishes these public keys."""
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "alg": "Ed25519", "use": "sig", "kid": key_id(key)}
            | {"x": _encoded(key)}
            for key in keys
        ]
    }


def keys_of(document: Any) -> list[bytes]:
    """The Ed25519 keys of a JWK set, others left out. Raises ValueError when it is none."""
    try:
        found = [_decoded(row["x"]) for row in document["keys"] if row.get("crv") == "Ed25519"]
    except (KeyError, TypeError, AttributeError):
        raise ValueError("no JWK set") from None
    if any(len(key) != 32 for key in found):
        raise ValueError("an Ed25519 key has 32 bytes")
    return found


def _header(kid: str, purpose: Purpose) -> str:
    return _encoded(_json({"alg": "Ed25519", "kid": kid, "typ": f"dateline-{purpose}"}))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, TypeError):
        raise ValueError("not base64url") from None
