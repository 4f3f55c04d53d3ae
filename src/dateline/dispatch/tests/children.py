"""Processes of crash tests: started, killed, or told to end."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def child(module: str, *words: object, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m module words...`; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *map(str, words)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def ends_in_order(process: subprocess.Popen[bytes]) -> bool:
    """Told to stop, it ends by itself. One that is still starting could not hear it, so that is awaited."""
    assert process.stdout is not None
    if process.stdout.readline() != b"ready\n":
        return False
    process.terminate()
    return process.wait(60) == 0


def told_to_stop() -> threading.Event:
    """In the child, before all else: the event that SIGTERM sets. Says `ready` to the parent; what is logged
    afterwards goes nowhere, so that no pipe fills.
    """
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    os.write(1, b"ready\n")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return stop
