"""Links by mail: one that opens a person's preferences, and one that confirms who asks to join (double
opt-in).

Whoever asks learns nothing about who is known. A link works once and for a while; opening it changes nothing.
"""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from django.db import transaction

from dateline.audience import addresses, cells
from dateline.audience.asking import may_ask
from dateline.audience.choosing import Choices, choices
from dateline.audience.models import Journalist, Link, Suppression
from dateline.audience.rules import SEPARATOR
from dateline.core.clock import Clock, Instant, SystemClock, iso_z
from dateline.core.errors import BadInput, NotFound
from dateline.core.events import LetterAsked
from dateline.core.ids import RecipientId
from dateline.core.languages import Language
from dateline.plant.db import outbox
from dateline.plant.db.databases import DEFAULT
from dateline.plant.settings import get_settings

Purpose = Literal["open", "join"]
LinkState = Literal["good", "used", "expired"]

JOIN_HOURS: Final = 24
_FIELDS: Final = ("languages", "sectors", "timezone")


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What a link in somebody's hand is. `address` is masked: a forwarded link shows whose it is, no more."""

    state: LinkState
    purpose: Purpose
    address: str
    language: Language
    used_at: Instant | None
    expires_at: Instant
    wanted: Mapping[str, str]
    """Of `join`: the form, without the address."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail of the house to one person, as the ledger sends it."""

    address: str
    name: str
    language: Language
    purpose: Purpose
    url: str
    asked_at: Instant
    expires_at: Instant


def ask_link(address: str, *, language: Language, source: str = "", clock: Clock | None = None) -> None:
    """Mails a link to preferences, if this address gets mail from us, and neither it nor `source` (the IP
    address that asks) had too many. Raises BadInput for no address.
    """
    email = addresses.checked_address(address)
    now = (clock or SystemClock()).now()
    person = _person(email)
    _write(person, email, "open", {"language": language}, now, source=source, sends=_exists(person))


def ask_join(
    address: str,
    wanted: Mapping[str, str],
    *,
    language: Language,
    source: str = "",
    clock: Clock | None = None,
) -> None:
    """Mails a link that confirms; who is on the list already gets one to preferences instead. Nothing beyond
    what one address, one `source` (the IP address that asks) and everybody together may ask for in an hour.

    `wanted`: name, country, outlet, languages, sectors, timezone as import cells. Raises BadInput naming the
    field.
    """
    email = addresses.checked_address(address)
    checked = _checked(wanted)
    now = (clock or SystemClock()).now()
    person = _person(email)
    if _exists(person):
        _write(person, email, "open", {"language": language}, now, source=source, joining=True)
    else:
        form = {**checked, "email": email, "language": language}
        _write(person, email, "join", form, now, source=source, joining=True)


def _checked(wanted: Mapping[str, str]) -> dict[str, str]:
    readers: Mapping[str, Callable[[str], str]] = {
        "name": cells.text(200),
        "outlet": cells.text(200),
        "country": cells.country,
        "languages": cells.languages,
        "sectors": cells.sectors,
        "timezone": cells.timezone,
    }
    found = {}
    for field, read in readers.items():
        try:
            found[field] = read(cells.typed(field, wanted.get(field, "")))
        except BadInput as error:
            raise BadInput(error.message, where=field) from None
    if not found["sectors"]:
        raise BadInput("is empty; choose at least one", where="sectors")
    return found


def _write(
    person: str,
    email: str,
    purpose: Purpose,
    wanted: dict[str, str],
    now: Instant,
    *,
    source: str,
    joining: bool = False,
    sends: bool = True,
) -> None:
    """One link and the event that sends its letter; nothing for addresses that are stopped, or too many.

    Where nothing is sent the link is written and taken back: the commit costs the same, so that the time of
    the answer does not tell who is known (I15).
    """
    language = wanted.pop("language")
    lifetime = (
        timedelta(hours=JOIN_HOURS) if purpose == "join" else timedelta(minutes=get_settings().link_minutes)
    )
    with transaction.atomic(using=DEFAULT):
        Link.objects.using(DEFAULT).filter(expires_at__lt=now - timedelta(days=1)).delete()
        may = may_ask(person, source, now, joining=joining)
        is_stopped = _is_stopped(person)
        link = Link(
            link=secrets.token_hex(16),
            purpose=purpose,
            person=person,
            language=language,
            wanted=json.dumps(wanted, ensure_ascii=False) if wanted else "",
            asked_at=now,
            expires_at=now + lifetime,
        )
        link.save(using=DEFAULT, force_insert=True)
        if is_stopped or not may or not sends:
            link.delete(using=DEFAULT)
            return
        event = LetterAsked(
            letter=link.link,
            recipient=addresses.journalist_id(person),
            domain=addresses.domain_of(email),
            language=language,
            at=now,
            ends_at=Instant(link.expires_at),
        )
        outbox.append(event, using=DEFAULT)


def link_token(link: str) -> str:
    """The secret half of the address that a letter carries."""
    check = hmac.digest(addresses.house_secret("links"), link.encode(), "sha256").hex()
    return f"{link}{check}"


