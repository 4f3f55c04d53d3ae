"""Keys of desktop accounts: made, listed, revoked. With one an account gets passes for the edges."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from dateline.audience.finding import find
from dateline.audience.models import Desktop, DesktopKey, Outlet
from dateline.core.clock import Clock, Instant, SystemClock, from_micros, to_micros
from dateline.core.errors import BadInput, NotFound
from dateline.core.ids import RecipientId, new_token

GRANTS: Final = ("prestage",)
"""What a key may allow beyond the public stream: sealed frames before T0."""
_PREFIX: Final = "dk"
_MOST_CONNECTIONS: Final = 1_000_000
_TERMINAL: Final = "terminal"


@dataclass(frozen=True, slots=True)
class DesktopAccount:
    """Who may have keys: a desktop, or a vendor (an outlet of kind terminal). Lists in the stored order."""

    recipient: RecipientId
    name: str
    country: str
    languages: tuple[str, ...]
    sectors: tuple[str, ...]
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DesktopKeyCard:
    """What may be known of a key. `secret` is there only when the key was made just now."""

    key: str
    recipient: RecipientId
    account: str
    connections: int
    grants: tuple[str, ...]
    by: str
    made_at: Instant
    revoked_at: Instant | None = None
    secret: str = ""


def desktop_account(text: str) -> DesktopAccount:
    """The desktop or vendor of this account name or recipient id. Raises NotFound with the remedy, BadInput
    when several vendors share a name.
    """
    found = find(text)
    made = _account(found.recipient) if found else None
    if made is None:
        raise NotFound(
            f"there is no desktop account '{text}', and no outlet of kind terminal; "
            "add it with `dateline audience import desktops.csv --kind desktop`"
        )
    return made


def _account(recipient: str) -> DesktopAccount | None:
    desktop = Desktop.objects.filter(recipient=recipient).first()
    if desktop:
        return DesktopAccount(
            RecipientId(recipient),
            desktop.account,
            desktop.country,
            _parts(desktop.languages),
            _parts(desktop.sectors),
            _parts(desktop.keywords),
        )
    vendor = Outlet.objects.filter(recipient=recipient, kind=_TERMINAL).first()
    if vendor is None:
        return None
    return DesktopAccount(
        RecipientId(recipient), vendor.name, vendor.country, _parts(vendor.languages), _parts(vendor.sectors)
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(";") if part)


def new_desktop_key(
    account: str, *, connections: int = 1, grants: tuple[str, ...] = (), by: str, clock: Clock | None = None
) -> DesktopKeyCard:
    """A new key of an account, with its secret, which is shown this once. Raises BadInput, NotFound."""
    if not 1 <= connections <= _MOST_CONNECTIONS:
        raise BadInput(f"{connections} is not between 1 and {_MOST_CONNECTIONS}", where="connections")
    if unknown := [grant for grant in grants if grant not in GRANTS]:
        raise BadInput(f"'{unknown[0]}' is no grant; there is {', '.join(GRANTS)}", where="grant")
    found = desktop_account(account)
    key, token = new_token()[:12], new_token()
    row = DesktopKey.objects.create(
        key=key,
        recipient=found.recipient,
        secret_sha256=_digest(token),
        connections=connections,
        grants=";".join(dict.fromkeys(grants)),
        by=by[:80],
        made_at=to_micros((clock or SystemClock()).now()),
    )
    return _card(row, found.name, secret=f"{_PREFIX}_{key}_{token}")


def desktop_keys(account: str) -> list[DesktopKeyCard]:
    """The keys of an account, newest first, revoked ones too. Raises NotFound."""
    found = desktop_account(account)
    rows = DesktopKey.objects.filter(recipient=found.recipient).order_by("-made_at", "key")
    return [_card(row, found.name) for row in rows]


def revoke_desktop_key(key: str, *, clock: Clock | None = None) -> bool:
    """Ends a key for ever; edges close what was opened with it within seconds. False when it was revoked
    already. Raises NotFound.
    """
    with transaction.atomic():
        row = DesktopKey.objects.select_for_update().filter(key=key).first()
        if row is None:
            raise NotFound(f"there is no desktop key '{key}'; see `dateline desktop key list ACCOUNT`")
        if row.revoked_at is not None:
            return False
        row.revoked_at = to_micros((clock or SystemClock()).now())
        row.save(update_fields=["revoked_at"])
    return True


def key_of_secret(secret: str) -> DesktopKey | None:
    """The key in force whose secret this is; None for any other text."""
    parts = secret.split("_")
    if len(parts) != 3 or parts[0] != _PREFIX:
        return None
    row = DesktopKey.objects.filter(key=parts[1][:24], revoked_at=None).first()
    if row is None or not hmac.compare_digest(row.secret_sha256, _digest(parts[2])):
        return None
    return row


def account_of(row: DesktopKey) -> DesktopAccount:
    """Whose key it is. Raises NotFound when the account was removed."""
    found = _account(row.recipient)
    if found is None:
        raise NotFound("the account of this key is not among the desktops any more")
    return found


def _card(row: DesktopKey, account: str, *, secret: str = "") -> DesktopKeyCard:
    return DesktopKeyCard(
        row.key,
        RecipientId(row.recipient),
        account,
        row.connections,
        _parts(row.grants),
        row.by,
        from_micros(row.made_at),
        None if row.revoked_at is None else from_micros(row.revoked_at),
        secret,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
