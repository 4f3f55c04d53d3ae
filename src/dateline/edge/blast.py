"""One payload to many sockets: the same loop in C, when it could be built, and in Python.

In C there are two ways: a system call for each socket, and one for 256 of them (io_uring). The second takes a
third less CPU on loopback; containers often forbid it, and then the first is used.
"""

import errno
import importlib
import os
from array import array
from collections.abc import Callable, Mapping
from itertools import compress
from types import MappingProxyType
from typing import Final

Blast = Callable[["array[int]", bytes, bytes, int, int, bool], list[tuple[int, int]]]
"""(descriptor by slot, mask, payload, start, stop, backwards) -> (slot, sent or -errno) of those that did not
take it all.

Looks at slots from `start` to before `stop`, the last first when `backwards`, and sends to those whose bit is
set in `mask` (bit n of a little-endian integer) and whose descriptor is not negative. Blocks nobody.
"""

_BITS: Final = bytes.maketrans(b"01", b"\x00\x01")


def blast_in_python(  # noqa: PLR0917  the signature of the loop in C
    fds: "array[int]", mask: bytes, payload: bytes, start: int, stop: int, backwards: bool
) -> list[tuple[int, int]]:
    """The loop without C."""
    stop = min(stop, len(fds), len(mask) * 8)
    part = int.from_bytes(mask[start >> 3 : (stop + 7) >> 3], "little") >> (start & 7)
    part &= (1 << max(0, stop - start)) - 1
    if not part:
        return []
    flags = f"{part:b}".encode().translate(_BITS)[::-1]
    slots = list(compress(range(start, start + len(flags)), flags))
    if backwards:
        slots.reverse()
    rest: list[tuple[int, int]] = []
    size, write = len(payload), os.write
    for slot in slots:
        fd = fds[slot]
        if fd < 0:
            continue
        try:
            sent = write(fd, payload)
        except BlockingIOError:
            sent = -errno.EAGAIN
        except OSError as error:
            sent = -(error.errno or errno.EIO)
        if sent != size:
            rest.append((slot, sent))
    return rest


def _ways() -> tuple[Mapping[str, Blast], Callable[[], bool]]:
    ways: dict[str, Blast] = {"python": blast_in_python}
    try:
        built = importlib.import_module("dateline.edge._blast")
        ways |= {"c": built.blast, "uring": built.blast_uring}
    except (ImportError, AttributeError):  # AttributeError: built from an older source
        return MappingProxyType(ways), lambda: False
    return MappingProxyType(ways), built.uring


WAYS, _may_uring = _ways()
"""`python` always, `c` and `uring` where they were built; `uring` does as `c` where it is forbidden."""
_BEST: Final = ("uring", "c", "python")


def chosen(wish: str = "") -> tuple[str, Blast]:
    """(name, loop): the way that is wished for, or the next best that is there and allowed.

    Whether the machine allows `uring` is asked only where that could be the answer: there are filters of
    system calls that end a process for asking.
    """
    better = _BEST[_BEST.index(wish or _BEST[0]) :]
    name = next(way for way in better if way in WAYS and (way != "uring" or _may_uring()))
    return name, WAYS[name]
