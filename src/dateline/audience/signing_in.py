"""Browsers in which a person is signed in to preferences: a row each, so that one can be ended from afar."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction

from dateline.audience import addresses
from dateline.audience.choosing import Choices
from dateline.audience.joining import person_choices
from dateline.audience.models import SignIn
from dateline.core.clock import Clock, SystemClock
from dateline.core.ids import RecipientId
from dateline.plant.db.databases import DEFAULT

SIGN_IN_HOURS: Final = 12


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, and what they chose."""

    recipient: RecipientId
    choices: Choices


def sign_in(recipient: RecipientId, *, clock: Clock | None = None) -> str:
    """Signs the person in for twelve hours; the answer, 32 hex digits, is what their browser keeps."""
    now = (clock or SystemClock()).now()
    made = SignIn(
        sign_in=secrets.token_hex(16),
        person=recipient.removeprefix(addresses.JOURNALIST),
        at=now,
        expires_at=now + timedelta(hours=SIGN_IN_HOURS),
    )
    with transaction.atomic(using=DEFAULT):
        SignIn.objects.using(DEFAULT).filter(expires_at__lte=now).delete()
        made.save(using=DEFAULT, force_insert=True)
    return made.sign_in


def signed_in(sign_in: str, *, clock: Clock | None = None) -> SignedIn | None:
    """Whose sign-in this is; None when it is over, or its person stopped or erased."""
    now = (clock or SystemClock()).now()
    rows = SignIn.objects.using(DEFAULT).filter(sign_in=sign_in, expires_at__gt=now)
    person = rows.values_list("person", flat=True).first()
    if person is None:
        return None
    recipient = addresses.journalist_id(person)
    found = person_choices(recipient)
    return None if found is None else SignedIn(recipient, found)


def sign_out(sign_in: str, *, everywhere: bool = False) -> None:
    """Ends this sign-in, and with `everywhere` all others of the same person."""
    rows = SignIn.objects.using(DEFAULT)
    with transaction.atomic(using=DEFAULT):
        person = rows.filter(sign_in=sign_in).values_list("person", flat=True).first()
        if person is not None and everywhere:
            forget_sign_ins(person)
        rows.filter(sign_in=sign_in).delete()


def forget_sign_ins(person: str) -> None:
    """Ends every sign-in of a person. Runs inside the transaction that gave the reason."""
    SignIn.objects.using(DEFAULT).filter(person=person).delete()
