"""The key that signs mail: `keys/dkim-SELECTOR.pem` in the home, the owner's alone; its public half is a DNS
record.
"""

import base64
import os
import re
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from dateline.core.errors import BadInput, Unavailable
from dateline.plant.settings import Settings

BITS: Final = 2048
_LEAST_BITS: Final = 1024
"""RFC 8301, 3.2: verifiers refuse what is shorter."""
_SELECTOR: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_STRING: Final = 255


def key_path(settings: Settings, selector: str = "") -> Path:
    """Where the key of a selector lies. Raises BadInput for what is no selector."""
    selector = selector or settings.dkim_selector
    if not _SELECTOR.fullmatch(selector):
        raise BadInput(
            "should be small letters, digits and hyphens, like wire1", where="DATELINE_DKIM_SELECTOR"
        )
    return settings.home / "keys" / f"dkim-{selector}.pem"


def make_key(settings: Settings, selector: str, bits: int = BITS) -> RSAPrivateKey:
    """Makes and keeps a new key. Raises BadInput when there is one already: its record may be in use."""
    path = key_path(settings, selector)
    key = generate_private_key(public_exponent=65537, key_size=bits)
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput(f"{path} exists; choose another selector for a new key", where="--selector") from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return key


def load_key(settings: Settings, selector: str = "") -> RSAPrivateKey:
    """The key of the selector. Raises BadInput, Unavailable; neither repeats anything of the file."""
    path = key_path(settings, selector)
    try:
        data = path.read_bytes()
        if path.stat().st_mode & 0o077:
            raise Unavailable(f"{path} can be read by others; run chmod 600 on it")
    except FileNotFoundError:
        remedy = f"make one with `dateline dkim new --selector {path.stem.removeprefix('dkim-')}`"
        raise BadInput(f"{path} is missing; {remedy}", where="DATELINE_DKIM_SELECTOR") from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from None
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError):
        raise BadInput(f"{path} holds no unencrypted PEM key", where="DATELINE_DKIM_SELECTOR") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < _LEAST_BITS:
        raise BadInput(
            f"{path} should hold an RSA key of {BITS} bits (at least {_LEAST_BITS})",
            where="DATELINE_DKIM_SELECTOR",
        )
    return key


def dns_record(key: RSAPublicKey) -> str:
    """The text of the TXT record (RFC 6376, 3.6.1)."""
    data = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(data).decode()}"


def zone_line(selector: str, domain: str, record: str) -> str:
    """The record as a line of a zone file, cut into strings of at most 255 bytes."""
    parts = [record[at : at + _STRING] for at in range(0, len(record), _STRING)]
    shown = " ".join(f'"{part}"' for part in parts)
    return f"{selector}._domainkey.{domain}. IN TXT ( {shown} )"
