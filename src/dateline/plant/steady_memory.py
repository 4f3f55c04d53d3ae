"""For processes that hold much and run long: the collector leaves alone what the start has made."""

import gc
from typing import Final

_THRESHOLDS: Final = (50_000, 20, 100)
"""New objects before a young collection, and how many of those before an older one: our rounds make and drop
tens of thousands that hardly ever form a ring.
"""


def steady_memory() -> None:
    """What is here after the start stays: the collector need not walk it during rounds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
