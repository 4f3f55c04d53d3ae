"""Passes and tickets of desktops, the keys that sign them, and the list of what is revoked.

The signing keys are files of the home, `keys/desktop-signing-N`. Three are published: the one before, the
one in force and the next, so that edges know a key before it signs, and passes outlive a change.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Max

from dateline.audience.desktop_keys import DesktopAccount, account_of, desktop_account, key_of_secret
from dateline.audience.models import DesktopKey, DesktopTicket
from dateline.core.clock import Clock, Instant, SystemClock, instant, to_micros
from dateline.core.errors import BadInput, NotAllowed, NotFound
from dateline.core.ids import new_token
from dateline.plant.db import choices
from dateline.plant.passes import BadPass, Pass, Signer, Verifier, key_id, key_set
from dateline.plant.prestage import key_message
from dateline.plant.settings import get_settings

TICKET_S: Final = 30
_CHOICE: Final = "desktop_signing"
_FEWEST_TICKETS: Final = 20
"""That any key may get in the time of one ticket; a key with more connections gets as many as it has."""
_HOUR: Final = 3600 * 1_000_000
_LEEWAY_S: Final = 600
_RETIRED: Final = 8
"""Generations before the oldest believed one that edges are told to forget."""


class TooManyTickets(NotAllowed):
    """The key got as many tickets as it may within TICKET_S; later there are more."""


@dataclass(frozen=True, slots=True)
class DesktopPass:
    """A pass as text, with what it says."""

    text: str
    granted: Pass
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A ticket as text, and for how many seconds it is good."""

    text: str
    seconds: int


def pass_for_secret(secret: str, *, clock: Clock | None = None) -> DesktopPass:
    """A pass for whoever holds a key. Raises NotAllowed."""
    row = key_of_secret(secret)
    if row is None:
        raise NotAllowed("no desktop key in force; ask the wire for one (`dateline desktop key new ACCOUNT`)")
    return _pass(row, clock or SystemClock())


def pass_for_account(account: str, *, clock: Clock | None = None) -> DesktopPass:
    """A pass under the newest key in force of an account. Raises NotFound with the remedy."""
    return _pass(_newest_key(account), clock or SystemClock())


def ticket_for_secret(secret: str, *, clock: Clock | None = None) -> IssuedTicket:
    """A ticket for whoever holds a key, or a pass in its time. Raises NotAllowed, TooManyTickets."""
    clock = clock or SystemClock()
    row = key_of_secret(secret) or _key_of_pass(secret, clock)
    if row is None:
        raise NotAllowed("neither a desktop key in force nor a pass in its time")
    return _ticket(row, clock)


def holder_of_secret(secret: str, *, clock: Clock | None = None) -> DesktopAccount:
    """Whose key in force, or pass in its time, this is. Raises NotAllowed; NotFound: the account is gone."""
    row = key_of_secret(secret) or _key_of_pass(secret, clock or SystemClock())
    if row is None:
        raise NotAllowed("neither a desktop key in force nor a pass in its time")
    return account_of(row)


def ticket_for_account(account: str, *, clock: Clock | None = None) -> IssuedTicket:
    """A ticket under an account's newest key in force. Raises NotFound with the remedy, TooManyTickets."""
    return _ticket(_newest_key(account), clock or SystemClock())


def redeem_ticket(text: str, *, clock: Clock | None = None) -> str:
    """The signed admission for a ticket, once. Raises NotAllowed when it is forged, used or old, or its key
    is revoked.
    """
    clock = clock or SystemClock()
    now = to_micros(clock.now())
    try:
        name = str(_verifier().claims("ticket", text).get("jti", ""))
    except BadPass as error:
        raise NotAllowed(f"the ticket is not accepted: {error}") from None
    # Compare-and-set: of two edges with one ticket a single one counts a row.
    won = DesktopTicket.objects.filter(ticket=name, used_at=None, expires_at__gt=now).update(used_at=now)
    row = None
    if won:
        key = DesktopTicket.objects.values_list("key", flat=True).get(ticket=name)
        row = DesktopKey.objects.filter(key=key, revoked_at=None).first()
    if row is None:
        raise NotAllowed("the ticket was used, or its time is over")
    return _minted(_granted(row, clock), ticket=name)


def _newest_key(account: str) -> DesktopKey:
    found = desktop_account(account)
    row = DesktopKey.objects.filter(recipient=found.recipient, revoked_at=None).order_by("-made_at").first()
    if row is None:
        raise NotFound(f"'{found.name}' has no key in force; make one with `dateline desktop key new`")
    return row


def _key_of_pass(text: str, clock: Clock) -> DesktopKey | None:
    try:
        granted = _verifier().read(text)
    except BadPass:
        return None
    if granted.expires_at <= clock.now().timestamp():
        return None
    return DesktopKey.objects.filter(key=granted.key, revoked_at=None).first()


def _pass(row: DesktopKey, clock: Clock) -> DesktopPass:
    granted = _granted(row, clock)
    until = instant(datetime.fromtimestamp(granted.expires_at, UTC))
    return DesktopPass(_minted(granted), granted, until)


