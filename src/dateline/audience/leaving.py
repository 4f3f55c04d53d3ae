"""What is held about a person, handed over; and forgotten, but for the keyed hash that keeps it so."""

from typing import Any

from django.db import transaction

from dateline.audience import addresses
from dateline.audience.models import Journalist, Link, SignIn, Suppression
from dateline.audience.rules import parts
from dateline.audience.signing_in import forget_sign_ins
from dateline.audience.statements import ERASURE
from dateline.core.clock import Clock, Instant, SystemClock, iso_z
from dateline.core.errors import NotFound
from dateline.core.events import Erased, Suppressed
from dateline.core.ids import RecipientId
from dateline.plant.db import outbox
from dateline.plant.db.databases import DEFAULT

_LISTS = ("languages", "sectors", "keywords", "countries", "issuers_only", "issuers_not", "chosen")
_REASON = "erased at the person's own request"


def held_about(recipient: RecipientId) -> dict[str, Any]:
    """All that this room holds about a person, as JSON values. Raises NotFound."""
    row = Journalist.objects.using(DEFAULT).filter(recipient=recipient).first()
    if row is None:
        raise NotFound("there is no such person any more")
    person: dict[str, Any] = {
        field.name: _plain(getattr(row, field.name)) for field in Journalist._meta.concrete_fields
    }
    for name in _LISTS:
        person[name] = list(parts(person[name]))
    links = Link.objects.using(DEFAULT).filter(person=row.person).order_by("asked_at")
    sign_ins = SignIn.objects.using(DEFAULT).filter(person=row.person).order_by("at")
    stops = Suppression.objects.using(DEFAULT).filter(key=row.person)
    return {
        "person": person,
        "links": [
            {
                "purpose": link.purpose,
                "asked_at": _plain(link.asked_at),
                "expires_at": _plain(link.expires_at),
                "used_at": _plain(link.used_at),
            }
            for link in links
        ],
        "sign_ins": [{"at": _plain(one.at), "expires_at": _plain(one.expires_at)} for one in sign_ins],
        "stops": [{"reason": stop.reason, "source": stop.source, "at": _plain(stop.at)} for stop in stops],
    }


def erase(recipient: RecipientId, *, clock: Clock | None = None) -> bool:
    """Deletes the person; a keyed hash of the address remains, so that no list brings it back (I13). The
    ledger keeps its rows under the pseudonymous id. False when nobody was there.
    """
    now = (clock or SystemClock()).now()
    person = recipient.removeprefix(addresses.JOURNALIST)
    with transaction.atomic(using=DEFAULT):
        gone, _ = Journalist.objects.using(DEFAULT).filter(recipient=recipient).delete()
        Link.objects.using(DEFAULT).filter(person=person).delete()
        forget_sign_ins(person)
        if gone:
            Suppression.objects.using(DEFAULT).update_or_create(
                key=person, scope="all", defaults={"reason": _REASON, "source": ERASURE, "at": now}
            )
            outbox.append(Suppressed(person=person, reason=_REASON, at=now), using=DEFAULT)
            outbox.append(Erased(person=person, at=now), using=DEFAULT)
    return bool(gone)


def _plain(value: Any) -> Any:
    return iso_z(Instant(value)) if hasattr(value, "isoformat") else value
