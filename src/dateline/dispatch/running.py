"""What goes on for as long as dispatch runs: channels that are started again, and rounds of small work."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final

import structlog

from dateline.core.channel import Channel
from dateline.dispatch.feed import Feed

log = structlog.get_logger("dispatch")

_FIRST_RESTART_S: Final = 1.0
_LONGEST_RESTART_S: Final = 30.0


async def every(seconds: float, step: Callable[[], Awaitable[None]]) -> None:
    """Does `step` again and again; one that fails is told of and tried at the next turn."""
    while True:
        try:
            await step()
        except Exception:
            log.exception("dispatch.upkeep_failed")
        await asyncio.sleep(seconds)


async def keep_sending(feed: Feed, channel: Channel) -> None:
    """Runs the channel's own loop; one that raises or returns waits and starts again, the others go on."""
    wait = _FIRST_RESTART_S
    while not feed.closed:
        began = monotonic()
        try:
            await channel.send(feed, feed.report)
        except asyncio.CancelledError:
            feed.abandon()
            raise
        except Exception:
            log.exception("channel.failed", channel=feed.channel, restart_in_s=wait)
        feed.abandon()
        if feed.is_closed():
            return
        if monotonic() - began > _LONGEST_RESTART_S:
            wait = _FIRST_RESTART_S
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_RESTART_S)
