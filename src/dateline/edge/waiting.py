"""Desktops that passed the door and have no slot yet: newcomers, and those who come back and cost work.

Nobody watches their descriptors meanwhile, so that whoever hung up is looked for here.
"""

import os
import select
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from dateline.edge.engine import Admission, Pipe

Joiner = tuple[int | Pipe, Admission, bytes]
"""Its line, what it was admitted to, and what it said behind its request."""
BACK_MOST: Final = 2000
"""Of those who come back; one more is told to try again, here or at another edge."""
_HUNG_UP: Final = getattr(select, "POLLRDHUP", 0)  # Linux; elsewhere it shows when we write
_OVER: Final = _HUNG_UP | select.POLLHUP | select.POLLERR | select.POLLNVAL


class Waiting:
    """Two queues: who brings no position never waits behind those who do."""

    def __init__(self, capacity: int) -> None:
        self.new: deque[Joiner] = deque()
        self.back: deque[Joiner] = deque()
        self._most = min(BACK_MOST, max(64, capacity // 2))

    def __len__(self) -> int:
        return len(self.new) + len(self.back)

    @property
    def crowded(self) -> bool:
        """Whether no more may come back now."""
        return len(self.back) >= self._most

    def add(self, joiner: Joiner) -> None:
        (self.back if joiner[1].position else self.new).append(joiner)

    def forget_gone(self) -> list[Joiner]:
        """Takes out those of `back` that hung up; their lines are closed."""
        gone = lost([joiner[0] for joiner in self.back])
        if not gone:
            return []
        found = [joiner for joiner in self.back if fd_of(joiner[0]) in gone]
        self.back = deque(joiner for joiner in self.back if fd_of(joiner[0]) not in gone)
        for joiner in found:
            close(joiner[0])
        return found

    def take_all(self) -> Iterator[Joiner]:
        """Everyone, for good."""
        for queue in (self.new, self.back):
            while queue:
                yield queue.popleft()


def fd_of(line: int | Pipe) -> int:
    return line if isinstance(line, int) else line.fileno()


def lost(lines: Sequence[int | Pipe]) -> set[int]:
    """Descriptors whose other side hung up."""
    if not lines:
        return set()
    poll = select.poll()
    for line in lines:
        poll.register(fd_of(line), _HUNG_UP)
    return {fd for fd, events in poll.poll(0) if events & _OVER}


def close(line: int | Pipe) -> None:
    """Without a word."""
    with suppress(OSError):
        if isinstance(line, int):
            os.close(line)
        else:
            line.close()
