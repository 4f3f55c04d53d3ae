"""Files sealed to a person with age (C2SP): any age tool opens them with that person's identity."""

from pathlib import Path
from typing import IO, Final

import pyrage

from dateline.core.errors import BadInput

_HEAD: Final = b"age-encryption.org/"


def recipient(text: str) -> pyrage.x25519.Recipient:
    """The recipient `age1...`. Raises BadInput."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except (pyrage.RecipientError, ValueError):
        raise BadInput(
            "this is no age recipient; write age1... as `age-keygen` prints it", where="--encrypt-to"
        ) from None


def identities(file: Path) -> list[pyrage.x25519.Identity]:
    """What stands in an identity file of `age-keygen`. Raises BadInput naming file and line."""
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            found.append(pyrage.x25519.Identity.from_str(line.strip()))
        except (pyrage.IdentityError, ValueError):
            raise BadInput(
                "this is no age identity (AGE-SECRET-KEY-1...)", where=f"{file}:{number}"
            ) from None
    if not found:
        raise BadInput("no age identity is in it", where=str(file))
    return found


def encrypt(source: IO[bytes], target: IO[bytes], recipients: list[pyrage.x25519.Recipient]) -> None:
    """Seals `source` from its beginning to all of them."""
    source.seek(0)
    pyrage.encrypt_io(source, target, recipients)


def decrypt(source: IO[bytes], target: IO[bytes], identities: list[pyrage.x25519.Identity]) -> None:
    """Opens it, and leaves `target` at its beginning. Raises BadInput when no identity fits or it is
    damaged.
    """
    try:
        pyrage.decrypt_io(source, target, identities)
    except pyrage.DecryptError:
        raise BadInput(
            "the backup does not open with this identity, or it is damaged", where="--identity"
        ) from None
    target.seek(0)


def is_sealed(source: IO[bytes]) -> bool:
    """Whether it begins as age files do; leaves it at its beginning."""
    head = source.read(len(_HEAD))
    source.seek(0)
    return head == _HEAD