def opened_link(token: str, *, clock: Clock | None = None) -> OpenedLink | None:
    """What this link is, without using it; None for one that was never ours or is long gone."""
    row = _link(token)
    if row is None:
        return None
    wanted = json.loads(row.wanted) if row.wanted else {}
    email = wanted.pop("email", "") or _email(row.person)
    now = (clock or SystemClock()).now()
    state: LinkState = "used" if row.used_at else "expired" if row.expires_at <= now else "good"
    return OpenedLink(
        state=state,
        purpose="join" if row.purpose == "join" else "open",
        address=masked(email),
        language=Language(row.language),
        used_at=Instant(row.used_at) if row.used_at else None,
        expires_at=Instant(row.expires_at),
        wanted=wanted,
    )


def use_link(token: str, *, clock: Clock | None = None) -> RecipientId | None:
    """Signs in, once; a `join` link adds the person with consent. None when it is unknown, used, too old, or
    the address was stopped or erased meanwhile.
    """
    now = (clock or SystemClock()).now()
    row = _link(token)
    if row is None:
        return None
    with transaction.atomic(using=DEFAULT):
        # Compare-and-set: of two requests with one link a single one counts a row.
        good = Link.objects.using(DEFAULT).filter(link=row.link, used_at=None, expires_at__gt=now)
        if not good.update(used_at=now, wanted="") or _is_stopped(row.person):
            return None
        if row.purpose == "join":
            _join(row, now)
        elif not _exists(row.person):
            return None
    return addresses.journalist_id(row.person)


def _join(row: Link, now: Instant) -> None:
    """Consent is what they did and when: asked for it here, confirmed from their own mailbox (I13)."""
    wanted: dict[str, Any] = json.loads(row.wanted)
    email = wanted.pop("email")
    site = get_settings().site_url
    consent = (
        f"asked at {site}/preferences/join/ on {iso_z(Instant(row.asked_at))},"
        f" confirmed by the mailed link on {iso_z(now)}"
    )
    Journalist.objects.using(DEFAULT).update_or_create(
        recipient=addresses.journalist_id(row.person),
        defaults={
            **wanted,
            "email": email,
            "domain": addresses.domain_of(email),
            "consent": consent,
            "chosen": SEPARATOR.join((*_FIELDS, "name", "country", "outlet", "consent")),
            "chosen_at": now,
        },
        create_defaults={
            **wanted,
            "person": row.person,
            "email": email,
            "domain": addresses.domain_of(email),
            "consent": consent,
            "keywords": "",
            "mode": "immediate",
            "third_party": False,
            "countries": "",
            "issuers_only": "",
            "issuers_not": "",
            "hours": "",
            "digest_at": "",
            "chosen": SEPARATOR.join((*_FIELDS, "name", "country", "outlet", "consent", "mode")),
            "chosen_at": now,
            "source": "joined",
            "added_at": now,
        },
    )


def letter(link: str) -> Letter:
    """The letter of a link that can still be used. Raises NotFound when nobody is to get it any more."""
    row = Link.objects.using(DEFAULT).filter(link=link, used_at=None).first()
    wanted = json.loads(row.wanted) if row is not None and row.wanted else {}
    email = "" if row is None else wanted.get("email", "") or _email(row.person)
    if row is None or not email or _is_stopped(row.person):
        raise NotFound("the link was used, or the address is stopped or gone")
    way = "join" if row.purpose == "join" else "open"
    return Letter(
        address=email,
        name=wanted.get("name", ""),
        language=Language(row.language),
        purpose="join" if row.purpose == "join" else "open",
        url=f"{get_settings().site_url}/preferences/{way}/{link_token(row.link)}/",
        asked_at=Instant(row.asked_at),
        expires_at=Instant(row.expires_at),
    )


def person_choices(recipient: RecipientId) -> Choices | None:
    """What a signed-in person chose; None when they are gone, stopped or erased."""
    try:
        found = choices(recipient)
    except NotFound:
        return None
    return None if _is_stopped(recipient.removeprefix(addresses.JOURNALIST)) else found


def masked(email: str) -> str:
    """`m…@paper.example`: enough for its owner to know it, too little for anybody else."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}" if domain else ""


def _link(token: str) -> Link | None:
    if not token.isascii():
        return None
    link = token[:32]
    if not hmac.compare_digest(link_token(link).encode(), token.encode()):
        return None
    return Link.objects.using(DEFAULT).filter(link=link).first()


def _person(email: str) -> str:
    return addresses.person_id(email, addresses.key_of_the_house())


def _exists(person: str) -> bool:
    """Whether somebody with consent is there."""
    rows = Journalist.objects.using(DEFAULT).filter(person=person)
    return rows.exclude(consent="").exists()


def _email(person: str) -> str:
    rows = Journalist.objects.using(DEFAULT).filter(person=person)
    return rows.values_list("email", flat=True).first() or ""


def _is_stopped(person: str) -> bool:
    return Suppression.objects.using(DEFAULT).filter(key=person, scope="all").exists()
