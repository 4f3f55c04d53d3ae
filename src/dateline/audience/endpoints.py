"""Outlets one by one: their endpoints, the secrets that sign for them, and the links to their own pages."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Q

from dateline.audience import addresses, outlet_keys
from dateline.audience.finding import find
from dateline.audience.importing import import_rows
from dateline.audience.models import EndpointKey, Outlet, OutletInvite
from dateline.core.clock import Clock, Instant, SystemClock, from_micros, to_micros
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.ids import RecipientId, new_token
from dateline.plant.settings import get_settings

_HOUR: Final = 3600 * 1_000_000
_WRITTEN: Final = ("name", "country", "languages", "sectors", "kind", "channel", "endpoint", "format")


@dataclass(frozen=True, slots=True)
class OutletCard:
    """What desk, operator and the outlet itself may know of an outlet. Lists are separated by `;`."""

    recipient: RecipientId
    name: str
    country: str
    languages: str
    sectors: str
    kind: str
    channel: str
    endpoint: str
    format: str
    contact: str
    timezone: str
    encoding: str
    path: str
    secret_ref: str

    @property
    def first_language(self) -> str:
        """What to write to them in; English where they take everything."""
        first = self.languages.partition(";")[0]
        return "en" if first in {"", "*"} else first


@dataclass(frozen=True, slots=True)
class Secret:
    """What an outlet needs to check signatures: `whsec_` and base64, as Standard Webhooks writes it.

    `previous_until`: until then the one before signs too.
    """

    text: str
    generation: int
    rotated_at: Instant | None = None
    previous_until: Instant | None = None


def outlet(text: str) -> OutletCard:
    """The outlet of this name or id. Raises NotFound with the remedy, BadInput when several share a name."""
    found = find(text)
    if found is None or found.kind != "outlet":
        raise NotFound(f"there is no outlet '{text}'; see `dateline endpoint list`")
    return _card(Outlet.objects.get(recipient=found.recipient))


def outlet_cards(limit: int = 20_000, *, after: str = "") -> list[OutletCard]:
    """All outlets by name, or those behind the one with this id. Raises BadInput where there is none."""
    rows = Outlet.objects.order_by("name_key", "country")
    if after:
        last = Outlet.objects.filter(recipient=after).values_list("name_key", "country").first()
        if last is None:
            raise BadInput("it names no outlet; begin anew without it", where="after")
        rows = rows.filter(Q(name_key__gt=last[0]) | Q(name_key=last[0], country__gt=last[1]))
    return [_card(row) for row in rows[:limit]]


def _card(row: Outlet) -> OutletCard:
    return OutletCard(**{name: getattr(row, name) for name in OutletCard.__dataclass_fields__})


def add_outlet(cells: Mapping[str, str]) -> OutletCard:
    """Adds one outlet; `cells` as in an import file. Raises BadInput naming the column, Conflict when it
    exists.
    """
    row = dict.fromkeys(_WRITTEN, "") | dict(cells)
    key = addresses.key_of_the_house()
    known = addresses.outlet_id(addresses.name_key(row["name"].strip()), row["country"].strip().upper(), key)
    if Outlet.objects.filter(recipient=known).exists():
        raise Conflict(
            f"there is an outlet '{row['name']}' in {row['country']} already; "
            "change it with `dateline audience import` or on its own page"
        )
    _store(row)
    return _card(
        Outlet.objects.get(name_key=addresses.name_key(row["name"]), country=row["country"].strip().upper())
    )


def change_endpoint(recipient: str, *, channel: str, endpoint: str, format_: str) -> OutletCard:
    """Sends an outlet's news elsewhere or in another form from now on. Raises BadInput naming the column."""
    row = Outlet.objects.get(recipient=recipient)
    cells = {name: getattr(row, name) for name in _WRITTEN}
    _store(cells | {"channel": channel, "endpoint": endpoint, "format": format_})
    return _card(Outlet.objects.get(recipient=recipient))


