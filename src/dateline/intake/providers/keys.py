"""Keys with which providers push, and the secrets that their own servers ask for."""

import hashlib
import hmac
from typing import Final

from dateline.core.errors import BadInput, NotAllowed
from dateline.core.ids import new_token
from dateline.intake.models import Provider
from dateline.intake.providers.registry import row_of
from dateline.plant.settings import get_settings

KEY_PREFIX: Final = "dlp_"


def new_key(name: str) -> str:
    """A key for the provider's webhook, shown once; the one before is void. Raises NotFound, BadInput."""
    row = row_of(name)
    if row.kind != "webhook":
        raise BadInput(f"{row.name} is asked by us and pushes nothing; it needs no key", where="name")
    key = KEY_PREFIX + new_token()
    Provider.objects.filter(pk=row.pk).update(key_sha256=hashlib.sha256(key.encode()).hexdigest())
    return key


def proved(name: str, key: str) -> Provider:
    """The provider whose key this is. Raises NotAllowed, in the same words and after the same work whether
    the name or the key is wrong.
    """
    row = Provider.objects.filter(name=name, kind="webhook").first()
    kept = row.key_sha256 if row is not None and row.key_sha256 else "0" * 64
    same = hmac.compare_digest(hashlib.sha256(key.encode()).hexdigest(), kept)
    if row is None or not same or not row.key_sha256:
        raise NotAllowed("send Authorization: Bearer KEY, with the key of this provider")
    return row


def admit(name: str, key: str) -> None:
    """Raises NotAllowed unless the key is this provider's."""
    proved(name, key)


def secret_of(row: Provider) -> bytes:
    """What its server asks for. Raises BadInput naming the file that is missing or unfit."""
    if not row.secret_ref:
        return b""
    path = get_settings().home / "secrets" / row.secret_ref
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}; put the secret there", where=str(path)) from None
    if not data.strip():
        raise BadInput("is empty; put the secret there", where=str(path))
    return data if data.startswith(b"-----BEGIN") else data.strip()
