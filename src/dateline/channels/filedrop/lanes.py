"""Drops in lanes: see `channels.lanes`; and the heartbeats between them."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog

from dateline.channels.filedrop.drop import Drop, drop_of
from dateline.channels.filedrop.heartbeat import Asking, Heart
from dateline.channels.filedrop.outcome import DropFault, Timed
from dateline.channels.in_hand import InHand, Report
from dateline.channels.lanes import Lanes
from dateline.core.clock import SystemClock
from dateline.core.errors import BadInput
from dateline.core.words import Endpoint, Receipt, Task

log = structlog.get_logger("channels")

Put = Callable[[Endpoint, Drop, Callable[[], None]], Awaitable[str]]
"""Puts files to an endpoint and says in a word what it did; calls the third argument when the last byte has
left. Raises DropFault, BadInput.
"""


async def run_lanes(
    tasks: AsyncIterator[Task], report: Report, put: Put, *, width: int, asking: Asking | None = None
) -> None:
    """Draws `tasks` until they end and reports one receipt for each; see core.channel.Channel.send.

    Meanwhile those who are `asking` get their heartbeats.
    """
    hands = InHand(report)
    lanes = Lanes(hands, lambda task: _one(put, hands, task), width=width)

    def beat(endpoint: Endpoint, drop: Drop) -> bool:
        """Puts a heartbeat where nothing is under way; False where something is."""
        if not lanes.may_begin(endpoint.id):
            return False
        lanes.begin(endpoint.id, lambda: _heartbeat(put, endpoint, drop))
        return True

    await lanes.run(tasks, beside=Heart(asking, beat, SystemClock()).run() if asking else None)


async def _heartbeat(put: Put, endpoint: Endpoint, drop: Drop) -> None:
    try:
        await put(endpoint, drop, lambda: None)
    except (BadInput, DropFault) as error:
        log.warning("channel.no_heartbeat", endpoint=endpoint.id, because=str(error))
    except Exception:
        log.exception("channel.heartbeat_failed", endpoint=endpoint.id)


async def _one(put: Put, hands: InHand, task: Task) -> Receipt:
    started = time.monotonic()

    def timed() -> Timed:
        return Timed(task, round((time.monotonic() - started) * 1000))

    try:
        words = await put(task.endpoint, drop_of(task), lambda: hands.sent(task))
    except BadInput as error:
        return timed().refused(error.message)
    except DropFault as fault:
        return timed().failed(fault)
    return timed().accepted(words)
