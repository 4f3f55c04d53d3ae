"""The webhook channel: a signed POST to each endpoint, many at once, one at a time for each endpoint."""

import asyncio
import resource
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Final
from urllib.parse import urlsplit

from dateline.channels.address_guard import refusal
from dateline.channels.in_hand import InHand, Report, ended
from dateline.channels.webhook.rules import verdict
from dateline.channels.webhook.signing import headers
from dateline.channels.webhook.transfers import Limits, Post, Transfers
from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import Unavailable
from dateline.core.words import Receipt, Task
from dateline.formats.addresses import clean_href
from dateline.plant.settings import Settings

_PORTS: Final = frozenset({443, 8443})
_PARKED: Final = 10_000
"""Tasks drawn that wait for their endpoint; beyond that nothing more is drawn."""


class WebhookChannel:
    """Posts `webhook` parcels. More sockets than tarpits: then a slow endpoint delays nobody else (I6)."""

    kind = "webhook"
    retry_horizon_s = 24 * 3600

    def __init__(
        self,
        settings: Settings,
        *,
        limits: Limits | None = None,
        clock: Clock | None = None,
        resolve: Sequence[str] = (),
    ) -> None:
        self._sockets = settings.webhook_sockets
        self._allowed = settings.allow_private_endpoints
        self._limits = limits or Limits()
        self._clock = clock or SystemClock()
        self._agent = f"Dateline/{version('dateline')} (+{settings.site_url})"
        self._ca_file = settings.ca_file
        self._resolve = resolve
        self._transfers: Transfers | None = None

    async def send(self, tasks: AsyncIterator[Task], report: Report) -> None:
        """See core.channel.Channel. Raises Unavailable when the system allows too few open files."""
        raise_file_limit(self._sockets + 200)
        hands = InHand(report)
        flow = _Flow(self, hands, self._sockets)
        drawing = asyncio.ensure_future(_draw(tasks, hands, flow))
        try:
            await asyncio.wait({drawing, flow.failed}, return_when=asyncio.FIRST_COMPLETED)
            if flow.failed.done():
                flow.failed.result()
            await drawing
        finally:
            await ended(drawing)
            await flow.stop()
            await hands.give_back()

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
        answer = await self._running_transfers().send(post)
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


async def _draw(tasks: AsyncIterator[Task], hands: InHand, flow: "_Flow") -> None:
    async for task in tasks:
        hands.take(task)
        await flow.take(task)
    await flow.end()


_address: Final = lru_cache(maxsize=16_384)(clean_href)  # the same thousands, release after release


@lru_cache(maxsize=16_384)
def is_usual(url: str) -> bool:
    """https on 443 or 8443: what may go to any public address. The rest stays inside named networks."""
    parts = urlsplit(url)
    return parts.scheme == "https" and (parts.port or 443) in _PORTS


class _Flow:
    """Who may start: as many as there are sockets, and per endpoint one after the other, in order."""

    def __init__(self, channel: WebhookChannel, hands: InHand, sockets: int) -> None:
        self._channel, self._hands = channel, hands
        self._free = sockets
        self._changed = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._parked: dict[str, deque[Task]] = {}
        self._count = 0
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Holds the error when a receipt could not be reported: then there is no point in going on."""

    async def take(self, task: Task) -> None:
        """Starts the task, or lines it up behind its endpoint's; returns when another one may be drawn."""
        queue = self._parked.get(task.endpoint.id)
        if queue is not None:
            queue.append(task)
            self._count += 1
        else:
            self._parked[task.endpoint.id] = deque()
            self._free -= 1
            running = asyncio.ensure_future(self._run(task))
            self._running.add(running)
            running.add_done_callback(self._ended)
        await self._wait(lambda: self._free > 0 and self._count < _PARKED)

    async def end(self) -> None:
        """Returns when everything taken has its receipt."""
        await self._wait(lambda: not self._running)

    async def stop(self) -> None:
        """Ends what runs."""
        await ended(*self._running)
        if self.failed.done():
            self.failed.exception()  # seen, whoever raises it
        else:
            self.failed.cancel()

    async def _wait(self, ready: Callable[[], bool]) -> None:
        while not ready():
            self._changed.clear()
            await self._changed.wait()

    async def _run(self, task: Task) -> None:
        """This task, then those that lined up behind it."""
        queue = self._parked[task.endpoint.id]
        following: Task | None = task
        while following is not None:
            try:
                receipt = await self._channel.one(following, self._hands)
            except Exception as error:
                receipt = self._hands.fault(following, error)
            await self._hands.close(receipt)
            following = queue.popleft() if queue else None
            if following is not None:
                self._count -= 1
                self._changed.set()
        del self._parked[task.endpoint.id]

    def _ended(self, running: asyncio.Task[None]) -> None:
        self._running.discard(running)
        self._free += 1
        error = None if running.cancelled() else running.exception()
        if error is not None and not self.failed.done():
            self.failed.set_exception(error)
        self._changed.set()


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
