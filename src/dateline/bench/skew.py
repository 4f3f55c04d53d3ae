"""`dateline bench skew`: a long text to every desktop, sent ahead under seal and opened by one small key at
T0, beside the same text sent at T0. Both ways by the same edge to the same desktops, in turn.

Skew is the time between the first and the last desktop that has everything it needs to read the text: the key
and its news, or the text's last byte. What opening costs a desktop is a row of its own, the same for all.
"""

import json
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dateline.bench.fanout import event_json
from dateline.bench.fanout_edge import following
from dateline.bench.fanout_origin import Origin
from dateline.bench.fanout_receivers import Crowd, build, crowd
from dateline.bench.fanout_servers import Server
from dateline.bench.figures import Figure, Row
from dateline.bench.process_costs import cpu_ns, family
from dateline.bench.wire import machine
from dateline.client.staged import Staged
from dateline.core.errors import BadInput, Unavailable
from dateline.core.words import canonical_bytes, sha256_hex
from dateline.plant.passes import Signer
from dateline.plant.prestage import MOST, Sealed, key_message, seal

AHEAD: Final = "sent ahead, opened by a key"
AT_T0: Final = "sent at T0"
_WITHIN_S: Final = 120.0
_SETTINGS: Final = {"DATELINE_PRESTAGE_MINUTES": "15", "DATELINE_EDGE_SECRET": "bench-skew-edges-secret-0000"}
_STAGED: Final = "/api/v1/staged/"
_ROOM: Final = 1000  # of a body for what stands around the text


@dataclass(frozen=True, slots=True)
class Sent:
    """One text, in milliseconds."""

    spread_ms: float
    last_ms: float
    """After its publication at the origin."""
    cpu_ms: float
    """Of the edge from the publication on."""


@dataclass
class Skews:
    """What was measured, a value for each round."""

    name: str = ""
    sent: dict[str, list[Sent]] = field(default_factory=lambda: {AHEAD: [], AT_T0: []})
    opening_ms: list[float] = field(default_factory=list)
    key_bytes: int = 0


