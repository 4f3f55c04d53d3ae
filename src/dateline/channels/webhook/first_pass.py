"""Nobody keeps others from their first try: while endpoints wait for a socket, none takes more than a short
one; the slow go again, in a second pass.

With more sockets than tarpits nothing of this is ever felt. With fewer, the last healthy endpoint would wait
for a whole timeout of those that take a connection and never answer (reference: delivery, webhooks).
"""

import asyncio
import random
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from dateline.channels.webhook.transfers import Post
from dateline.core.words import Receipt, Task

FIRST_S: Final = 2.0
"""A first try, while others wait for theirs. On a machine that is itself slow, `_TYPICAL` times what an
answer takes there: who is held up by us is not slow.
"""
_TYPICAL: Final = 5.0
_SMOOTH: Final = 0.05
_MOST_SLOW: Final = 50_000
_AGAIN_S: Final = (1.5, 3.0)
_LOOK_AGAIN_S: Final = 0.01


class FirstPass:
    """Knows what is under way and since when, and which endpoints were too slow for a first pass lately.
    Lives in one event loop. `now`: seconds of a clock that never steps.
    """

    def __init__(self, first_s: float = FIRST_S, now: Callable[[], float] = time.monotonic) -> None:
        self._first_s, self._now = first_s, now
        self._began: dict[Post, float] = {}
        """In the order of beginning."""
        self._slow: OrderedDict[str, None] = OrderedDict()
        self._typical_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def short_s(self) -> float:
        """The longest that a try may take while somebody waits for a first one."""
        return max(self._first_s, _TYPICAL * self._typical_s)

    # --- the tries

    def begun(self, post: Post) -> None:
        """It has a connection to make from here on; what waited for its turn before does not count."""
        self._began[post] = self._now()

    def ended(self, post: Post, endpoint: str, *, answered: bool) -> None:
        """With an answer, or without one."""
        began = self._began.pop(post, None)
        if post.was_cut:
            self._slow[endpoint] = None
            if len(self._slow) > _MOST_SLOW:
                self._slow.popitem(last=False)
        elif answered and began is not None:
            self._slow.pop(endpoint, None)
            took = min(self._now() - began, self.short_s)
            self._typical_s += (took - self._typical_s) * (_SMOOTH if self._typical_s else 1.0)

    # --- those who wait (see channels.lanes)

    def turned_away(self, task: Task) -> Receipt | None:
        """What to say to a task for which there is no socket: of a slow endpoint, that it come again, for it
        must not stand before others; None where it may wait for one.
        """
        if task.endpoint.id not in self._slow:
            return None
        return self.again(task, "others wait for their first try")

    def again(self, task: Task, why: str) -> Receipt:
        """Nothing of it has left: it comes again in the second pass, and no try is counted."""
        wait_s = random.uniform(*_AGAIN_S)  # noqa: S311 - spreads load
        return Receipt(task.delivery, task.fence, "released", text=why, wait_s=wait_s)

    def press(self) -> None:
        """Somebody waits for a first try: the oldest try ends when it has taken long enough."""
        self._look()

    def relax(self) -> None:
        """Nobody waits any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, *, again: bool = False) -> None:
        self.relax()
        oldest = next(iter(self._began), None)
        age_s = self._now() - self._began[oldest] if oldest is not None else 0.0
        wait_s = max(0.0, self.short_s - age_s)
        if oldest is None or wait_s:
            self._later(wait_s or self.short_s)
        elif not again:
            # The loop may be late itself, and an answer stand unread: it looks at its sockets once more.
            self._later(_LOOK_AGAIN_S, again=True)
        else:
            oldest.cut(f"no answer within {self.short_s:.3g} s while others waited for their first try")
            self._began.pop(oldest, None)
            self._later(_LOOK_AGAIN_S)

    def _later(self, wait_s: float, *, again: bool = False) -> None:
        self._timer = asyncio.get_running_loop().call_later(wait_s, lambda: self._look(again=again))
