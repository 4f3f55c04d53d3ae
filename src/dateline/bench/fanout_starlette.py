"""The peer that a Python team would write first: sse-starlette with one queue for each client."""

import asyncio
from collections.abc import AsyncIterator

from sse_starlette.sse import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_queues: set[asyncio.Queue[str]] = set()


async def subscribe(_: Request) -> EventSourceResponse:
    """Everything that is published from now on."""
    queue: asyncio.Queue[str] = asyncio.Queue()
    _queues.add(queue)

    async def events() -> AsyncIterator[dict[str, str]]:
        try:
            while True:
                yield {"data": await queue.get()}
        finally:
            _queues.discard(queue)

    return EventSourceResponse(events(), ping=3600)


async def publish(request: Request) -> Response:
    """One message to everyone."""
    text = (await request.body()).decode()
    for queue in _queues:
        queue.put_nowait(text)
    return Response(status_code=204)


app = Starlette(routes=[Route("/sub", subscribe), Route("/pub", publish, methods=["POST"])])
