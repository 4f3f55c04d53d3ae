"""The endpoint table: breakers that workers share and that survive restarts."""

from collections.abc import Sequence

from dateline.dispatch.breaker import Breaker
from dateline.dispatch.models import EndpointHealth

_CHANGING = [field.name for field in EndpointHealth._meta.fields if field.name != "endpoint"]


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
        )
        for row in rows
    }


def save(breakers: Sequence[Breaker]) -> None:
    """Writes them over what was there."""
    if breakers:
        EndpointHealth.objects.bulk_create(
            [
                EndpointHealth(
                    endpoint=b.endpoint,
                    channel=b.channel,
                    breaker=b.state,
                    open_until=b.open_until,
                    fails=b.fails,
                    timeouts=b.timeouts,
                    opened=b.opened,
                    disabled_reason=b.disabled_reason,
                    disabled_address=b.disabled_address,
                    failing_since=b.failing_since,
                )
                for b in breakers
            ],
            update_conflicts=True,
            unique_fields=["endpoint"],
            update_fields=_CHANGING,
        )
