"""Parcels and tasks for the tests of channels that put files."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from dateline.channels.tests.builders import AT, SITE, Feed, Receipts, edition
from dateline.core.channel import Channel
from dateline.core.ids import VersionId
from dateline.core.words import (
    Edition,
    Endpoint,
    Media,
    OpenedParcel,
    Receipt,
    Task,
    edition_sha256,
    sha256_hex,
)
from dateline.formats.facts import PageFacts
from dateline.formats.registry import codec

PICTURE = b"\xff\xd8 a picture of the plant \xff\xd9" * 40


def picture(data: bytes = PICTURE, name: str = "plant.jpg") -> Media:
    """The facts of a picture with these bytes."""
    return Media(name, "image/jpeg", sha256_hex(data), len(data), alt="The plant")


def drop_parcel(
    made: Edition | None = None, form: str = "text", *, channel: str = "sftp", pictures: bool = False
) -> OpenedParcel:
    """The opened parcel of an edition, as dispatch hands it to the channels that put files."""
    made = made or edition()
    body = codec(form).render(made, PageFacts(SITE, "Dateline", AT, (made.language,)))
    return OpenedParcel(
        VersionId("v1"),
        made.release,
        made.version,
        made.language,
        channel,
        form,
        edition_sha256(made),
        body,
        "text/plain",
        AT,
        made.slug,
        media=((picture(), PICTURE),) if pictures else (),
        first_at=AT,
    )


def drop_task(
    number: int,
    address: str,
    *,
    channel: str = "sftp",
    secret: bytes = b"",
    parcel: OpenedParcel | None = None,
    endpoint: str = "",
    path: str = "",
    encoding: str = "",
) -> Task:
    """Delivery `number`: a release of its own, `drop-{number}`, unless a parcel is given."""
    parcel = parcel or replace(drop_parcel(channel=channel), slug=f"drop-{number}")
    options = {name: value for name, value in (("path", path), ("encoding", encoding)) if value}
    to = Endpoint(endpoint or f"o_{number}", channel, address, "Outlet", "en", options, secret)
    return Task(number, 1, f"msg_d{number}", to, parcel)


def name_of(number: int) -> str:
    """The file of delivery `number`."""
    return f"drop-{number}-k7m2x9qd4w-en-v1.txt"


async def sent(channel: Channel, *tasks: Task) -> list[Receipt]:
    """The receipts of these tasks, in their order."""
    receipts = Receipts()
    await channel.send(aiter(Feed(tasks)), receipts)
    return [receipts.of(task.delivery) for task in tasks]


def send_all(channel: Channel, *tasks: Task) -> list[Receipt]:
    """`sent` on a loop of its own; the channel is closed."""

    async def work() -> list[Receipt]:
        try:
            return await sent(channel, *tasks)
        finally:
            await channel.aclose()

    return asyncio.run(work())


def with_channel(channel: Channel, work: Callable[[], Awaitable[Any]]) -> Any:
    """Runs `work` and closes the channel, whatever happens."""

    async def inside() -> Any:
        try:
            return await work()
        finally:
            await channel.aclose()

    return asyncio.run(inside())


def outcomes(receipts: Sequence[Receipt]) -> list[str]:
    return [receipt.outcome for receipt in receipts]
