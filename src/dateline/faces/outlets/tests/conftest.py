"""An outlet with deliveries, its receiver, and the link to its own pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dateline.audience import services as audience
from dateline.core.clock import SystemClock, to_micros
from dateline.dispatch.models import Delivery, Pickup, Version
from dateline.plant.settings import get_settings
from dateline.testing.browser import chromium
from dateline.testing.webhook_receiver import HookRule, WebhookReceiver

__all__ = ["chromium"]


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebhookReceiver]:
    """Takes everything, but `/broken` answers 500; the house may reach it."""
    monkeypatch.setenv("DATELINE_ALLOW_PRIVATE_ENDPOINTS", "127.0.0.0/8")
    get_settings.cache_clear()
    rules = [HookRule("500", "/broken", body="Out of paper")]
    with WebhookReceiver(tmp_path / "hooks", rules=rules, store=True) as found:
        yield found
    get_settings.cache_clear()


def new_outlet(name: str, endpoint: str, **cells: str) -> audience.OutletCard:
    """An outlet that takes webhooks in Arabic and English."""
    row = {
        "name": name, "country": "EG", "languages": "ar;en", "kind": "site", "channel": "webhook",
        "endpoint": endpoint, "format": "json", "contact": "Desk <desk@post.example>",
    }  # fmt: skip
    return audience.add_outlet(row | cells)


def delivered(card: audience.OutletCard, release: str, state: str = "accepted", **fields: Any) -> int:
    """A delivery of a released version; its id."""
    now = to_micros(SystemClock().now())
    lifted = fields.pop("lifted_at", now)
    Version.objects.get_or_create(
        lock_id=f"v{release}",
        defaults={
            "version_id": f"v{release}", "release": release, "number": 1, "kind": "release",
            "lifted_at": lifted, "state": "prepared",
        },
    )  # fmt: skip
    done = state in {"accepted", "refused", "expired"}
    values = {
        "version_id": f"v{release}", "lock_id": f"v{release}", "language": "ar", "domain": "x", "parcel": "0",
        "recipient_id": card.recipient, "channel": "webhook", "endpoint_id": card.recipient, "kind": "site",
        "country": "EG", "format": "json", "state": state, "fence": 1, "done_at": now if done else None,
        "due_at": None if done else now + 10**9,
    }  # fmt: skip
    return int(Delivery.objects.create(**values | fields).pk)


def published(delivery: int, url: str) -> None:
    """The receiver's word that it has published it."""
    Pickup.objects.create(delivery_id=delivery, url=url, at=to_micros(SystemClock().now()))
