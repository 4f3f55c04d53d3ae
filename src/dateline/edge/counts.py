"""What one edge counts, and the board on which the processes of one edge add it up."""

import mmap
import struct
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Self


@dataclass
class Counts:
    """What /metrics tells, each as `dateline_edge_NAME`."""

    connected: int = 0
    accepted_total: int = 0
    acknowledged_total: int = 0
    stated_desktops: int = 0
    events_total: int = 0
    written_total: int = 0
    bytes_total: int = 0
    replays_total: int = 0
    resets_total: int = 0
    dropped_left_total: int = 0
    dropped_slow_total: int = 0
    dropped_expired_total: int = 0
    dropped_revoked_total: int = 0
    dropped_reset_total: int = 0
    dropped_drained_total: int = 0
    dropped_broken_total: int = 0
    dropped_full_total: int = 0
    origin_reachable: int = 0
    lag_events: int = 0
    waiting: int = 0
    last_round_seconds: float = 0.0
    ready: int = 0


NAMES: Final = tuple(field.name for field in fields(Counts))
# Of several processes: all take the same events, the slowest counts, and what holds for every one of them.
_MOST: Final = frozenset({"events_total", "lag_events", "last_round_seconds"})
_LEAST: Final = frozenset({"origin_reachable", "ready"})
_ROW: Final = struct.Struct(f"<{len(NAMES)}d")


class Board:
    """A small file mapped by every process of one edge; each writes its row and may add up all."""

    def __init__(self, path: Path, rows: int, own: int) -> None:
        self._rows, self._own = rows, own
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), rows * _ROW.size)

    @staticmethod
    def create(path: Path, rows: int) -> None:
        """An empty board."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(bytes(rows * _ROW.size))

    def before(self) -> Counts:
        """The totals that an earlier process on this row left, so that none falls back to nothing."""
        row = self._read(self._own)
        return Counts(**{n: int(v) for n, v in zip(NAMES, row, strict=True) if n.endswith("_total")})

    def write(self, counts: Counts) -> None:
        """This process's row."""
        values = (float(getattr(counts, name)) for name in NAMES)
        self._map[self._own * _ROW.size : (self._own + 1) * _ROW.size] = _ROW.pack(*values)

    def total(self) -> dict[str, float]:
        """All rows together."""
        rows = [self._read(n) for n in range(self._rows)]
        return {name: _together(name, [row[at] for row in rows]) for at, name in enumerate(NAMES)}

    def close(self) -> None:
        """Unmaps the file."""
        self._map.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, row: int) -> tuple[float, ...]:
        return _ROW.unpack_from(self._map, row * _ROW.size)


def _together(name: str, values: list[float]) -> float:
    if name in _MOST:
        return max(values)
    return min(values) if name in _LEAST else sum(values)


def as_text(values: dict[str, float]) -> str:
    """Lines of the Prometheus text format."""
    return "".join(
        f"dateline_edge_{name} {value:.6f}\n" if value % 1 else f"dateline_edge_{name} {value:.0f}\n"
        for name, value in values.items()
    )
