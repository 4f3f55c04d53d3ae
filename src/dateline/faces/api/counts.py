"""What the API of this process counts; /metrics shows it."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Counts:
    """`waiting` now; answers of the wire log by HTTP status since the process began."""

    waiting: int = 0
    pages: Counter[int] = field(default_factory=Counter)


COUNTS = Counts()
