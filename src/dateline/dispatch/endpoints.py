"""What people do with endpoints: begin anew, look at their deliveries, have one sent again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import transaction

from dateline.core.clock import Clock, Instant, SystemClock, from_micros, to_micros
from dateline.core.errors import Conflict, NotFound
from dateline.core.events import EndpointDisabled
from dateline.dispatch import pauses, statements, versions
from dateline.dispatch.breaker import address_hash
from dateline.dispatch.models import EndpointHealth, Pickup
from dateline.dispatch.resending import HORIZON_S, must_be_here
from dateline.dispatch.rules import SECOND, horizon_s
from dateline.dispatch.sql import change, cleaned, markers, query
from dateline.plant.db import outbox
from dateline.plant.db.databases import LEDGER

log = structlog.get_logger("dispatch")


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint does. Empty words where nothing is wrong."""

    endpoint: str
    resting_until: Instant | None = None
    fails: int = 0
    failing_since: Instant | None = None
    disabled: str = ""
    paused_by: str = ""
    paused_reason: str = ""
    paused_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery of an outlet, as it may see it: released versions only."""

    delivery: int
    release: str
    version: int
    kind: str
    language: str
    channel: str
    state: str
    reason: str
    code: int
    attempts: int
    lifted_at: Instant
    done_at: Instant | None
    due_at: Instant | None
    published_url: str


def begin_anew(recipient: str, *, clock: Clock | None = None) -> int:
    """Ends rest and disabling of an endpoint that is said to be mended; what waited is due now. Returns how
    many deliveries that is.
    """
    now = to_micros((clock or SystemClock()).now())
    with transaction.atomic(using=LEDGER):
        EndpointHealth.objects.filter(endpoint=recipient).delete()
        return due_now([recipient], now=now)


def due_now(recipients: Sequence[str], *, now: int) -> int:
    """Makes due what waits for these outlets' next try. Returns how many deliveries that is.

    A pump that has not heard yet may park them once more; it makes them due when it hears.
    """
    return change(
        f"""UPDATE dispatch_delivery SET due_at = %s
        WHERE recipient_id IN ({markers(recipients)}) AND person_id IS NULL AND done_at IS NULL
            AND state IN ('waiting', 'deferred') AND due_at > %s AND held = ''""",  # noqa: S608
        [now, *recipients, now],
    )


def health(
    recipients: Sequence[str] | None = None, *, addresses: Mapping[str, str] = {}
) -> dict[str, Health]:
    """Endpoint -> how it does, of those with anything to say; all of them, or these. With its address at
    hand, one that was disabled at another address counts as new.
    """
    rows = EndpointHealth.objects.all()
    if recipients is not None:
        rows = rows.filter(endpoint__in=recipients)
    held = {one.name: one for one in pauses.paused() if one.kind == "endpoint"}
    if recipients is not None:
        held = {name: one for name, one in held.items() if name in recipients}
    known = {row.endpoint: row for row in rows}
    return {
        name: _health(name, known.get(name), held.get(name), addresses.get(name, ""))
        for name in {*held, *known}
    }


def _health(name: str, row: EndpointHealth | None, pause_: pauses.Paused | None, address: str) -> Health:
    row = row or EndpointHealth(endpoint=name)
    moved = bool(address) and row.disabled_address != address_hash(address)
    return Health(
        name,
        from_micros(row.open_until) if row.breaker == "open" else None,
        row.fails,
        from_micros(row.failing_since) if row.failing_since else None,
        "" if moved else row.disabled_reason,
        pause_.by if pause_ else "",
        pause_.reason if pause_ else "",
        pause_.at if pause_ else None,
    )


def history(recipient: str, *, limit: int = 50) -> list[Sent]:
    """The newest deliveries of an outlet; nothing of what is not released (I1)."""
    rows = query(
        """SELECT d.id, v.release, v.number, v.kind, d.language, d.channel, d.state, d.reason, d.last_code,
            d.attempts, v.lifted_at, d.done_at, d.due_at, COALESCE(p.url, '')
        FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id
        LEFT JOIN dispatch_pickup p ON p.delivery_id = d.id
        WHERE d.recipient_id = %s AND d.person_id IS NULL AND v.lifted_at IS NOT NULL
        ORDER BY d.id DESC LIMIT %s""",
        [recipient, limit],
    )
    return [Sent(*_with_instants(row, (10, 11, 12))) for row in rows]


def _with_instants(row: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """The row with instants where it has microseconds."""
    return [
        from_micros(value) if place in places and value is not None else value
        for place, value in enumerate(row)
    ]


def resend(delivery: int, recipient: str, *, by: str, clock: Clock | None = None) -> None:
    """Sends one delivery of this recipient again: one that failed, or now one that waits for its next try.

    Raises NotFound for another's, Conflict for one that arrived, is replaced, archived or under way.
    """
    if delivery >= 2**63:  # more than a database takes
        raise NotFound(f"there is no delivery {delivery} of this outlet")
    now = to_micros((clock or SystemClock()).now())
    with transaction.atomic(using=LEDGER):
        rows = query(
            """SELECT d.state, d.lock_id, v.superseded_at, d.version_id, v.rank FROM dispatch_delivery d
            JOIN dispatch_version v ON v.lock_id = d.lock_id AND v.lifted_at IS NOT NULL
            WHERE d.id = %s AND d.recipient_id = %s""",
            [delivery, recipient],
        )
        if not rows:
            raise NotFound(f"there is no delivery {delivery} of this outlet")
        state, lock_id, superseded, version_id, rank = rows[0]
        must_be_here(version_id)
        if superseded is not None:
            raise Conflict("a newer version has replaced it, which is sent by itself")
        if state == "deferred":
            done = change(
                "UPDATE dispatch_delivery SET due_at = %s WHERE id = %s AND state = 'deferred'",
                [now, delivery],
            )
        else:
            ends = now + horizon_s(HORIZON_S, rank) * SECOND
            done = statements.replay([delivery], by, now=now, expires_at=ends)
        if not done:
            raise Conflict(f"it is {state}; only what failed or waits for its next try can be sent again")
        versions.reopen({lock_id})


def note_pickups(rows: Sequence[tuple[int, str, int]]) -> None:
    """(delivery, address, when) of what receivers say they have published; the first word holds."""
    if rows:
        Pickup.objects.bulk_create(
            [Pickup(delivery_id=id_, url=cleaned(url), at=at) for id_, url, at in rows], ignore_conflicts=True
        )


def tell_disabled(disabled: Sequence[str], *, now: int) -> None:
    """Writes the event for each that is newly disabled; runs in the transaction that stores it."""
    for row in EndpointHealth.objects.filter(endpoint__in=disabled).order_by("endpoint"):
        event = EndpointDisabled(row.endpoint, row.channel, row.disabled_reason, from_micros(now))
        outbox.append(event, using=LEDGER)
        log.warning("dispatch.endpoint_disabled", endpoint=row.endpoint, reason=row.disabled_reason)
