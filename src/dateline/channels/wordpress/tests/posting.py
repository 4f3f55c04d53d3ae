"""Editions, tasks and runs for the tests of the WordPress channel."""

import asyncio
from dataclasses import replace
from typing import Any

from dateline.channels.http_requests import Patience
from dateline.channels.tests.builders import Feed, Receipts, edition, hook_parcel, settings
from dateline.channels.wordpress.channel import WordpressChannel
from dateline.core.sectors import Sector
from dateline.core.words import Block, Edition, Endpoint, Media, OpenedParcel, Receipt, Run, Task, sha256_hex
from dateline.testing.wordpress_site import WordpressSite

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 400
PICTURE = Media(
    "plant.png",
    "image/png",
    sha256_hex(PNG),
    len(PNG),
    alt="The plant at night",
    caption="Opening day",
    credit="Kari Nordmann",
)


def release(**changes: Any) -> Edition:
    """A release with a picture and a sector."""
    values: dict[str, Any] = {"media": (PICTURE,), "sectors": (Sector("13000000"),), "labels": ("paid",)}
    return edition(**values | changes)


def corrected(**changes: Any) -> Edition:
    """Its correction."""
    text = Block("paragraph", runs=(Run("Acme opened a plant yesterday."),))
    values = {"version": 2, "type": "corrected", "reason": "The day was wrong.", "blocks": (text,)}
    return release(**values | changes)


def killed() -> Edition:
    return edition(
        version=3, type="killed", reason="Not true.", blocks=(), headline="This release has been killed."
    )


def withdrawn() -> Edition:
    return edition(version=3, type="withdrawn", reason="By the issuer.", blocks=())


def parcel(made: Edition, pictures: bytes = PNG) -> OpenedParcel:
    """The opened `wordpress` parcel, as dispatch makes it."""
    with_media = tuple((media, pictures) for media in made.media)
    return replace(hook_parcel(made, "html"), channel="wordpress", media=with_media)


def task(number: int, made: Edition, site: WordpressSite, *, path: str = "publish", **changes: Any) -> Task:
    """Delivery `number` to this site."""
    secret = changes.pop("secret", site.login.encode())
    values = {"address": site.url, "options": {"path": path}, "secret": secret, **changes}
    endpoint = Endpoint(f"o_{site.port}", "wordpress", **values)
    return Task(number, 1, f"msg_d{number}", endpoint, parcel(made))


def sent(
    *tasks: Task, patience: Patience | None = None, allowed: str = "127.0.0.0/8", **options: Any
) -> Receipts:
    """The receipts of one run of the channel."""
    receipts = Receipts()

    async def run() -> None:
        channel = WordpressChannel(settings(allow_private_endpoints=allowed), patience=patience, **options)
        try:
            await channel.send(aiter(Feed(tasks)), receipts)
        finally:
            await channel.aclose()

    asyncio.run(run())
    return receipts


def one(made: Edition, site: WordpressSite, **more: Any) -> Receipt:
    """What came of one edition."""
    run_options = {name: more.pop(name) for name in ("patience", "allowed") if name in more}
    return sent(task(1, made, site, **more), **run_options).of(1)
