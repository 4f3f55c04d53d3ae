"""The loop of the work process that asks the providers that are due, each in a thread of its own, so that a
slow one delays no other.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import structlog

from dateline.core.errors import DatelineError
from dateline.intake.providers import polling
from dateline.intake.providers.ports import Fetch
from dateline.plant.db.setup import hang_up
from dateline.plant.settings import get_settings

log = structlog.get_logger("intake.providers")
_IDLE_S: Final = 1.0


def run(stop: threading.Event, fetch: Fetch, *, after: Callable[[], int]) -> None:
    """Asks until `stop`. `after` is called each round: what other rooms do with what came in; it returns how
    much that was.
    """
    under_way: dict[str, Future[None]] = {}
    pool = ThreadPoolExecutor(get_settings().feeds_at_once, thread_name_prefix="provider")
    try:
        while not stop.is_set():
            try:
                _begin(under_way, pool, stop, fetch)
                done = after()
            except Exception:
                log.exception("intake.failed", retry_in_s=_IDLE_S)
                hang_up()
                done = 0
            if not done:
                stop.wait(_IDLE_S)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        hang_up()


def _begin(
    under_way: dict[str, Future[None]], pool: ThreadPoolExecutor, stop: threading.Event, fetch: Fetch
) -> None:
    for name in [name for name, future in under_way.items() if future.done()]:
        del under_way[name]
    for name in polling.due():
        if name not in under_way and polling.claim(name):
            under_way[name] = pool.submit(_poll, name, stop, fetch)


def _poll(name: str, stop: threading.Event, fetch: Fetch) -> None:
    try:
        polling.poll(name, fetch, stop=stop.is_set)
    except DatelineError as error:  # paused or removed meanwhile
        log.warning("intake.poll_refused", provider=name, because=str(error))
    except Exception:
        log.exception("intake.poll_broke", provider=name)
    finally:
        hang_up()
