"""How an outlet's endpoint does, as the command line and the API tell it."""

from typing import Any

from dateline.audience import services as audience
from dateline.core.clock import Instant, iso_z
from dateline.dispatch import services as dispatch


def endpoint_document(card: audience.OutletCard, health: dispatch.Health | None) -> dict[str, Any]:
    """The outlet, and the state of its endpoint with the reason; no health is nothing to say."""
    state, because = endpoint_state(health)
    return {
        "recipient": card.recipient,
        "name": card.name,
        "country": card.country,
        "languages": [part for part in card.languages.split(";") if part],
        "sectors": [part for part in card.sectors.split(";") if part],
        "kind": card.kind,
        "channel": card.channel,
        "endpoint": card.endpoint,
        "format": card.format,
        "contact": card.contact,
        "state": state,
        "because": because,
        "fails": health.fails if health else 0,
        "failing_since": _iso(health.failing_since) if health else None,
        "resting_until": _iso(health.resting_until) if health else None,
    }


def endpoint_state(health: dispatch.Health | None) -> tuple[str, str]:
    """ok, failing, resting, disabled or paused; and why."""
    if health is None:
        return "ok", ""
    if health.paused_by:
        return "paused", f"{health.paused_by}: {health.paused_reason}"
    if health.disabled:
        return "disabled", health.disabled
    fails = f"{health.fails} failures in a row"
    if health.resting_until is not None:
        return "resting", fails
    return ("failing", fails) if health.fails else ("ok", "")


def _iso(at: Instant | None) -> str | None:
    return None if at is None else iso_z(at)
