"""The WordPress channel: many sites at once, one delivery at a time for each."""

import asyncio
import time
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Final

from dateline.channels.http_requests import Patience, Requests
from dateline.channels.in_hand import InHand, Report
from dateline.channels.lanes import Lanes
from dateline.channels.wordpress.api import Api, Offer
from dateline.channels.wordpress.content import post_of
from dateline.channels.wordpress.posting import put
from dateline.channels.wordpress.rules import Trouble
from dateline.channels.wordpress.site import site_of
from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import BadInput
from dateline.core.words import Receipt, Task
from dateline.plant.settings import Settings

_AT_ONCE: Final = 64
"""Sites that are spoken to at the same time; more than that wait for a free place."""
_OFFER_S: Final = 3600.0
"""How long what a site can carry is remembered."""


class WordpressChannel:
    """Posts `wordpress` parcels: the wire event with the article as HTML, and its pictures."""

    kind = "wordpress"
    retry_horizon_s = 24 * 3600

    def __init__(
        self,
        settings: Settings,
        *,
        patience: Patience | None = None,
        clock: Clock | None = None,
        at_once: int = _AT_ONCE,
    ) -> None:
        self._allowed = settings.allow_private_endpoints
        self._patience = patience or Patience()
        self._clock = clock or SystemClock()
        self._agent = f"Dateline/{version('dateline')} (+{settings.site_url})"
        self._ca_file = settings.ca_file
        self._at_once = at_once
        self._requests: Requests | None = None
        self._offers: dict[str, tuple[float, Offer]] = {}

    async def send(self, tasks: AsyncIterator[Task], report: Report) -> None:
        """See core.channel.Channel."""
        hands = InHand(report)
        await Lanes(hands, lambda task: self.one(task, hands), width=self._at_once).run(tasks)

    async def aclose(self) -> None:
        """Frees libcurl's handles."""
        if self._requests is not None:
            self._requests.close()
            self._requests = None

    async def one(self, task: Task, hands: InHand) -> Receipt:
        """One try for one task."""
        started = time.monotonic()
        try:
            site, post = site_of(task.endpoint), post_of(task.parcel)
        except BadInput as error:
            return Receipt(task.delivery, task.fence, "refused", text=str(error))
        api = Api(site, self._running_requests(), self._clock, self._allowed, lambda: hands.sent(task))
        pictures = {media.sha256: (media, data) for media, data in task.parcel.media}
        try:
            done = await put(api, post, pictures, lambda: self._offer(api))
        except Trouble as problem:
            return Receipt(
                task.delivery,
                task.fence,
                problem.outcome,
                code=problem.code,
                text=problem.text,
                wait_s=problem.wait_s,
                ms=_ms(started),
                throttle=problem.throttle,
            )
        return Receipt(
            task.delivery,
            task.fence,
            "accepted",
            code=api.code,
            text=done.text,
            ms=_ms(started),
            published_url=done.published_url,
        )

    async def _offer(self, api: Api) -> Offer:
        """What the site can carry, asked once an hour."""
        now, root = self._clock.monotonic(), api.site.root
        kept = self._offers.get(root)
        if kept is None or now - kept[0] > _OFFER_S:
            kept = self._offers[root] = (now, await api.offer())
        return kept[1]

    def _running_requests(self) -> Requests:
        loop = asyncio.get_running_loop()
        if self._requests is None or self._requests.loop is not loop:
            self._requests = Requests(self._patience, agent=self._agent, ca_file=self._ca_file)
        return self._requests


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
