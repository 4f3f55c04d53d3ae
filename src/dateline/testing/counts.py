"""How often a test repeats itself: few times in every run, the full count under DATELINE_SOAK=1."""

import os


def reduced(usual: int, full: int) -> int:
    """`full` in a soak run, else `usual`."""
    return full if os.environ.get("DATELINE_SOAK") == "1" else usual
