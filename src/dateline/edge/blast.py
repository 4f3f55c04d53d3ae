"""One payload to many sockets: the same loop in C, when it could be built, and in Python."""

import errno
import importlib
import os
from array import array
from collections.abc import Callable, Mapping
from contextlib import suppress
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


def _ways() -> Mapping[str, Blast]:
    ways: dict[str, Blast] = {"python": blast_in_python}
    with suppress(ImportError):
        ways["c"] = importlib.import_module("dateline.edge._blast").blast
    return MappingProxyType(ways)


WAYS: Final = _ways()
"""`python` always, `c` where it was built."""


def chosen(wish: str = "") -> tuple[str, Blast]:
    """(`c` or `python`, the loop): C where it is there, unless `wish` is `python`."""
    name = "python" if wish == "python" or "c" not in WAYS else "c"
    return name, WAYS[name]
