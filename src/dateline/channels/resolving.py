"""What a name resolves to, within a time limit: the system's resolver has none, and cannot be stopped."""

import socket
import threading
from typing import Final

from dateline.core.errors import Unavailable

WAIT_S: Final = 5.0
_running: Final = threading.BoundedSemaphore(8)
"""A look-up that was given up goes on in its thread, for as long as the system likes; beyond these none
begins, so that names which never resolve do not pile up threads.
"""


def resolved(host: str, port: int, *, wait_s: float = WAIT_S) -> list[str]:
    """The IP addresses of a host. Empty when it has none; raises Unavailable when nobody says so in time."""
    if not _running.acquire(timeout=wait_s):
        raise Unavailable("too many names are being looked up; try again in a minute")
    found: list[list[str]] = []

    def look() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.append([str(address[0]) for *_, address in answers])
        except (OSError, UnicodeError):
            found.append([])
        finally:
            _running.release()

    # A daemon: a look-up that hangs must not keep the process from ending.
    thread = threading.Thread(target=look, name="resolving", daemon=True)
    thread.start()
    thread.join(wait_s)
    if not found:
        raise Unavailable(f"the name server did not answer for '{host[:100]}' within {wait_s:g} s; try again")
    return found[0]
