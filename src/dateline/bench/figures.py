"""One figure of a bench over its rounds, and the row that shows it."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """One value per round."""

    unit: str
    values: Sequence[float]

    def row(self, case: str, metric: str, peer: "tuple[str, Figure] | None" = None) -> Row:
        """Median and range; `ratio` is the median of ours divided by the peer's of the same round."""
        ratios = [a / b for a, b in zip(self.values, peer[1].values, strict=True) if b] if peer else []
        return {
            "case": case,
            "metric": metric,
            "unit": self.unit,
            "median": round(statistics.median(self.values), 2),
            "min": round(min(self.values), 2),
            "max": round(max(self.values), 2),
            "peer": peer[0] if peer and ratios else None,
            "ratio": round(statistics.median(ratios), 3) if ratios else None,
        }
