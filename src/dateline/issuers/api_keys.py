"""Keys to the API: made, listed, revoked, recognised. The secret is shown once; only its hash is kept."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, date
from typing import Final

from django.db import transaction
from django.db.models import Q

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, NotAllowed, NotFound
from dateline.core.ids import new_token
from dateline.issuers import key_rules
from dateline.issuers.models import ApiKey, Member, Organisation

PREFIX: Final = "ak"
_NOBODY: Final = hashlib.sha256(b"").hexdigest()
"""Compared with when there is no such key, so that both answers cost the same."""


@dataclass(frozen=True, slots=True)
class ApiKeyCard:
    """What may be known of a key. `person` is whose acts it does, "" for an outlet's key; without `issuer`
    and `outlet` it is bound to the whole wire. `secret` is there only when the key was made just now.
    """

    key: str
    name: str
    person: str
    issuer: str
    outlet: str
    scopes: tuple[str, ...]
    by: str
    made_at: Instant
    expires_at: Instant | None = None
    revoked_at: Instant | None = None
    last_used_on: date | None = None
    secret: str = ""


def new_api_key(
    name: str,
    *,
    scopes: tuple[str, ...],
    by: str,
    person: str = "",
    issuer: str = "",
    outlet: str = "",
    expires_at: Instant | None = None,
    clock: Clock | None = None,
) -> ApiKeyCard:
    """A new key with its secret, which is shown this once.

    It does what `person` may do: a person of an issuer has keys of that issuer alone, a person of the desk
    those of any issuer, or of the whole wire where neither `issuer` nor `outlet` is given. An outlet's key
    (`outlet`, its recipient id) has no person. Raises BadInput naming the field, NotFound for person or
    issuer.
    """
    now = (clock or SystemClock()).now()
    member = _member(person, issuer, outlet)
    if member is not None and member.role == "issuer":
        issuer = member.issuer
    allowed, whose = _allowed(issuer, outlet)
    key, token = new_token()[:12], new_token()
    row = ApiKey.objects.create(
        key=key,
        secret_sha256=_digest(token),
        name=key_rules.checked_key_name(name),
        member=None if member is None else member.pk,
        issuer=issuer,
        outlet=outlet,
        scopes=" ".join(key_rules.checked_scopes(scopes, allowed, whose)),
        by=by[:80],
        made_at=now,
        expires_at=key_rules.checked_expiry(expires_at, now),
    )
    return _card(row, "" if member is None else member.name, secret=f"{PREFIX}_{key}_{token}")


def _member(person: str, issuer: str, outlet: str) -> Member | None:
    if outlet:
        if person or issuer:
            raise BadInput("an outlet's key belongs to the outlet alone, to no person or issuer", "outlet")
        return None
    row = Member.objects.filter(name=person, active=True).first()
    if row is None:
        raise NotFound(f"there is no person '{person}'; add them with `dateline user add`")
    if issuer and not Organisation.objects.filter(slug=issuer).exists():
        raise NotFound(f"there is no issuer '{issuer}'; see `dateline issuer list`")
    if row.role == "issuer" and issuer not in {"", row.issuer}:
        raise BadInput(f"{row.name} is of {row.issuer} and has no keys of {issuer}", where="issuer")
    return row


def _allowed(issuer: str, outlet: str) -> tuple[tuple[str, ...], str]:
    if outlet:
        return key_rules.OUTLET_SCOPES, "an outlet's key"
    if issuer:
        return key_rules.ISSUER_SCOPES, "an issuer's key"
    return key_rules.SCOPES, "a key of the whole wire"


def api_keys(*, issuer: str = "") -> list[ApiKeyCard]:
    """All keys, or those of one issuer; the newest first, revoked ones too."""
    rows = list(ApiKey.objects.filter(**({"issuer": issuer} if issuer else {})).order_by("-made_at", "key"))
    names = dict(Member.objects.filter(pk__in={row.member for row in rows}).values_list("pk", "name"))
    return [_card(row, names.get(row.member or 0, "")) for row in rows]


def revoke_api_key(key: str, *, clock: Clock | None = None) -> bool:
    """Ends a key for ever, from the next request on. False when it was revoked already. Raises NotFound."""
    with transaction.atomic():
        row = ApiKey.objects.select_for_update().filter(key=_bare(key)).first()
        if row is None:
            raise NotFound(f"there is no API key '{_bare(key)[:16]}'; see `dateline apikey list`")
        if row.revoked_at is not None:
            return False
        row.revoked_at = (clock or SystemClock()).now()
        row.save(update_fields=["revoked_at"])
    return True


def _bare(text: str) -> str:
    """The id of a key, also where somebody gives the whole of it, as found in a leak."""
    parts = text.strip().split("_")
    return parts[1] if len(parts) > 1 and parts[0] == PREFIX else text.strip()


def key_in_force(secret: str, *, clock: Clock | None = None) -> ApiKeyCard:
    """The key whose secret this is; its day of last use is noted. Raises NotAllowed, in the same words for
    every text that is none: unknown, revoked, ended, of a person who left.
    """
    now = (clock or SystemClock()).now()
    prefix, _, rest = secret.partition("_")
    key, _, token = rest.partition("_")
    in_force = Q(expires_at=None) | Q(expires_at__gt=now)
    row = ApiKey.objects.filter(in_force, key=key[:16], revoked_at=None).first() if _plain(key) else None
    known = row.secret_sha256 if row is not None else _NOBODY
    is_right = hmac.compare_digest(known, _digest(token)) and prefix == PREFIX and row is not None
    if not is_right or row is None:
        raise NotAllowed("no API key in force; make one with `dateline apikey add`")
    person = _person_of(row)
    _note_use(row, now.astimezone(UTC).date())
    return _card(row, person)


def _plain(key: str) -> bool:
    """Whether a database can be asked for it: no NUL, no half of a surrogate pair."""
    return key.isascii() and key.isalnum()


def _person_of(row: ApiKey) -> str:
    if row.member is None:
        return ""
    found = Member.objects.filter(pk=row.member, active=True).first()
    # A person who moved to another issuer leaves the keys of the old one behind.
    if found is None or (found.role == "issuer" and found.issuer != row.issuer):
        raise NotAllowed("no API key in force; make one with `dateline apikey add`")
    return found.name


def _note_use(row: ApiKey, today: date) -> None:
    """At most one write a day: every write takes its turn in the database that holds T0."""
    if row.last_used_on != today:
        ApiKey.objects.filter(key=row.key).update(last_used_on=today)
        row.last_used_on = today


def _card(row: ApiKey, person: str, *, secret: str = "") -> ApiKeyCard:
    return ApiKeyCard(
        key=row.key,
        name=row.name,
        person=person,
        issuer=row.issuer,
        outlet=row.outlet,
        scopes=tuple(row.scopes.split()),
        by=row.by,
        made_at=Instant(row.made_at),
        expires_at=None if row.expires_at is None else Instant(row.expires_at),
        revoked_at=None if row.revoked_at is None else Instant(row.revoked_at),
        last_used_on=row.last_used_on,
        secret=secret,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
