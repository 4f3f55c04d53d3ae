"""The webhook channel: a signed POST to each endpoint, many at once, one at a time for each endpoint."""

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Final
from urllib.parse import urlsplit

from dateline.channels.address_guard import refusal
from dateline.channels.in_hand import InHand, Report
from dateline.channels.lanes import Lanes
from dateline.channels.webhook.first_pass import FIRST_S, FirstPass
from dateline.channels.webhook.rules import verdict
from dateline.channels.webhook.signing import headers
from dateline.channels.webhook.transfers import Limits, Post, Transfers
from dateline.core.channel import Recalling
from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import Unavailable
from dateline.core.words import Receipt, Task
from dateline.formats.addresses import clean_href
from dateline.plant.settings import Settings

_PORTS: Final = frozenset({443, 8443})
_PARKED: Final = 10_000
"""Tasks drawn that wait for their endpoint; beyond that nothing more is drawn."""


class WebhookChannel:
    """Posts `webhook` parcels. A slow endpoint delays nobody else (I6): there are more sockets than tarpits,
    and where there are fewer, first tries are short while others wait for theirs.
    """

    kind = "webhook"
    retry_horizon_s = 24 * 3600

    def __init__(
        self,
        settings: Settings,
        *,
        limits: Limits | None = None,
        clock: Clock | None = None,
        resolve: Sequence[str] = (),
        first_s: float = FIRST_S,
    ) -> None:
        self._first_pass = FirstPass(first_s)
        self._sockets = settings.webhook_sockets
        self._allowed = settings.allow_private_endpoints
        self._limits = limits or Limits()
        self._clock = clock or SystemClock()
        self._agent = f"Dateline/{version('dateline')} (+{settings.site_url})"
        self._ca_file = settings.ca_file
        self._resolve = resolve
        self._transfers: Transfers | None = None
        self._unwanted: set[tuple[int, int]] = set()
        """(delivery, fence) that a kill, a hold or a pause has overtaken: not begun any more (I7)."""

    async def send(self, tasks: AsyncIterator[Task], report: Report) -> None:
        """See core.channel.Channel. Raises Unavailable when the system allows too few open files."""
        raise_file_limit(self._sockets + 200)
        hands = InHand(report)
        self._unwanted.clear()
        if isinstance(tasks, Recalling):
            tasks.recall = self._unwanted.update
        lanes = Lanes(hands, lambda task: self.one(task, hands), width=self._sockets, parked=_PARKED,
                      crowd=self._first_pass)  # fmt: skip
        try:
            await lanes.run(tasks)
        finally:
            if isinstance(tasks, Recalling):
                tasks.recall = None

    async def aclose(self) -> None:
        """Frees libcurl's handles."""
        if self._transfers is not None:
            self._transfers.close()
            self._transfers = None

    async def one(self, task: Task, hands: InHand) -> Receipt:
        """One try for one task."""
        started = time.monotonic()
        url = _address(task.endpoint.address)
        if not url.startswith("http"):
            return Receipt(task.delivery, task.fence, "refused", text="its address is no http(s) address")
        if not task.endpoint.secret:
            return Receipt(task.delivery, task.fence, "refused", text="the endpoint has no signing secret")
        secrets = [key for key in (task.endpoint.secret, task.endpoint.previous_secret) if key]
        now = self._clock.now()
        body = task.parcel.body
        post = Post(
            url,
            {
                "Content-Type": "application/json",
                **headers(secrets, task.message_id, int(now.timestamp()), body),
            },
            body,
            judge=lambda address: refusal(address, self._allowed, only_allowed=not is_usual(url)),
            on_sent=lambda: hands.sent(task),
        )
        post.on_begun = self._first_pass.begun
        claim = (task.delivery, task.fence)
        post.is_unwanted = lambda: claim in self._unwanted
        answered = False
        try:
            answer = await self._running_transfers().send(post)
            answered = answer.status > 0
        finally:
            self._first_pass.ended(post, task.endpoint.id, answered=answered)
            self._unwanted.discard(claim)
        if post.was_unwanted:
            return Receipt(task.delivery, task.fence, "released", text="called back before it was begun")
        if post.was_cut and not answered and not answer.sent:
            # Nothing had left, and it was our want of sockets that ended it: no try, no word on its health.
            return self._first_pass.again(task, answer.fault)
        found = verdict(answer, self._clock.now())
        return Receipt(
            task.delivery,
            task.fence,
            found.outcome,
            code=answer.status,
            text=found.text,
            wait_s=found.wait_s,
            ms=round((time.monotonic() - started) * 1000),
            throttle=found.throttle,
            disable_endpoint=found.disable,
            published_url=found.published_url,
        )

    def _running_transfers(self) -> Transfers:
        loop = asyncio.get_running_loop()
        if self._transfers is None or self._transfers.loop is not loop:
            self._transfers = Transfers(
                self._limits, agent=self._agent, ca_file=self._ca_file, resolve=self._resolve
            )
        return self._transfers


_address: Final = lru_cache(maxsize=16_384)(clean_href)  # the same thousands, release after release


@lru_cache(maxsize=16_384)
def is_usual(url: str) -> bool:
    """https on 443 or 8443: what may go to any public address. The rest stays inside named networks."""
    parts = urlsplit(url)
    return parts.scheme == "https" and (parts.port or 443) in _PORTS


def raise_file_limit(wanted: int) -> None:
    """Lets this process hold `wanted` open files. Raises Unavailable naming both ways out."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise Unavailable(
            f"the system allows {hard} open files and webhooks want {wanted}; "
            "raise the limit (ulimit -n) or lower DATELINE_WEBHOOK_SOCKETS"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
