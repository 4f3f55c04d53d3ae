"""Polls: who is due, one look at a provider, what it pushes, and a row about each."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from itertools import chain, islice
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import F, Max

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, Conflict
from dateline.core.languages import Language
from dateline.intake.models import Poll, Provider, SeenFile
from dateline.intake.providers import keys, registry, rules
from dateline.intake.providers.arrivals import Refusal, Source, arrivals
from dateline.intake.providers.keeping import Kept, keep
from dateline.intake.providers.ports import Document, Fetch, Fetched, Wanted
from dateline.plant.settings import get_settings

log = structlog.get_logger("intake.providers")

_SPARE_S: Final = 60.0
"""Beyond the time limit of a fetch: from then on another process takes it that the poll has died."""
_FILES: Final = ("folder", "sftp")
_COUNTS: Final = ("new", "updated", "unchanged", "duplicate", "killed", "refused", "left")


@dataclass(frozen=True, slots=True)
class PollCard:
    """One look at a provider (`source` poll) or one thing it pushed (`push`), and what came of it."""

    at: Instant
    ms: int
    source: str
    status: str
    code: int
    words: str
    new: int
    updated: int
    unchanged: int
    duplicate: int
    killed: int
    refused: int
    left: int
    refusals: tuple[dict[str, str], ...]
    unmapped: dict[str, int]
    items: tuple[int, ...] = ()
    """Numbers of the items that the desk was told of; not kept."""


def due(*, clock: Clock | None = None, limit: int = 64) -> list[str]:
    """Names of the providers to be asked now, the longest overdue first."""
    now = (clock or SystemClock()).now()
    rows = Provider.objects.filter(next_at__lte=now, paused_at=None).exclude(kind="webhook")
    return list(rows.order_by("next_at").values_list("name", flat=True)[:limit])


def claim(name: str, *, clock: Clock | None = None) -> bool:
    """Takes a due provider for a poll; False when another process was first. Compare-and-set: the claim ends
    by itself, should this process die.
    """
    now = (clock or SystemClock()).now()
    until = now + timedelta(seconds=get_settings().feed_timeout_s + _SPARE_S)
    return bool(Provider.objects.filter(name=name, next_at__lte=now, paused_at=None).update(next_at=until))


def poll(name: str, fetch: Fetch, *, stop: Callable[[], bool] = bool, clock: Clock | None = None) -> PollCard:
    """Asks a provider now, whether or not it is due. Raises NotFound; Conflict when it is paused; BadInput
    for one that pushes.
    """
    clock = clock or SystemClock()
    row = registry.row_of(name)
    if row.kind == "webhook":
        raise BadInput(f"{row.name} pushes its items; there is nothing to ask", where="name")
    if row.paused_at is not None:
        raise Conflict(
            f"{row.name} is paused by {row.paused_by}: {row.paused_reason}; "
            f"go on with: dateline provider resume {row.name}"
        )
    look = _Look(row, "poll", clock)
    fetched = _fetched(row, fetch, stop)
    if fetched.status != "ok":
        return _written(look, fetched, [])
    for where, reason in fetched.refusals:
        look.kept.refuse(where, reason)
    look.kept.left += fetched.left
    return _written(look, fetched, [document for document in fetched.documents if _take(look, document)])


@dataclass
class _Look:
    """One poll or push while it is under way."""

    row: Provider
    source: str
    clock: Clock
    kept: Kept = field(default_factory=Kept)
    began: float = field(default_factory=time.monotonic)

    def write(self, now: Instant, status: str, code: int = 0, words: str = "") -> PollCard:
        """Its row; those that are too old are forgotten. Inside the caller's transaction."""
        kept = self.kept
        if status == "ok" and not (kept.taken or kept.refused or kept.left):
            status = "unchanged"
        counts = {name: getattr(kept, name) for name in _COUNTS}
        made = Poll.objects.create(
            provider=self.row,
            at=now,
            ms=round((time.monotonic() - self.began) * 1000),
            source=self.source,
            status=status,
            code=code,
            words=" ".join(words.split())[:500],
            refusals=kept.refusals,
            unmapped=kept.most_unmapped(),
            **counts,
        )
        before = now - timedelta(days=get_settings().provider_keep_days)
        Poll.objects.filter(provider=self.row, at__lt=before).delete()
        return poll_card(made, tuple(kept.items))


def _fetched(row: Provider, fetch: Fetch, stop: Callable[[], bool]) -> Fetched:
    settings = get_settings()
    seen = (
        dict(SeenFile.objects.filter(provider=row).values_list("key", "mark")) if row.kind in _FILES else {}
    )
    try:
        secret = keys.secret_of(row)
    except BadInput as error:
        return Fetched("failed", words=str(error))
    kind: Any = row.kind
    wanted = Wanted(
        kind=kind,
        address=row.address,
        secret=secret,
        etag=row.etag,
        last_modified=row.last_modified,
        seen=seen,
        most_bytes=settings.upload_limit_mb * 1024 * 1024,
        most_files=row.item_limit,
        whole_s=settings.feed_timeout_s,
    )
    return fetch(wanted, stop)


