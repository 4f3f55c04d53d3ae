"""The outbox: events leave a room in the transaction that made them true and are handled at least once."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import connections, transaction

from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import Conflict
from dateline.core.events import Event, event_document, event_from
from dateline.plant.db.databases import DEFAULT
from dateline.plant.db.models import OutboxHead, OutboxPosition, OutboxRow

Handler = Callable[[Any], None]
Handlers = Mapping[type[Event], Handler]


def append(event: Event, *, using: str = DEFAULT, clock: Clock | None = None) -> int:
    """Writes the event with the next number. Raises Conflict outside a transaction."""
    if not connections[using].in_atomic_block:
        raise Conflict(f"{type(event).__name__} must be appended in the transaction that makes it true")
    seq = next_number(OutboxHead, using=using)
    OutboxRow.objects.using(using).create(
        seq=seq, kind=type(event).__name__, body=event_document(event), at=(clock or SystemClock()).now()
    )
    return seq


def next_number(head: Any, *, count: int = 1, using: str = DEFAULT) -> int:
    """Takes `count` numbers from the head row under its lock; returns the last. Rows commit in the order of
    their numbers.
    """
    table = connections[using].ops.quote_name(head._meta.db_table)
    with connections[using].cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} (id, seq) VALUES (1, 0) ON CONFLICT (id) DO NOTHING")  # noqa: S608
        cursor.execute(f"UPDATE {table} SET seq = seq + %s WHERE id = 1 RETURNING seq", [count])  # noqa: S608
        return int(cursor.fetchone()[0])


def position(consumer: str, *, using: str = DEFAULT) -> int:
    """The last number this consumer has handled; 0 at first."""
    found = (
        OutboxPosition.objects.using(using).filter(consumer=consumer).values_list("seq", flat=True).first()
    )
    return found or 0


def move_position(consumer: str, seq: int, *, using: str = DEFAULT) -> None:
    """Records that everything up to `seq` is handled."""
    OutboxPosition.objects.using(using).update_or_create(consumer=consumer, defaults={"seq": seq})


def follow(
    consumer: str, handlers: Handlers, *, source: str = DEFAULT, positions: str = DEFAULT, limit: int = 100
) -> int:
    """Handles the next events for this consumer, oldest first; returns how many rows it passed.

    A handler that raises stops the batch there; the same event comes again, so handlers are idempotent.
    """
    start = position(consumer, using=positions)
    rows = list(OutboxRow.objects.using(source).filter(seq__gt=start).order_by("seq")[:limit])
    kinds = {cls.__name__: handler for cls, handler in handlers.items()}
    for row in rows:
        handler = kinds.get(row.kind)
        if handler is None:
            continue
        with transaction.atomic(using=positions):
            handler(event_from(row.kind, row.body))
            move_position(consumer, row.seq, using=positions)
    if rows:
        move_position(consumer, rows[-1].seq, using=positions)
    return len(rows)


def head(*, using: str = DEFAULT) -> int:
    """The number of the newest event, read in a few microseconds: for consumers that look often."""
    with connections[using].cursor() as cursor:
        table = connections[using].ops.quote_name(OutboxHead._meta.db_table)
        cursor.execute(f"SELECT seq FROM {table} WHERE id = 1")  # noqa: S608
        row = cursor.fetchone()
    return 0 if row is None else int(row[0])


def depths(*, using: str = DEFAULT) -> dict[str, int]:
    """Consumer -> how many events it has not passed yet."""
    head = OutboxHead.objects.using(using).filter(id=1).values_list("seq", flat=True).first() or 0
    rows = OutboxPosition.objects.using(using).order_by("consumer").values_list("consumer", "seq")
    return {consumer: max(0, head - seq) for consumer, seq in rows}