def run(*, desktops: int = 1000, size: int = 300_000, rounds: int = 5) -> Row:
    """`{"bench", "machine", "rounds", "rows": [..]}`; `size` is that of the text in bytes.

    Raises BadInput, or Unavailable when somebody did not get a text or got it twice.
    """
    if desktops < 10:
        raise BadInput("at least 10 are needed", where="--desktops")
    if not 1000 <= size <= MOST - _ROOM:
        raise BadInput(f"{size} is not between 1000 and {MOST - _ROOM}", where="--size")
    if rounds < 1:
        raise BadInput("at least one is needed", where="--rounds")
    found = Skews()
    with tempfile.TemporaryDirectory(prefix="dateline-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        program = build(folder)
        with (
            following(folder, desktops, _SETTINGS, grants=("prestage",)) as (server, origin, signer),
            crowd(program, server.port, desktops, server.requests, server.ready, folder=folder) as readers,
        ):
            found.name = server.name
            house = House(server, origin, signer, readers, desktops)
            house.told([event_json(1)])  # what is made once is made now
            for number in range(rounds):
                ways = [(AHEAD, house.ahead), (AT_T0, house.at_t0)]
                for kind, way in ways[:: -1 if number % 2 else 1]:
                    found.sent[kind].append(way(size))
            found.opening_ms, found.key_bytes = house.opening_ms, house.key_bytes
    return {"bench": "skew", "machine": machine(), "rounds": rounds, "rows": rows(desktops, size, found)}


@dataclass
class House:
    """The edge, its origin and all desktops."""

    server: Server
    origin: Origin
    signer: Signer
    readers: Crowd
    desktops: int
    number: int = 0
    opening_ms: list[float] = field(default_factory=list)
    key_bytes: int = 0

    def ahead(self, size: int) -> Sent:
        """Everybody has the sealed text before its news is published with the key."""
        body, event = _text(self.number + 2, size)
        sealed = seal(body)
        self._staged(sealed)
        self.told([event_json(self.number + 1)])  # it comes behind the frames: whoever has it has them
        key = key_message(sealed.id, sealed.key, self.signer)
        self.key_bytes = len(json.dumps(key, separators=(",", ":")))
        told = self.told([event_json(self.number + 1)], key)
        self.origin.others.pop(_STAGED)
        self.opening_ms.append(_opening_ms(sealed, key, event))
        return told

    def at_t0(self, size: int) -> Sent:
        """The text travels in the news itself."""
        return self.told([_with_mark_behind(event_json(self.number + 1, bytes_=size))])

    def told(self, payloads: list[bytes], key: Any = None) -> Sent:
        """Publishes, and waits until everybody has it."""
        self.number += 1
        pids = family(self.server.pid)
        cpu = cpu_ns(pids)
        self.origin.publish(payloads, key)
        self.readers.wait(self.number, self.desktops, within_s=_WITHIN_S)
        told = self.readers.told(self.number)
        if told.reached != self.desktops or told.twice:
            raise Unavailable(
                f"{self.server.name}: {told.reached} of {self.desktops} have it, {told.twice} twice"
            )
        tenths = self.readers.tenths(self.number)
        spent = (cpu_ns(pids) - cpu) / 1e6
        time.sleep(0.2)
        return Sent((tenths[-1] - tenths[0]) * 1000, told.last_ms, spent)

    def _staged(self, sealed: Sealed) -> None:
        """Waits until the edge has sent every frame on its way."""
        bodies = {"bodies": [{"id": sealed.id, "parts": len(sealed.frames)}]}
        self.origin.others[_STAGED + sealed.id] = json.dumps({"frames": sealed.frames}).encode()
        before = _bytes_written(self.server)
        self.origin.others[_STAGED] = json.dumps(bodies).encode()
        frames = sum(len(json.dumps(frame, separators=(",", ":"))) for frame in sealed.frames)
        deadline = time.monotonic() + _WITHIN_S
        while _bytes_written(self.server) - before < frames * self.desktops:
            if time.monotonic() > deadline:
                raise Unavailable(f"{self.server.name}: the sealed text did not leave the edge")
            time.sleep(0.1)


def _text(number: int, size: int) -> tuple[bytes, Mapping[str, Any]]:
    """A body with one edition of that many bytes, and what its event says of it."""
    edition = {"headline": "Harbour museum opens its new hall", "blocks": ["x" * size]}
    event = {"id": f"evt_{number}", "sha256": sha256_hex(canonical_bytes(edition))}
    rows = [{"event": event["id"], "edition": edition}]
    return json.dumps({"editions": rows}, separators=(",", ":")).encode(), event


def _opening_ms(sealed: Sealed, key: Mapping[str, Any], event: Mapping[str, Any]) -> float:
    """What the client has to do once it has the key: open, read, check the hash."""
    staged = Staged(lambda message: True)
    for frame in sealed.frames:
        staged.take(frame)
    begun = time.perf_counter()
    staged.take(key)
    if staged.body_of(event) is None:
        raise Unavailable("the text does not open")
    return (time.perf_counter() - begun) * 1000


def _with_mark_behind(event: bytes) -> bytes:
    """Whoever has seen the mark has the whole text."""
    start = event.index(b"~mark:")
    end = event.index(b"~", start + 1) + 1
    mark, rest = event[start:end], event[:start] + event[end:]
    behind = rest.rindex(b'x"') + 1
    return rest[:behind] + mark + rest[behind:]


def _bytes_written(server: Server) -> int:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{server.port}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    lines = [line.split() for line in text.splitlines() if line.startswith("dateline_edge_bytes_total")]
    return int(float(lines[0][-1])) if lines else 0


_FIGURES: Final[tuple[tuple[str, Callable[[Sent], float]], ...]] = (
    ("first to last", lambda one: one.spread_ms),
    ("the last after T0", lambda one: one.last_ms),
    ("CPU of the edge from T0", lambda one: one.cpu_ms),
)


def rows(desktops: int, size: int, found: Skews) -> list[Row]:
    """Both ways, the text sent ahead beside the text sent at T0 (promised for the first row: at most 1/3)."""
    case = f"{size:,} bytes to {desktops:,} desktops"
    out: list[Row] = []
    for metric, pick in _FIGURES:
        ours, peer = (Figure("ms", [pick(one) for one in found.sent[kind]]) for kind in (AHEAD, AT_T0))
        out.append(ours.row(case, f"{metric}, {AHEAD}", (f"{found.name}, {AT_T0}", peer)))
        out.append(peer.row(case, f"{metric}, {AT_T0}"))
    out.append(Figure("ms", found.opening_ms).row(case, "opening the text, one desktop"))
    out.append(Figure("bytes", [float(found.key_bytes)]).row(case, "key message"))
    return out