def _granted(row: DesktopKey, clock: Clock) -> Pass:
    account, now = account_of(row), int(clock.now().timestamp())
    return Pass(
        account=account.name,
        key=row.key,
        issued_at=now,
        expires_at=now + 60 * get_settings().desktop_pass_minutes,
        connections=row.connections,
        languages=account.languages,
        topics=tuple(
            [f"sector:{sector}" for sector in account.sectors]
            + [f"keyword:{word.casefold()}" for word in account.keywords]
        ),
        country=account.country,
        grants=tuple(part for part in row.grants.split(";") if part),
    )


def _minted(granted: Pass, *, ticket: str = "") -> str:
    try:
        return _signer().mint(granted, ticket=ticket)
    except ValueError as error:
        raise BadInput(f"{error}; shorten its sectors or keywords", where=granted.account) from None


def _ticket(row: DesktopKey, clock: Clock) -> IssuedTicket:
    name, now = new_token(), clock.now()
    until = to_micros(now) + TICKET_S * 1_000_000
    _check_room(row, to_micros(now))
    _forget_old_tickets(to_micros(now))
    DesktopTicket.objects.create(ticket=name, key=row.key, expires_at=until)
    text = _signer().sign("ticket", {"jti": name, "exp": int(now.timestamp()) + TICKET_S})
    return IssuedTicket(text, TICKET_S)


def _check_room(row: DesktopKey, now: int) -> None:
    """Each ticket is a write in the database that holds T0. Used ones count: whoever asks can use them."""
    most = max(_FEWEST_TICKETS, row.connections)
    if DesktopTicket.objects.filter(key=row.key, expires_at__gt=now).count() >= most:
        raise TooManyTickets(
            f"the key got {most} tickets within {TICKET_S} seconds; use them, or wait as long"
        )


def _forget_old_tickets(now: int) -> None:
    """Once an hour, by the age of the oldest: a look costs nothing, a deletion is a write."""
    if DesktopTicket.objects.filter(expires_at__lt=now - 2 * _HOUR).exists():
        DesktopTicket.objects.filter(expires_at__lt=now - _HOUR).delete()


# --- what edges ask for ---------------------------------------------------------------------------------


def published_keys() -> dict[str, Any]:
    """The JWK set of the keys that edges believe."""
    return key_set(_public())


def revocation_list(*, clock: Clock | None = None) -> str:
    """The signed list of keys whose passes may still be in their time; its number grows.

    It also says which signing keys are believed no more, and the generation of the last theft, from which on
    passes count: edges hear of both within seconds, while they ask for the public keys seldom.
    """
    current, oldest, distrusted = _generations()
    minutes = get_settings().desktop_pass_minutes
    since = to_micros((clock or SystemClock()).now()) - (60 * minutes + _LEEWAY_S) * 1_000_000
    revoked = DesktopKey.objects.filter(revoked_at__isnull=False)
    known = revoked.aggregate(last=Max("revoked_at"), count=Count("key"))
    keys = revoked.filter(revoked_at__gte=since).order_by("key").values_list("key", flat=True)
    # Each revocation and each change of the key makes the sum larger, also one while the clock is set back.
    number = (known["last"] or 0) + known["count"] + current
    home = get_settings().home
    retired = [key_id(_signing_key(home, n).public) for n in range(max(0, oldest - _RETIRED), oldest)]
    claims = {"number": number, "keys": list(keys), "retired": retired, "distrusted": distrusted}
    return _signing_key(home, current).sign("revocations", claims)


def body_key(name: str, key: bytes) -> dict[str, Any]:
    """The message that opens text sent ahead to desktops (plant.prestage), signed with the key in force."""
    return key_message(name, key, _signer())


def rotate_signing_key(*, distrust_old: bool = False) -> str:
    """Signs with the next key from now on; its id. `distrust_old`: passes of all keys before end at once."""
    with transaction.atomic():
        current, oldest, distrusted = _generations()
        new = (current + 1,) * 3 if distrust_old else (current + 1, max(oldest, current), distrusted)
        choices.write(_CHOICE, ":".join(map(str, new)))
    return _signer().id


def _generations() -> tuple[int, int, int]:
    """(the generation that signs, the oldest that is believed, the first after the last theft or 0)."""
    current, oldest, *more = (int(number) for number in choices.read(_CHOICE, "0:0").split(":"))
    return current, oldest, more[0] if more else 0


def _public() -> list[bytes]:
    current, oldest, _ = _generations()
    return [_signing_key(get_settings().home, n).public for n in range(oldest, current + 2)]


def _verifier() -> Verifier:
    return Verifier(_public())


def _signer() -> Signer:
    return _signing_key(get_settings().home, _generations()[0])


@lru_cache(maxsize=16)
def _signing_key(home: Path, generation: int) -> Signer:
    return Signer(get_settings().secret(f"desktop-signing-{generation}"))
