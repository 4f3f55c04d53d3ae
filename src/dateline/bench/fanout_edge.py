"""Our edge as a candidate of `dateline bench fanout`: complete. Every desktop shows a pass and has a filter
of its own that the message passes; the ring is filled, so that resume is on.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from dateline.bench.fanout_origin import Origin, serving
from dateline.bench.fanout_servers import Server, running, workers
from dateline.edge.services import chosen
from dateline.plant.passes import Pass, Signer, key_set
from dateline.testing.ports import free_port

_COUNTRIES: Final = ("JP", "US", "GB", "DE", "FR", "SG", "VN", "TH", "ID", "MY", "BR", "AE", "CN", "TW", "ES")
_SECTORS: Final = (
    "11000000",
    "13000000",
    "01000000",
    "15000000",
    "06000000",
    "14000000",
    "16000000",
    "10000000",
)
_LOOPS: Final = {"uring": "C loop with io_uring", "c": "C loop", "python": "pure Python"}
OLDER: Final = 2000
"""Events that the ring holds before the first that is measured."""
_FILTERS: Final = 5000  # different ones; more desktops than that share them


@contextmanager
def with_uring(folder: Path, subscribers: int) -> Iterator[Server]:
    """The send loop in C, many sockets with one system call."""
    with edge(folder, subscribers, {"DATELINE_EDGE_BLAST": "uring"}) as server:
        yield server


@contextmanager
def with_c(folder: Path, subscribers: int) -> Iterator[Server]:
    """The send loop in C, one system call for each."""
    with edge(folder, subscribers, {"DATELINE_EDGE_BLAST": "c"}) as server:
        yield server


@contextmanager
def without_c(folder: Path, subscribers: int) -> Iterator[Server]:
    """What runs where no compiler was there at installation."""
    with edge(folder, subscribers, {"DATELINE_EDGE_BLAST": "python"}) as server:
        yield server


@contextmanager
def edge(folder: Path, subscribers: int, settings: dict[str, str]) -> Iterator[Server]:
    """`dateline edge` following an origin that the bench writes to."""
    with following(folder, subscribers, settings) as (server, _, _):
        yield server


@contextmanager
def following(
    folder: Path, subscribers: int, settings: dict[str, str], *, grants: tuple[str, ...] = ()
) -> Iterator[tuple[Server, Origin, Signer]]:
    """The edge, its origin and the key that the origin signs with. `grants`: what every pass holds, and asks
    for.
    """
    port = free_port()
    with log_of_a_wire() as (origin, signer):
        address = f"http://127.0.0.1:{origin.port}"
        with started(folder, port, address, settings, processes=workers(subscribers)) as process:
            heads = requests(port, signer, grants=grants)
            server = Server(_name(settings), process.pid, port, heads, "HTTP/1.1 200", origin.publish)
            yield server, origin, signer


@contextmanager
def log_of_a_wire() -> Iterator[tuple[Origin, Signer]]:
    """A log with OLDER events in it, and the key that its wire signs with."""
    with serving() as origin:
        signer = Signer(bytes(range(32)))
        origin.others["/api/v1/desktop/keys"] = json.dumps(key_set([signer.public])).encode()
        revoked = signer.sign("revocations", {"number": 0, "keys": []})
        origin.others["/api/v1/desktop/revocations"] = revoked.encode()
        origin.publish([_old(number) for number in range(OLDER)])
        yield origin, signer


@contextmanager
def started(
    folder: Path, port: int, address: str, settings: dict[str, str], *, processes: int = 1
) -> Iterator["subprocess.Popen[bytes]"]:
    """`dateline edge` that takes the log from this address, and passes from everybody."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    environment = {
        **clean,
        "DATELINE_HOME": str(folder / "home"),
        "DATELINE_LOG_FORMAT": "json",
        "DATELINE_DESKTOP_PASSES": "required",
        **settings,
    }
    words = [
        sys.executable, "-m", "dateline", "edge", "--port", str(port),
        "--origin", address, "--processes", str(processes),
    ]  # fmt: skip
    with running(words, folder, port, environment) as process:
        yield process


def _name(settings: dict[str, str]) -> str:
    found = chosen(settings.get("DATELINE_EDGE_BLAST", ""))[0]  # what this machine gives, not what was asked
    return f"our edge {version('dateline')}, {_LOOPS[found]}"


def _old(number: int) -> bytes:
    from dateline.bench.fanout import event_json

    return event_json(0, headline=f"An older release, number {number}")


def requests(port: int, signer: Signer | None = None, *, grants: tuple[str, ...] = ()) -> list[bytes]:
    """Heads of desktops, each with filters over language, country and sector that the message passes, and
    with a pass of its own where a signer is given. What the pass grants beyond that is asked for by name.
    """
    now = int(time.time())
    draw = random.Random(20261124)  # noqa: S311  (a crowd that is the same in every run, no secret)
    heads = []
    for number in range(_FILTERS):
        asked = {
            "language": ",".join(
                ["en", *draw.sample(["ko", "ja", "de", "fr", "zh-Hans"], draw.randint(0, 2))]
            ),
            "country": ",".join(["KR", *draw.sample(_COUNTRIES, draw.randint(0, 4))]),
            "sector": ",".join(["04000000", *draw.sample(_SECTORS, draw.randint(0, 3))]),
        }
        target = f"/stream?{urlencode(asked | dict.fromkeys(grants, '1'), safe=',')}"
        shown = ""
        if signer is not None:
            account = Pass(
                account=f"desk-{number}",
                key=f"k{number % 2}",
                issued_at=now,
                expires_at=now + 3600,
                connections=20_000,
                grants=grants,
            )
            shown = f"Authorization: Bearer {signer.mint(account)}\r\n"
        host = f"Host: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n"
        heads.append(f"GET {target} HTTP/1.1\r\n{host}{shown}\r\n".encode())
    return heads