def _take(look: _Look, document: Document) -> bool:
    """Whether all of it was taken: a document of which something was left is read again."""
    row, kept = look.row, look.kept
    before = kept.left
    source = Source(Language(row.language), row.encoding, document.folder)
    found = arrivals(document.data, document.name, source)
    try:
        keep(row, found, kept, now=look.clock.now(), limit=row.item_limit)
    except RecursionError:
        kept.refuse(document.name, "is nested deeper than anybody writes")
    return kept.left == before


def _written(look: _Look, fetched: Fetched, read: Sequence[Document]) -> PollCard:
    row, kept, now = look.row, look.kept, look.clock.now()
    failed = fetched.status == "failed"
    wait = rules.wait_s(row.interval_s, row.fails + 1 if failed else 0, fetched.wait_s)
    if kept.left and not failed:
        wait = min(wait, float(rules.SHORTEST_S))
    changes: dict[str, Any] = {
        "next_at": now + timedelta(seconds=wait),
        "fails": F("fails") + 1 if failed else 0,
    }
    if fetched.status == "ok":
        # With something left, the same answer must come again: no "not modified" then.
        whole = kept.left == 0
        changes |= {
            "etag": fetched.etag[:500] if whole else "",
            "last_modified": fetched.last_modified[:100] if whole else "",
        }
    with transaction.atomic():
        Provider.objects.filter(pk=row.pk).update(**changes)
        _remember(row, read)
        card = look.write(now, fetched.status, fetched.code, fetched.words)
    if failed:
        log.warning("intake.poll_failed", provider=row.name, status=fetched.code, retry_in_s=round(wait))
    else:
        _log("intake.polled", look, card)
    return card


def _log(event: str, look: _Look, card: PollCard) -> None:
    log.info(event, provider=look.row.name, ms=card.ms, **{name: getattr(card, name) for name in _COUNTS})


def _remember(row: Provider, read: Sequence[Document]) -> None:
    """Files that were read whole are not read again before they change."""
    marked = [document for document in read if document.mark]
    SeenFile.objects.bulk_create(
        [SeenFile(provider=row, key=file_key(document.name), mark=document.mark[:60]) for document in marked],
        update_conflicts=True,
        unique_fields=["provider", "key"],
        update_fields=["mark"],
    )


def file_key(name: str) -> str:
    """By what a file is remembered."""
    return sha256(name.encode(errors="surrogateescape")).hexdigest()


def push(
    name: str, key: str, body: bytes, *, file_name: str = "item", clock: Clock | None = None
) -> PollCard:
    """Takes one document that a provider sent with its key. Raises NotAllowed when the key is not its own,
    Conflict when it is paused, BadInput when nothing in the document can be used.
    """
    clock = clock or SystemClock()
    row = keys.proved(name, key)
    if row.paused_at is not None:
        raise Conflict(f"{row.name} is paused; nothing is taken until the desk resumes it")
    look = _Look(row, "push", clock)
    found = arrivals(body, file_name, Source(Language(row.language), row.encoding))
    begun = list(islice(found, 2))
    if not begun:
        raise BadInput("holds no item", where="body")
    only = begun[0] if len(begun) == 1 else None
    if isinstance(only, Refusal):
        look.kept.refuse(only.where, only.reason)
        with transaction.atomic():
            look.write(clock.now(), "failed", words=only.reason)
        raise BadInput(only.reason, where=only.where)
    keep(row, chain(begun, found), look.kept, now=clock.now(), limit=rules.MOST_ITEMS)
    with transaction.atomic():
        card = look.write(clock.now(), "ok")
    _log("intake.pushed", look, card)
    return card


def polls(name: str, *, limit: int = 20) -> list[PollCard]:
    """The newest rows about a provider. Raises NotFound."""
    rows = Poll.objects.filter(provider=registry.row_of(name)).order_by("-at", "-id")[:limit]
    return [poll_card(row) for row in rows]


def last_polls() -> dict[str, PollCard]:
    """Provider -> its newest row, in two queries."""
    newest = Provider.objects.annotate(newest=Max("poll__id")).values_list("newest", flat=True)
    rows = Poll.objects.filter(pk__in=[pk for pk in newest if pk]).select_related("provider")
    return {row.provider.name: poll_card(row) for row in rows}


def poll_card(row: Poll, items: tuple[int, ...] = ()) -> PollCard:
    """The row as a value."""
    names = [n for n in PollCard.__dataclass_fields__ if n not in {"refusals", "items"}]
    return PollCard(**{n: getattr(row, n) for n in names}, refusals=tuple(row.refusals), items=items)
