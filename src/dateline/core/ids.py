"""Ids: random where the public sees them, so that nothing pending can be counted or guessed (T4)."""

import secrets
from typing import NewType

ReleaseId = NewType("ReleaseId", str)
VersionId = NewType("VersionId", str)
PersonId = NewType("PersonId", str)
RecipientId = NewType("RecipientId", str)

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0/o, 1/i/l: ids are read aloud on the phone


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_release_id() -> ReleaseId:
    """Ten characters, about 49 bits."""
    return ReleaseId(_random(10))


def new_version_id() -> VersionId:
    """Drawn anew at each lock before T0; sixteen characters."""
    return VersionId("v" + _random(16))


def new_event_id() -> str:
    """The id of a wire event, drawn at lock; it is not the cursor."""
    return "evt_" + _random(20)


def new_token() -> str:
    """An unguessable token for links, about 158 bits."""
    return _random(32)
