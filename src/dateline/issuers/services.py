"""The door: organisations, people of the house, one-time sign-in, approval policy, keys to the API."""

import difflib
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django.db import IntegrityError, transaction

from dateline.core.clock import Clock, SystemClock
from dateline.core.countries import parse_country
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.ids import new_token
from dateline.core.languages import parse_language
from dateline.core.words import IssuerRef
from dateline.issuers import rules
from dateline.issuers.api_answers import (
    InUse,
    KeptAnswer,
    Running,
    answer_once,
    begin_answer,
    drop_answer,
    finish_answer,
)
from dateline.issuers.api_keys import ApiKeyCard, api_keys, key_in_force, new_api_key, revoke_api_key
from dateline.issuers.key_rules import SCOPES
from dateline.issuers.models import Member, Organisation, SignIn
from dateline.issuers.rules import Policy, Role
from dateline.issuers.searches import MOST_SEARCHES, KeptSearch, keep_searches, kept_searches
from dateline.plant.db import choices
from dateline.plant.settings import get_settings

__all__ = [
    "MOST_SEARCHES",
    "SCOPES",
    "SESSION_KEY",
    "ApiKeyCard",
    "InUse",
    "Issuer",
    "KeptAnswer",
    "KeptSearch",
    "Person",
    "Policy",
    "Role",
    "Running",
    "add_issuer",
    "add_person",
    "answer_once",
    "api_keys",
    "begin_answer",
    "choose_language",
    "drop_answer",
    "finish_answer",
    "first_operator",
    "issuer",
    "issuer_ref",
    "issuers",
    "keep_searches",
    "kept_searches",
    "key_in_force",
    "new_api_key",
    "new_sign_in",
    "people",
    "person",
    "policy",
    "redeem_sign_in",
    "revoke_api_key",
]

_POLICY = "policy"
SESSION_KEY = "person"
"""Where a session keeps the id of whom it was opened for: names may change hands."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An organisation that sends. `level` 0-3 is how well it is proved."""

    slug: str
    name: str
    country: str
    level: int = 0
    website: str = ""
    about: str = ""
    lei: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the house; `issuer` is set for people of one issuer. `id` stays theirs whatever they are
    called. `language` is the one they chose for the pages they work with, "" where they chose none.
    """

    name: str
    role: Role
    issuer: str = ""
    active: bool = True
    id: int = 0
    language: str = ""


def add_issuer(
    slug: str, name: str, country: str, *, level: int = 0, website: str = "", about: str = "", lei: str = ""
) -> Issuer:
    """Adds an issuer. Raises Conflict when the slug is taken, BadInput naming the field."""
    if website and not website.startswith(("https://", "http://")):
        raise BadInput(f"'{website}' is not a web address", where="website")
    row = Organisation(
        slug=rules.checked_slug(slug),
        name=rules.checked_title(name),
        country=parse_country(country),
        level=level,
        website=website,
        about=about,
        lei=rules.checked_lei(lei),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict(f"there is already an issuer '{slug}'; see `dateline issuer list`") from None
    return _issuer(row)


def issuer(slug: str) -> Issuer:
    """The issuer. Raises NotFound naming near slugs."""
    row = Organisation.objects.filter(slug=slug).first()
    if row is not None:
        return _issuer(row)
    known = list(Organisation.objects.values_list("slug", flat=True))
    near = difflib.get_close_matches(slug, known, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "add it with `dateline issuer add`"
    raise NotFound(f"there is no issuer '{slug}'; {hint}")


def issuers() -> list[Issuer]:
    """All issuers by slug."""
    return [_issuer(row) for row in Organisation.objects.order_by("slug")]


def issuer_ref(slug: str) -> IssuerRef:
    """The issuer as events name it. Raises NotFound."""
    found = issuer(slug)
    return IssuerRef(found.slug, found.name, found.level)


def _must_exist(slug: str) -> None:
    issuer(slug)


def _issuer(row: Organisation) -> Issuer:
    return Issuer(row.slug, row.name, row.country, row.level, row.website, row.about, row.lei)


def add_person(name: str, *, role: str = "operator", issuer: str = "") -> Person:
    """Adds a person; the second operator or editor switches approval to two people. Raises Conflict,
    BadInput.
    """
    chosen = rules.checked_role(role)
    if chosen == "issuer":
        _must_exist(issuer)
    with transaction.atomic():
        if Member.objects.filter(name=rules.checked_person_name(name)).exists():
            raise Conflict(f"there is already a person '{name}'; see `dateline user list`")
        others = Member.objects.filter(active=True, role__in=("operator", "editor")).count()
        row = Member.objects.create(name=name, role=chosen, issuer=issuer)
        if rules.switches_to_two(chosen, others):
            choices.write(_POLICY, "two")
    return _person(row)


def person(name: str) -> Person:
    """The person. Raises NotFound with the remedy."""
    row = Member.objects.filter(name=name, active=True).first()
    if row is None:
        raise NotFound(f"there is no person '{name}'; add them with `dateline user add`")
    return _person(row)


def people() -> list[Person]:
    """Everyone, in order of joining."""
    return [_person(row) for row in Member.objects.order_by("id")]


def first_operator() -> Person | None:
    """The operator who joined first, or None on an empty home."""
    row = Member.objects.filter(role="operator", active=True).order_by("id").first()
    return _person(row) if row else None


def _person(row: Member) -> Person:
    return Person(row.name, cast(Role, row.role), row.issuer, row.active, row.pk, row.language)


def choose_language(name: str, language: str) -> None:
    """Keeps the language in which this person works; "" is none in particular. Raises BadInput, NotFound."""
    tag = parse_language(language) if language else ""
    if not Member.objects.filter(name=name, active=True).update(language=tag):
        raise NotFound(f"there is no person '{name}'; add them with `dateline user add`")


def policy() -> Policy:
    """Approvals a release needs: what was chosen at run time, else the setting."""
    return cast(Policy, choices.read(_POLICY) or get_settings().policy)


def new_sign_in(name: str, *, clock: Clock | None = None, lifetime_s: int = 900) -> str:
    """A one-time token for the person; only its SHA-256 is stored. Raises NotFound."""
    found = person(name)
    token = new_token()
    now = (clock or SystemClock()).now()
    SignIn.objects.create(
        token_sha256=_digest(token),
        member_name=found.name,
        member=found.id,
        expires_at=now + timedelta(seconds=lifetime_s),
    )
    return token


def redeem_sign_in(token: str, *, clock: Clock | None = None) -> Person | None:
    """The person the token was made for, once; None when it is unknown, used or too old."""
    now = (clock or SystemClock()).now()
    # Compare-and-set: of two requests with one token a single one counts a row.
    won = SignIn.objects.filter(token_sha256=_digest(token), used_at=None, expires_at__gt=now).update(
        used_at=now
    )
    if not won:
        return None
    made = SignIn.objects.get(token_sha256=_digest(token))
    whose = {"name": made.member_name} if made.member is None else {"pk": made.member}
    row = Member.objects.filter(active=True, **whose).first()
    return _person(row) if row else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
