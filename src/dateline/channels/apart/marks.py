"""Which tasks the sending process has begun, in memory that both processes see: a process that is killed has
said so before its first byte left.
"""

import mmap
import os
from collections import deque
from typing import Final

MOST_TASKS: Final = 8192
"""Tasks that may be out at once."""


class Marks:
    """One byte for each task that is out. The file has no name: it goes with the last process that has it."""

    def __init__(self, descriptor: int | None = None) -> None:
        """Of a descriptor that was inherited, or new."""
        if descriptor is None:
            descriptor = os.memfd_create("dateline-begun")
            os.ftruncate(descriptor, MOST_TASKS)
        self.descriptor = descriptor
        self._bytes = mmap.mmap(descriptor, MOST_TASKS)
        self._free = deque(range(MOST_TASKS))

    def take(self) -> int:
        """A place for one more task, which is not begun."""
        slot = self._free.popleft()
        self._bytes[slot] = 0
        return slot

    def free(self, slot: int) -> None:
        """The task is over."""
        self._free.append(slot)

    def begin(self, slot: int) -> None:
        """In the sending process, before a byte of the task leaves."""
        self._bytes[slot] = 1

    def is_begun(self, slot: int) -> bool:
        return bool(self._bytes[slot])

    def close(self) -> None:
        """Lets go of the memory; more than once does no harm."""
        if not self._bytes.closed:
            self._bytes.close()
            os.close(self.descriptor)
