"""Stops mail to an address for good (I13), by one click or by the house; pauses it for a while."""

from django.db import transaction

from dateline.audience import addresses
from dateline.audience.finding import Found, by_id
from dateline.audience.models import Journalist, Outlet, Suppression
from dateline.audience.signing_in import forget_sign_ins
from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput
from dateline.core.events import Suppressed
from dateline.core.ids import RecipientId
from dateline.plant.db import outbox
from dateline.plant.db.databases import DEFAULT

_ALL = "all"


def stop_token(recipient: RecipientId) -> str:
    """The token of this recipient's stop link: the same for ever, unguessable, good in a URL."""
    return addresses.stop_token(recipient)


def person_of_token(token: str) -> Found | None:
    """Whom the token was made for; None for an unknown one. Someone erased since is found without a name."""
    recipient = addresses.recipient_of_token(token)
    if recipient is None:
        return None
    found = by_id(recipient)
    if found is None and recipient.startswith(addresses.JOURNALIST):
        return Found(recipient, "journalist", "", recipient.removeprefix(addresses.JOURNALIST))
    return found


def stop(token: str, *, scope: str = _ALL, clock: Clock | None = None) -> bool:
    """Stops all mail to whoever the token was made for. True also when it was stopped before; False for an
    unknown token, or a recipient that is not mailed. Raises BadInput for another scope than `all`.
    """
    if scope != _ALL:
        raise BadInput(f"'{scope}' cannot be stopped by itself; use all", where="scope")
    recipient = addresses.recipient_of_token(token)
    key = _key(recipient) if recipient else ""
    if key:
        _suppress(key, "stopped by the recipient with one click", "stop link", clock or SystemClock())
    return bool(key)


def _key(recipient: RecipientId) -> str:
    if recipient.startswith(addresses.JOURNALIST):
        return recipient.removeprefix(addresses.JOURNALIST)
    rows = Outlet.objects.using(DEFAULT).filter(recipient=recipient)
    return rows.values_list("address_key", flat=True).first() or ""


def suppress(address: str, *, reason: str, source: str, clock: Clock | None = None) -> None:
    """Never mails this address again, known or not; idempotent, the first reason stays. Raises BadInput."""
    if not reason.strip():
        raise BadInput("say why, for example 'hard bounce 5.1.1'", where="reason")
    key = addresses.person_id(address, addresses.key_of_the_house())
    _suppress(key, reason.strip(), source.strip(), clock or SystemClock())


def _suppress(key: str, reason: str, source: str, clock: Clock) -> None:
    now = clock.now()
    with transaction.atomic(using=DEFAULT):
        forget_sign_ins(key)
        _, is_new = Suppression.objects.using(DEFAULT).get_or_create(
            key=key, scope=_ALL, defaults={"reason": reason, "source": source, "at": now}
        )
        if is_new:
            outbox.append(Suppressed(person=key, reason=reason, at=now), using=DEFAULT, clock=clock)
            # Rows of outlets have no person: the ledger finds them by their recipient id.
            mailed = Outlet.objects.using(DEFAULT).filter(address_key=key).values_list("recipient", flat=True)
            for recipient in mailed:
                outbox.append(Suppressed(person=recipient, reason=reason, at=now), using=DEFAULT, clock=clock)


def is_suppressed(address: str) -> bool:
    """Whether the address is never mailed. Raises BadInput when it is none."""
    key = addresses.person_id(address, addresses.key_of_the_house())
    return Suppression.objects.using(DEFAULT).filter(key=key, scope=_ALL).exists()


def pause(token: str, *, until: Instant | None) -> bool:
    """Sends nothing new to this person until then; None = go on now. False when the token is nobody's."""
    recipient = addresses.recipient_of_token(token)
    rows = Journalist.objects.using(DEFAULT).filter(recipient=recipient or "")
    return bool(rows.update(paused_until=until))
