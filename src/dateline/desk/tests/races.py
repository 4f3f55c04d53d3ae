"""Runs acts at the same moment in threads of their own, each with its own connections."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from dateline.core.errors import DatelineError

ROUNDS = 300 if os.environ.get("DATELINE_SOAK") == "1" else 8


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """What each act returned, in their order; an error that Dateline raises on purpose is returned as a
    value.
    """
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            gate.wait(timeout=60)
            return act()
        except DatelineError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
