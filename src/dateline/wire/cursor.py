"""Cursors of the wire log: opaque to the public, authenticated, bound to one epoch of the log."""

import base64
import binascii
import re
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.db import transaction

from dateline.core.errors import BadInput, DatelineError
from dateline.plant.db.databases import DEFAULT
from dateline.plant.settings import get_settings
from dateline.wire.models import LogEpoch

_FORM = re.compile(r"^[A-Za-z0-9_-]{43}$")
_WIDTH = 8


class BadCursor(BadInput):
    """Not a cursor of this wire: mistyped, cut short or forged."""


class CursorTooOld(DatelineError):
    """A genuine cursor of a log that is no more, or of a position that is no longer (or not yet) there."""


def encode(seq: int, epoch: int) -> str:
    """43 characters of `[A-Za-z0-9_-]`; the same position always has the same cursor.

    Positions below zero are those of the archive, which is in lists and not on the log.
    AES-SIV (RFC 5297) hides the position, so that nobody can count what others read, and authenticates it.
    """
    data = epoch.to_bytes(_WIDTH, "big") + seq.to_bytes(_WIDTH, "big", signed=True)
    return base64.urlsafe_b64encode(_cipher().encrypt(data, None)).rstrip(b"=").decode()


def decode(cursor: str, epoch: int) -> int:
    """The position. Raises BadCursor for what this wire never sent, CursorTooOld for one of another epoch."""
    found_epoch, seq = _opened(cursor)
    if found_epoch != epoch:
        raise CursorTooOld("the log has begun anew since this cursor was given; start again without one")
    return seq


def _opened(cursor: str) -> tuple[int, int]:
    if not _FORM.match(cursor):
        raise BadCursor("not a cursor of this wire; use one that it sent, unchanged", where="cursor")
    try:
        sealed = base64.b64decode(cursor + "=", altchars=b"-_", validate=True)
        data = _cipher().decrypt(sealed, None)
    except (InvalidTag, binascii.Error):
        raise BadCursor(
            "not a cursor of this wire; use one that it sent, unchanged", where="cursor"
        ) from None
    if (
        encode(
            seq := int.from_bytes(data[_WIDTH:], "big", signed=True),
            found := int.from_bytes(data[:_WIDTH], "big"),
        )
        != cursor
    ):
        raise BadCursor("not a cursor of this wire; use one that it sent, unchanged", where="cursor")
    return found, seq


def current_epoch() -> int:
    """The number of this life of the log, drawn at random when the log is first asked."""
    found = LogEpoch.objects.using(DEFAULT).filter(id=1).values_list("number", flat=True).first()
    if found is not None:
        return found
    LogEpoch.objects.using(DEFAULT).bulk_create([LogEpoch(id=1, number=_drawn())], ignore_conflicts=True)
    return LogEpoch.objects.using(DEFAULT).values_list("number", flat=True).get(id=1)


def begin_epoch() -> None:
    """Ends every cursor given so far: after a restore their positions may name other events."""
    with transaction.atomic(using=DEFAULT):
        LogEpoch.objects.using(DEFAULT).update_or_create(id=1, defaults={"number": _drawn()})


def _drawn() -> int:
    return secrets.randbits(62)


def _cipher() -> AESSIV:
    return _cipher_of(get_settings().home)


@lru_cache(maxsize=4)
def _cipher_of(home: Path) -> AESSIV:
    return AESSIV(get_settings().secret("cursor"))
