"""The door of the channels: which are installed, a test over one of them, notices to outlets, the guard,
the webhooks of mail providers.
"""

import asyncio
from importlib.metadata import entry_points
from typing import Final
from urllib.parse import urlsplit

from dateline.audience import services as audience
from dateline.channels.address_guard import refusal
from dateline.channels.apart.channel import Apart
from dateline.channels.mail.providers.report import Request, Unproved
from dateline.channels.mail.webhooks import PROVIDERS, take_webhook
from dateline.channels.notices import NOTICES, contact_address
from dateline.channels.resolving import resolved
from dateline.channels.sample_pack import TestAnswer, send_test_pack
from dateline.channels.sample_words import PICTURE, PICTURE_BYTES
from dateline.channels.webhook.channel import is_usual
from dateline.core.channel import Channel
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.plant.settings import Settings, get_settings

_MAY_BE_APART: Final = ("mail", "webhook")
"""Not those that ask the database, or that send pictures."""
PULL: Final = "feed"
"""The channel of outlets that fetch by themselves."""

__all__ = [
    "NOTICES",
    "PICTURE",
    "PICTURE_BYTES",
    "PROVIDERS",
    "Request",
    "TestAnswer",
    "Unproved",
    "check_webhook_address",
    "contact_address",
    "in_own_processes",
    "open_channel",
    "take_webhook",
    "test_outlet",
]


def open_channel(kind: str, settings: Settings) -> Channel:
    """The installed channel of this kind. Raises BadInput when there is none."""
    for point in entry_points(group="dateline.channels"):
        if point.name == kind:
            found: Channel = point.load()(settings)
            return found
    raise BadInput(f"this wire has no channel '{kind}'; install it first", where="channel")


def in_own_processes(channels: dict[str, Channel], settings: Settings) -> dict[str, Channel]:
    """The same channels, those of `apart_channels` sending from processes of their own. Raises BadInput for
    one that cannot.
    """
    for kind in settings.apart_channels:
        if kind not in _MAY_BE_APART:
            raise BadInput(
                f"'{kind}' cannot send from a process of its own; {' and '.join(_MAY_BE_APART)} can",
                where="DATELINE_APART_CHANNELS",
            )
    return {k: Apart(one) if k in settings.apart_channels else one for k, one in channels.items()}


def test_outlet(card: audience.OutletCard) -> list[TestAnswer]:
    """Sends the test pack to an outlet and waits for the answers, at most some 45 seconds.

    Raises BadInput for an outlet that fetches by itself or must not be written to, saying why.
    """
    if card.channel == PULL:
        raise BadInput("it fetches its news itself, so there is nothing to send", where=card.name)
    row = (card.recipient, Language(card.first_language))
    to = audience.addressed([row], sectors=())[row]
    if to.suppressed:
        raise BadInput(to.suppressed, where=card.name)

    async def run() -> list[TestAnswer]:
        channel = open_channel(card.channel, get_settings())
        try:
            return await send_test_pack(
                channel, to.endpoint, format_=card.format or "json", personal=to.personal
            )
        finally:
            await channel.aclose()

    return asyncio.run(run())


test_outlet.__test__ = False  # type: ignore[attr-defined]  # no test of ours, whatever pytest thinks of its name


def check_webhook_address(url: str) -> None:
    """Raises BadInput, naming the cause, for an address that the webhook channel would never dial.

    A name is judged by all it resolves to now; what it resolves to later is judged again at each send. Waits
    some seconds for the name server, and then raises Unavailable: not for an event loop.
    """
    settings = get_settings()
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = resolved(parts.hostname or "", port)
    if not found:
        raise BadInput("its host has no address on the network; check the spelling", where="endpoint")
    only_allowed = not is_usual(url)
    words = [
        refusal(address, settings.allow_private_endpoints, only_allowed=only_allowed) for address in found
    ]
    if all(words):
        hint = "; use https on port 443 or 8443" if only_allowed else ""
        raise BadInput(f"cannot be used: {words[0]}{hint}", where="endpoint")
