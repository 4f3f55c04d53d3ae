"""The providers: added, shown, paused, removed by people; their keys and secrets."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from django.db import IntegrityError, transaction

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.languages import Language, parse_language
from dateline.core.sectors import Sector
from dateline.intake.models import Provider, ProviderItem, SeenFile
from dateline.intake.providers import rules
from dateline.intake.providers.dressing import Terms
from dateline.plant.db import vault_store


@dataclass(frozen=True, slots=True)
class NewProvider:
    """What people say of a provider; see `dateline provider add --help`. `feed` "" = it pushes by webhook."""

    name: str
    language: str
    issuer: str
    feed: str = ""
    label: str = ""
    circuit: str = "all"
    sectors: Sequence[str] = ()
    sector_map: Sequence[str] = ()
    disclaimers: Sequence[str] = ()
    rights: str = ""
    encoding: str = ""
    secret_ref: str = ""
    every: str = "5m"
    limit: int = 100
    paid: bool = False
    state_affiliated: bool = False
    take_duplicates: bool = False
    auto_approve_by: str = ""


@dataclass(frozen=True, slots=True)
class ProviderCard:
    """A provider as commands and pages show it."""

    name: str
    label: str
    kind: rules.Kind
    address: str
    language: str
    issuer: str
    circuit: str
    sectors: tuple[str, ...]
    sector_map: Mapping[str, Sequence[str]]
    disclaimers: Mapping[str, str]
    rights: str
    paid: bool
    state_affiliated: bool
    take_duplicates: bool
    auto_approve_by: str
    interval_s: int
    item_limit: int
    secret_ref: str
    encoding: str
    next_at: Instant
    fails: int
    paused_by: str
    paused_reason: str
    paused_at: Instant | None
    created_at: Instant
    created_by: str
    id: int = field(default=0, compare=False)

    @property
    def state(self) -> str:
        """paused, failing or ok."""
        return "paused" if self.paused_at else "failing" if self.fails else "ok"


def add(new: NewProvider, *, by: str, clock: Clock | None = None) -> ProviderCard:
    """Adds a provider; its first poll is due at once. Raises BadInput naming the option, Conflict when the
    name is taken.
    """
    now = (clock or SystemClock()).now()
    name, label = rules.names_of(new.name, new.label)
    row = Provider(name=name, label=label, next_at=now, created_at=now, created_by=by[:80], **_checked(new))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict(f"there is already a provider '{name}'; see `dateline provider list`") from None
    return card(row)


def _checked(new: NewProvider) -> dict[str, Any]:
    kind, address = rules.feed_of(new.feed) if new.feed else ("webhook", "")
    language = parse_language(new.language)
    if kind == "sftp" and not new.secret_ref:
        raise BadInput(
            "an SFTP folder needs a key or password: put it into HOME/secrets/NAME and say --secret-ref NAME",
            where="secret-ref",
        )
    return {
        "kind": kind,
        "address": address,
        "language": language,
        "issuer": new.issuer,
        "circuit": new.circuit,
        "sectors": list(rules.sectors_in(new.sectors)),
        "sector_map": rules.sector_map(new.sector_map),
        "disclaimers": rules.disclaimers_in(new.disclaimers, language),
        "rights": " ".join(new.rights.split())[:500],
        "encoding": new.encoding,
        "secret_ref": rules.secret_name(new.secret_ref),
        "interval_s": rules.interval_of(new.every),
        "item_limit": rules.item_limit(new.limit),
        "paid": new.paid,
        "state_affiliated": new.state_affiliated,
        "take_duplicates": new.take_duplicates,
        "auto_approve_by": new.auto_approve_by,
    }


def change(name: str, given: Mapping[str, Any], *, clock: Clock | None = None) -> ProviderCard:
    """Changes what `given` names (fields of NewProvider); the rest stays, also what is known of its items.

    Another feed is asked at once and from its beginning. Raises NotFound, BadInput naming the option.
    """
    row = row_of(name)
    values: dict[str, Any] = {}
    for key, value in given.items():
        values |= _CHANGES[key](row, value)
    if "address" in values:
        now = (clock or SystemClock()).now()
        values |= {"etag": "", "last_modified": "", "fails": 0, "next_at": now}
    with transaction.atomic():
        if "address" in values:
            SeenFile.objects.filter(provider=row).delete()
        Provider.objects.filter(pk=row.pk).update(**values)
    return provider(row.name)


def _feed(row: Provider, written: str) -> dict[str, Any]:
    kind, address = rules.feed_of(written)
    if row.kind == "webhook":
        raise BadInput(f"{row.name} pushes its items; add another provider for a feed", where="feed")
    return {"kind": kind, "address": address}


_CHANGES: Final[Mapping[str, Callable[[Provider, Any], dict[str, Any]]]] = {
    "feed": _feed,
    "label": lambda row, text: {"label": rules.names_of(row.name, text)[1]},
    "language": lambda _, tag: {"language": parse_language(tag)},
    "circuit": lambda _, name: {"circuit": name},
    "sectors": lambda _, codes: {"sectors": list(rules.sectors_in(codes))},
    "sector_map": lambda row, entries: {"sector_map": {**row.sector_map, **rules.sector_map(entries)}},
    "disclaimers": lambda row, texts: {
        "disclaimers": {**row.disclaimers, **rules.disclaimers_in(texts, Language(row.language))}
    },
    "rights": lambda _, text: {"rights": " ".join(text.split())[:500]},
    "secret_ref": lambda _, name: {"secret_ref": rules.secret_name(name)},
    "every": lambda _, text: {"interval_s": rules.interval_of(text)},
    "limit": lambda _, number: {"item_limit": rules.item_limit(number)},
    "paid": lambda _, on: {"paid": on},
    "state_affiliated": lambda _, on: {"state_affiliated": on},
    "take_duplicates": lambda _, on: {"take_duplicates": on},
    "auto_approve_by": lambda _, name: {"auto_approve_by": name},
}


def row_of(name: str) -> Provider:
    """The row, by name or by the label readers see. Raises NotFound naming near names."""
    row = Provider.objects.filter(name=name).first() or Provider.objects.filter(label=name).first()
    if row is not None:
        return row
    known = list(Provider.objects.values_list("name", flat=True))
    near = difflib.get_close_matches(name, known, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "see `dateline provider list`"
    raise NotFound(f"there is no provider '{name[:80]}'; {hint}")


def provider(name: str) -> ProviderCard:
    """One provider. Raises NotFound."""
    return card(row_of(name))


def providers() -> list[ProviderCard]:
    """All of them, by name."""
    return [card(row) for row in Provider.objects.order_by("name")]


def disclaimers_of(label: str) -> dict[str, str]:
    """Language -> standing words of the provider that readers know by this label; empty for others."""
    found = Provider.objects.filter(label=label).values_list("disclaimers", flat=True).first()
    return dict(found or {})


def pause(name: str, *, by: str, reason: str, clock: Clock | None = None) -> bool:
    """Asks and takes nothing more; False when it was paused already. Raises NotFound, BadInput."""
    words = " ".join(reason.split())
    if not words:
        raise BadInput("a pause needs a word of reason", where="reason")
    row = row_of(name)
    paused = Provider.objects.filter(pk=row.pk, paused_at=None).update(
        paused_by=by[:80], paused_reason=words[:300], paused_at=(clock or SystemClock()).now()
    )
    return bool(paused)


def resume(name: str, *, clock: Clock | None = None) -> bool:
    """Goes on, with a poll at once; False when it was not paused. Raises NotFound."""
    row = row_of(name)
    resumed = Provider.objects.filter(pk=row.pk, paused_at__isnull=False).update(
        paused_by="", paused_reason="", paused_at=None, fails=0, next_at=(clock or SystemClock()).now()
    )
    return bool(resumed)


def remove(name: str) -> ProviderCard:
    """Forgets a provider, its polls and items; drafts and releases stay. Raises NotFound."""
    row = row_of(name)
    gone = card(row)
    with transaction.atomic():
        for pk in ProviderItem.objects.filter(provider=row).values_list("pk", flat=True):
            vault_store.destroy(item_owner(pk))
        row.delete()
    return gone


def item_owner(item: int) -> str:
    """Whose parts of the vault an item's are."""
    return f"item/{item}"


# --- shapes ---------------------------------------------------------------------------------------------


def terms_of(row: Provider) -> Terms:
    """What changes its items."""
    return Terms(
        label=row.label,
        issuer=row.issuer,
        circuit=row.circuit,
        sectors=tuple(Sector(code) for code in row.sectors),
        sector_map=row.sector_map,
        disclaimers=row.disclaimers,
        rights=row.rights,
        paid=row.paid,
        state_affiliated=row.state_affiliated,
    )


def card(row: Provider) -> ProviderCard:
    """The row as a value."""
    names = [name for name in ProviderCard.__dataclass_fields__ if name not in {"sectors", "id", "kind"}]
    found = ProviderCard(
        **{name: getattr(row, name) for name in names},
        kind=cast(rules.Kind, row.kind),
        sectors=tuple(row.sectors),
    )
    return replace(found, id=row.pk)
