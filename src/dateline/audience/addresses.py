"""Mail addresses and what stands for them: normalised form, keyed person id, recipient ids, stop tokens."""

import hmac
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from dateline.core.errors import BadInput
from dateline.core.ids import RecipientId
from dateline.core.keyed import keyed_sha256
from dateline.plant.settings import get_settings

OUTLET: Final = "o_"
JOURNALIST: Final = "j_"
DESKTOP: Final = "d_"
_ID_HEX: Final = 32
_LOCAL = re.compile(r"[^\s@<>(),:;\\\"\[\]\x00-\x20]{1,64}")
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def checked_address(text: str) -> str:
    """The address with its domain in lower-case ASCII (IDNA). Raises BadInput with the remedy.

    >>> checked_address("Ana@Zeitung.Example")
    'Ana@zeitung.example'
    """
    local, at, domain = text.strip().rpartition("@")
    try:
        ascii_domain = domain.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        ascii_domain = ""
    dots_ok = not (local.startswith(".") or local.endswith(".") or ".." in local)
    if not (at and dots_ok and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain)):
        raise BadInput(f"'{text.strip()[:80]}' is no mail address; write only name@domain")
    return f"{local}@{ascii_domain}"


def normalised(address: str) -> str:
    """The form by which two spellings are the same person: domain as in `checked_address`, all lower case."""
    return checked_address(address).casefold()


def domain_of(address: str) -> str:
    """The part after the `@`."""
    return address.rpartition("@")[2]


@lru_cache(maxsize=8)
def _secret(home: Path, name: str) -> bytes:
    return get_settings().secret(name)


def house_secret(name: str) -> bytes:
    """The secret `keys/NAME` of the home, read once a process: thousands of rows in a row ask for it."""
    return _secret(get_settings().home, name)


def key_of_the_house() -> bytes:
    """The key under which people are hashed."""
    return house_secret("audience")


def person_id(address: str, key: bytes) -> str:
    """HMAC-SHA256 of the normalised address, 32 hex digits: the person, and the key of a suppression."""
    return keyed(key, normalised(address))


def journalist_id(person: str) -> RecipientId:
    """The recipient id carries the person id, so that a stop link works after the address was erased."""
    return RecipientId(JOURNALIST + person)


def outlet_id(name_key: str, country: str, key: bytes) -> RecipientId:
    """The recipient id of an outlet: one per name and country."""
    return RecipientId(OUTLET + keyed(key, f"outlet\0{name_key}\0{country}"))


def desktop_id(account: str, key: bytes) -> RecipientId:
    """The recipient id of a desktop account."""
    return RecipientId(DESKTOP + keyed(key, f"desktop\0{account}"))


def name_key(name: str) -> str:
    """The form by which two spellings of an outlet's name are the same."""
    return " ".join(name.casefold().split())


def stop_token(recipient: RecipientId) -> str:
    """The recipient and a keyed check: stable, unguessable, readable back. Letters, digits, `_` and `-`."""
    return f"{recipient}-{_check(recipient)}"


def recipient_of_token(token: str) -> RecipientId | None:
    """Whom a stop token was made for; None when it is not one of ours."""
    recipient, _, check = token.partition("-")
    ours = hmac.compare_digest(_check(recipient).encode(), check.encode())
    return RecipientId(recipient) if ours else None


def _check(recipient: str) -> str:
    return keyed(house_secret("stop"), recipient)


def keyed(key: bytes, text: str) -> str:
    """HMAC-SHA256 of the text, its first 32 hex digits."""
    return keyed_sha256(key, text.encode()).hex()[:_ID_HEX]
