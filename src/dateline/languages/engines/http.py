"""HTTP to an engine: bounded answers, no redirects, faults in words that hold neither key nor text."""

import asyncio
import json
import math
import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Final

import httpx

from dateline.core.clock import Clock
from dateline.languages.translator import EngineFault, FaultKind
from dateline.plant.settings import get_settings

MOST_BYTES: Final = 8 * 1024 * 1024
LONGEST_WAIT_S: Final = 3600.0
_BUSY: Final = frozenset({408, 425, 429, 503, 529})
_REFUSED: Final = frozenset({401, 402, 403, 407, 451, 456})


class Http:
    """A client for one engine, opened at the first request and on the loop that uses it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def json(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        form: Mapping[str, Any] | None = None,
        wait_s: float = 30.0,
    ) -> Any:
        """The JSON document of the answer. Raises EngineFault."""
        data = await self._bytes(method, url, wait_s, headers=dict(headers or {}), json=body, data=form)
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            what = "a web page" if data[:200].lstrip()[:1] == b"<" else "something that is no JSON"
            raise EngineFault("answer", f"answered with {what}") from None

    async def _bytes(self, method: str, url: str, wait_s: float, **sent: Any) -> bytes:
        try:
            async with self._open().stream(method, url, timeout=wait_s, **sent) as answer:
                data = bytearray()
                async for chunk in answer.aiter_bytes():
                    data += chunk
                    if len(data) > MOST_BYTES:
                        raise EngineFault("answer", f"answered with more than {MOST_BYTES >> 20} MB")
                self._must_be_fine(answer)
                return bytes(data)
        except httpx.TimeoutException:
            raise EngineFault("late", f"no answer within {wait_s:.0f} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            raise EngineFault("down", f"cannot be reached ({type(error).__name__})") from None

    def _must_be_fine(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status < 300:
            return
        kind: FaultKind = "down"
        if status in _BUSY:
            kind = "busy"
        elif status in _REFUSED:
            kind = "refused"
        elif status < 500:
            kind = "answer"
        wait_s = self._wait(answer.headers.get("retry-after", "")) if kind == "busy" else None
        raise EngineFault(kind, f"answered {status}", wait_s=wait_s)

    def _wait(self, told: str) -> float | None:
        """Retry-After as seconds (RFC 9110, 10.2.3): a number or a date."""
        try:
            wait_s = float(told)
        except ValueError:
            try:
                wait_s = (parsedate_to_datetime(told) - self._clock.now()).total_seconds()
            except (ValueError, TypeError):
                return None
        return min(max(0.0, wait_s), LONGEST_WAIT_S) if math.isfinite(wait_s) else None

    def _open(self) -> httpx.AsyncClient:
        if self._client is None or self._loop is not asyncio.get_running_loop():
            self._loop = asyncio.get_running_loop()
            # No proxies or passwords from the environment: an engine is reached where its setting says.
            self._client = httpx.AsyncClient(
                verify=_trusted(get_settings().ca_file), trust_env=False, follow_redirects=False
            )
        return self._client

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._client is not None and self._loop is asyncio.get_running_loop():
            await self._client.aclose()
        self._client = None


@lru_cache(maxsize=4)
def _trusted(authorities: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if authorities:
        context.load_verify_locations(authorities)
    return context
