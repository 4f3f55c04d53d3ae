"""The endpoint table: breakers that workers share and that survive restarts."""

from collections.abc import Sequence

from dateline.dispatch import endpoints
from dateline.dispatch.breaker import Breaker, Heard
from dateline.dispatch.models import EndpointHealth
from dateline.dispatch.statements.health import add_heard


def load() -> dict[str, Breaker]:
    """Every endpoint that is not simply healthy."""
    rows = EndpointHealth.objects.exclude(breaker="closed", fails=0, disabled_reason="")
    return {
        row.endpoint: Breaker(
            endpoint=row.endpoint,
            channel=row.channel,
            state="open" if row.breaker == "open" else "closed",
            fails=row.fails,
            timeouts=row.timeouts,
            opened=row.opened,
            open_until=row.open_until,
            disabled_reason=row.disabled_reason,
            disabled_address=row.disabled_address,
            failing_since=row.failing_since,
            ok_at=row.ok_at,
            failed_at=row.failed_at,
        )
        for row in rows
    }


def add(news: Sequence[Heard], *, now: int) -> None:
    """Adds what was heard to the rows, with the event for each endpoint that is disabled from here on."""
    if news:
        endpoints.tell_disabled(add_heard(news), now=now)
