"""Editions, opened parcels and tasks for the tests of channels."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any

from dateline.core.clock import Instant
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.words import (
    Block,
    Contact,
    DatelineLine,
    Edition,
    Endpoint,
    IssuerRef,
    OpenedParcel,
    Receipt,
    Run,
    Task,
    edition_sha256,
    wire_event,
)
from dateline.formats.facts import PageFacts
from dateline.formats.registry import codec
from dateline.plant.settings import Settings

AT = Instant(datetime(2026, 11, 24, 0, 0, 0, 12_000, tzinfo=UTC))
SITE = "https://wire.example"
SECRET = b"k" * 32
PERSON = {
    "name": "Ana Lima",
    "why": "your beats include energy",
    "source": "a fair in Oslo",
    "preferences_url": "https://wire.example/preferences/t1/",
    "stop_url": "https://wire.example/preferences/stop/t1",
}


def edition(language: str = "en", **changes: Any) -> Edition:
    """A short release; `changes` replace its fields."""
    values: dict[str, Any] = {
        "release": ReleaseId("k7m2x9qd4w"),
        "version": 1,
        "event_id": "evt_1",
        "type": "released",
        "language": Language(language),
        "original_language": Language("en"),
        "slug": "acme-opens",
        "headline": "Acme opens a plant",
        "issuer": IssuerRef("acme", "Acme Corp."),
        "wire": "Dateline",
        "dateline": DatelineLine("OSLO", "2026-11-24", "Dateline"),
        "blocks": (Block("paragraph", runs=(Run("Acme opened a plant today. " * 8),)),),
        "contacts": (Contact("Kari Nordmann", "Press", "press@acme.example"),),
    }
    return Edition(**values | changes)


def mail_parcel(made: Edition | None = None, *, at: Instant | None = AT) -> OpenedParcel:
    """The opened `mail` parcel of an edition."""
    made = made or edition()
    form = codec("mail")
    body = form.render(made, PageFacts(SITE, "Dateline"))
    if at is not None:
        body = form.opened(body, at=at, languages=(made.language,), base_url=SITE)
    return _parcel(made, "mail", "mail", body, at)


def hook_payload(made: Edition, form: str = "json") -> dict[str, Any]:
    """Wire event, `body` and `body_type`, as dispatch writes it."""
    data = codec(form).render(made, PageFacts(SITE, "Dateline", AT, (made.language,)))
    body = json.loads(data) if form in {"json", "ninjs", "ninjs2"} else data.decode()
    event = wire_event(made, at=AT, languages=(made.language,), base_url=SITE)
    return {**event, "body": body, "body_type": form}


def hook_parcel(made: Edition | None = None, form: str = "json") -> OpenedParcel:
    """The opened `webhook` parcel of an edition."""
    made = made or edition()
    return _parcel(made, "webhook", form, json.dumps(hook_payload(made, form)).encode(), AT)


def _parcel(made: Edition, channel: str, form: str, body: bytes, at: Instant | None) -> OpenedParcel:
    return OpenedParcel(
        VersionId("v1"),
        made.release,
        made.version,
        made.language,
        channel,
        form,
        edition_sha256(made),
        body,
        "application/json",
        at,
        made.slug,
    )


def mail_task(
    number: int,
    parcel: OpenedParcel,
    address: str = "",
    personal: dict[str, str] | None = None,
    *,
    name: str = "",
) -> Task:
    """Delivery `number` to a person; `personal={}` makes it an outlet's."""
    address = address or f"p{number}@readers.example"
    return Task(
        number,
        1,
        f"<d{number}@wire.example>",
        Endpoint("mail:" + address.rpartition("@")[2], "mail", address, name, parcel.language),
        parcel,
        PERSON if personal is None else personal,
    )


def hook_task(
    number: int, parcel: OpenedParcel, url: str, *, endpoint: str = "", secret: bytes = SECRET
) -> Task:
    """Delivery `number` to an endpoint of its own, unless `endpoint` names a shared one."""
    name = endpoint or f"o_{number}"
    return Task(number, 1, f"msg_d{number}", Endpoint(name, "webhook", url, secret=secret), parcel)


def settings(**values: Any) -> Settings:
    """Settings of a wire at wire.example."""
    return Settings(base_url=SITE, **values)


class Feed:
    """Tasks for `Channel.send`: those given at once, or one by one with `put`, until `end`."""

    def __init__(self, tasks: Iterable[Task] = (), *, open_end: bool = False) -> None:
        self._queue: asyncio.Queue[Task | None] = asyncio.Queue()
        self.drawn = 0
        for task in tasks:
            self._queue.put_nowait(task)
        if not open_end:
            self.end()

    def put(self, task: Task) -> None:
        self._queue.put_nowait(task)

    def end(self) -> None:
        self._queue.put_nowait(None)

    def __aiter__(self) -> AsyncIterator[Task]:
        return self._all()

    async def _all(self) -> AsyncIterator[Task]:
        while (task := await self._queue.get()) is not None:
            self.drawn += 1
            yield task


class Receipts:
    """Collects what a channel reports."""

    def __init__(self) -> None:
        self.all: list[Receipt] = []
        self._changed = asyncio.Event()

    async def __call__(self, receipt: Receipt) -> None:
        await asyncio.sleep(0)
        self.all.append(receipt)
        self._changed.set()

    async def reach(self, count: int) -> None:
        """Returns once `count` receipts are there."""
        while len(self.all) < count:
            self._changed.clear()
            await self._changed.wait()

    def of(self, number: int) -> Receipt:
        """The one receipt of a delivery."""
        (found,) = [receipt for receipt in self.all if receipt.delivery == number]
        return found


async def until(true: Any) -> None:
    """Waits until `true()` holds; the test's own timeout ends a hopeless wait."""
    while not true():
        await asyncio.sleep(0.01)
