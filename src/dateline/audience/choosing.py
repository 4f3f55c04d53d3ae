"""What a person chose to get: read, changed, narrowed with one click, and kept against imports (I13)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.db import transaction

from dateline.audience import cells
from dateline.audience.models import Journalist
from dateline.audience.rules import SEPARATOR, beats, parts
from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, NotFound
from dateline.core.ids import RecipientId
from dateline.core.languages import Language, serves
from dateline.plant.db.databases import DEFAULT

_LONGEST_VALUE: Final = 100
Less = Literal["sector", "issuer", "language"]
READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "languages": cells.languages,
    "sectors": cells.sectors,
    "keywords": cells.keywords,
    "countries": cells.countries,
    "issuers_only": cells.issuer_slugs,
    "issuers_not": cells.issuer_slugs,
    "hours": cells.hours,
    "timezone": cells.timezone,
    "mode": cells.mode,
    "digest_at": cells.time_of_day,
    "cap": cells.cap,
    "third_party": cells.yes_or_no,
}
"""What may be chosen, each with the reader of its text: the same as in import files."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person gets. Empty lists of countries, issuers and words narrow nothing; `cap` None is the
    wire's; `consent` and `source` say where the address came from.
    """

    name: str
    email: str
    country: str
    outlet: str
    languages: tuple[str, ...]
    sectors: tuple[str, ...]
    keywords: tuple[str, ...]
    countries: tuple[str, ...]
    issuers_only: tuple[str, ...]
    issuers_not: tuple[str, ...]
    hours: str
    timezone: str
    mode: str
    digest_at: str
    cap: int | None
    third_party: bool
    paused_until: Instant | None
    consent: str
    source: str


def choices(recipient: RecipientId) -> Choices:
    """What this person chose, or a list said of them. Raises NotFound for somebody who is not there."""
    return _choices(_row(recipient))


def choose(recipient: RecipientId, changes: Mapping[str, str], *, clock: Clock | None = None) -> Choices:
    """Stores what the person chose, as text in the form of import cells; lists with `;`.

    Raises BadInput naming the field, NotFound.
    """
    values: dict[str, Any] = {}
    for field, text in changes.items():
        try:
            values[field] = READERS[field](cells.typed(field, text))
        except KeyError:
            raise BadInput("cannot be chosen", where=field) from None
        except BadInput as error:
            raise BadInput(error.message, where=field) from None
    return _store(recipient, lambda _: values, clock)


def own_beats(chosen: Choices, sectors: Iterable[str]) -> tuple[str, ...]:
    """Those of a person's beats that a release about these sectors falls under."""
    return beats(SEPARATOR.join(chosen.sectors), sectors)


def less(recipient: RecipientId, what: Less, value: str, *, clock: Clock | None = None) -> Choices:
    """Narrows with one click. `sector`: one of the person's own beats (see `own_beats`); `issuer`: a slug;
    `language`: a tag.

    Raises BadInput when nothing would be left that could be sent, or the person takes every topic.
    """
    if len(value) > _LONGEST_VALUE:
        raise BadInput(f"has {len(value)} characters, and names one thing", where="less")
    narrow = {"sector": _without_beats, "issuer": _without_issuer, "language": _without_language}.get(what)
    if narrow is None:
        raise BadInput(f"'{what[:20]}' is not sector, issuer or language", where="less")
    return _store(recipient, lambda row: narrow(row, value), clock)


def _without_beats(row: Journalist, value: str) -> dict[str, Any]:
    own, gone = parts(row.sectors), cells.sectors(value)
    if gone not in own:
        raise BadInput("none of the beats is that", where="sectors")
    return {"sectors": SEPARATOR.join(beat for beat in own if beat != gone)}


def _without_issuer(row: Journalist, value: str) -> dict[str, Any]:
    slug = cells.issuer_slugs(value)
    only = [name for name in parts(row.issuers_only) if name != slug]
    if row.issuers_only and not only:
        # An empty list would mean every issuer: the last one stays named, and is refused beside it.
        only = list(parts(row.issuers_only))
    return {
        "issuers_only": SEPARATOR.join(only),
        "issuers_not": cells.issuer_slugs(SEPARATOR.join((*parts(row.issuers_not), slug))),
    }


def _without_language(row: Journalist, value: str) -> dict[str, Any]:
    tag = Language(value)
    left = [own for own in parts(row.languages) if own == "*" or not serves(own, tag)]
    if not left or len(left) == len(parts(row.languages)):
        raise BadInput("no other language would be left", where="languages")
    return {"languages": SEPARATOR.join(left)}


def _store(
    recipient: RecipientId, values_of: Callable[[Journalist], dict[str, Any]], clock: Clock | None
) -> Choices:
    with transaction.atomic(using=DEFAULT):
        row = _row(recipient, changing=True)
        values = values_of(row)
        for field, value in values.items():
            setattr(row, field, value)
        row.chosen = SEPARATOR.join(dict.fromkeys((*parts(row.chosen), *values)))
        row.chosen_at = (clock or SystemClock()).now()
        row.save(using=DEFAULT, update_fields=[*values, "chosen", "chosen_at"])
    return _choices(row)


def _row(recipient: RecipientId, *, changing: bool = False) -> Journalist:
    rows = Journalist.objects.using(DEFAULT)
    row = (rows.select_for_update() if changing else rows).filter(recipient=recipient).first()
    if row is None:
        raise NotFound("there is no such person any more")
    return row


def _choices(row: Journalist) -> Choices:
    return Choices(
        name=row.name,
        email=row.email,
        country=row.country,
        outlet=row.outlet,
        languages=parts(row.languages),
        sectors=parts(row.sectors),
        keywords=parts(row.keywords),
        countries=parts(row.countries),
        issuers_only=parts(row.issuers_only),
        issuers_not=parts(row.issuers_not),
        hours=row.hours,
        timezone=row.timezone,
        mode=row.mode,
        digest_at=row.digest_at,
        cap=row.cap,
        third_party=row.third_party,
        paused_until=Instant(row.paused_until) if row.paused_until else None,
        consent=row.consent,
        source=row.source,
    )