def _store(cells: Mapping[str, str]) -> None:
    result = import_rows([cells], "outlet")
    if result.rejected:
        column, _, reason = result.rejected[0].reason.partition(": ")
        raise BadInput(reason or column, where=column if reason else "outlet")


# --- secrets --------------------------------------------------------------------------------------------


def endpoint_secret(recipient: str) -> Secret:
    """The secret that signs for this outlet now. Raises BadInput where its file is missing or unfit, or where
    nothing is signed.
    """
    row = Outlet.objects.get(recipient=recipient)
    _must_be_signed(row)
    kept = EndpointKey.objects.filter(recipient=recipient).first()
    found = outlet_keys.signing(
        recipient, row.secret_ref, outlet_keys.kept(kept), now=to_micros(SystemClock().now())
    )
    if found.fault:
        raise BadInput(found.fault, where=row.secret_ref or "secret")
    text = "whsec_" + base64.b64encode(found.secret).decode()
    if kept is None or kept.secret_ref != row.secret_ref:
        return Secret(text, 0)
    return Secret(text, kept.generation, from_micros(kept.rotated_at), from_micros(kept.previous_until))


def rotate_secret(recipient: str, *, clock: Clock | None = None) -> Secret:
    """A new secret; the old one signs beside it for `secret_overlap_days`. Again within that time, the one
    before the last is gone. Raises BadInput where nothing is signed.
    """
    now = to_micros((clock or SystemClock()).now())
    until = now + get_settings().secret_overlap_days * 24 * _HOUR
    with transaction.atomic():
        row = Outlet.objects.select_for_update().get(recipient=recipient)
        _must_be_signed(row)
        kept = EndpointKey.objects.filter(recipient=recipient).first()
        in_force = kept is not None and kept.secret_ref == row.secret_ref
        base = outlet_keys.FILE if row.secret_ref else 0
        EndpointKey.objects.update_or_create(
            recipient=recipient,
            defaults={
                "generation": 1 + (kept.generation if kept else 0),  # no number is ever used twice
                "previous": kept.generation if kept and in_force else base,
                "secret_ref": row.secret_ref,
                "rotated_at": now,
                "previous_until": until,
            },
        )
    return endpoint_secret(recipient)


def _must_be_signed(row: Outlet) -> None:
    """Of a file drop or a site the file is a password, which is neither derived nor shown."""
    if row.channel != "webhook":
        raise BadInput(
            f"'{row.name}' is sent to by {row.channel}, and only webhooks are signed; "
            "its password or key is the file of the home's secrets/ that its `secret_ref` names",
            where="secret",
        )


# --- the link to an outlet's own pages --------------------------------------------------------------------


def new_invite(recipient: str, *, by: str, clock: Clock | None = None) -> str:
    """A one-time token for an outlet's own pages; only its SHA-256 is stored."""
    token = new_token()
    now = to_micros((clock or SystemClock()).now())
    OutletInvite.objects.create(
        token_sha256=_digest(token),
        recipient=recipient,
        by=by[:80],
        expires_at=now + get_settings().outlet_invite_hours * _HOUR,
    )
    return token


def redeem_invite(token: str, *, clock: Clock | None = None) -> OutletCard | None:
    """The outlet the token was made for, once; None when it is unknown, used, too old, or the outlet gone."""
    now = to_micros((clock or SystemClock()).now())
    digest = _digest(token)
    # Compare-and-set: of two requests with one token a single one counts a row.
    won = OutletInvite.objects.filter(token_sha256=digest, used_at=None, expires_at__gt=now).update(
        used_at=now
    )
    if not won:
        return None
    return outlet_card(OutletInvite.objects.values_list("recipient", flat=True).get(token_sha256=digest))


def outlet_card(recipient: str) -> OutletCard | None:
    """The outlet of this id, or None."""
    row = Outlet.objects.filter(recipient=recipient).first()
    return _card(row) if row else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
