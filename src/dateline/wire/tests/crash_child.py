"""Lifts and is killed: a line of input names database, version and where to die; a line answers.

`statement N`: SIGKILL before the Nth statement of the lift. `after MICROSECONDS`: SIGKILL from outside at a
chance moment. Each lift runs in a fork of this process, so that a kill costs no new start.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from dateline.plant.db.setup import setup


def killed_before(number: int) -> Callable[..., Any]:
    """A wrapper of the connection that dies instead of the Nth statement."""
    left = number

    def wrap(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    return wrap


def lift(version_id: str, how: str, number: int, go: int) -> None:
    """In the fork: waits for a line, then lifts."""
    from django.db import connections

    from dateline.wire import services as wire

    os.read(go, 1)
    if how == "statement":
        with connections["default"].execute_wrapper(killed_before(number)):
            wire.lift(version_id)
    else:
        wire.lift(version_id)


def main() -> None:
    setup()
    from django.db import connections

    from dateline.plant.settings import get_settings
    from dateline.wire import services as wire  # noqa: F401  loaded once, before the forks

    get_settings().secret("vault")
    for line in sys.stdin:
        name, version_id, how, number = line.split()
        connections["default"].settings_dict["NAME"] = name
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                lift(version_id, how, int(number), read)
            finally:
                os._exit(0)
        os.write(write, b"x")
        if how == "after":
            time.sleep(int(number) / 1e6)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(read)
        os.close(write)
        print("killed" if os.WIFSIGNALED(status) else "done", flush=True)


if __name__ == "__main__":
    main()
