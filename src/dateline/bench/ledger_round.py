"""One round of the ledger bench on one database: `python -m dateline.bench.ledger_round ROWS..` prints JSON.

The environment names a fresh home (and a database).
"""

import json
import sys
from dataclasses import asdict, dataclass, field
from typing import Final

from dateline.plant.db.setup import migrate

_BATCH_ROWS: Final = 20_000
_SINGLE_ROWS: Final = 400
_CLAIM: Final = 500
_RESULT: Final = 256
_SAMPLE: Final = 10_000
_WARM: Final = 2_000


@dataclass
class Measured:
    """What one round found. Rates in rows per second; costs in microseconds per row, by ledger size."""

    server: str = ""
    batch_rate: float = 0.0
    row_rate: float = 0.0
    fan_out_us: dict[int, float] = field(default_factory=dict)
    claim_us: dict[int, float] = field(default_factory=dict)


def measure(sizes: list[int]) -> Measured:
    """Batches beside one commit per row, then the growth."""
    migrate()
    from dateline.dispatch import services as dispatch

    out = Measured(_server())
    dispatch.ledger_speed(rows=_WARM, claim=_CLAIM, result=_RESULT)  # caches, plans
    out.row_rate = dispatch.ledger_speed(rows=_SINGLE_ROWS, claim=1, result=1)
    out.batch_rate = dispatch.ledger_speed(rows=_BATCH_ROWS, claim=_CLAIM, result=_RESULT)
    for rows in sizes:
        sample = min(rows, _SAMPLE)
        out.fan_out_us[rows], out.claim_us[rows] = dispatch.ledger_growth(rows=rows, sample=sample)
    return out


def _server() -> str:
    """Name and version of the database; of PostgreSQL its memory too, which decides about large ledgers."""
    from django.db import connections

    from dateline.plant.db.databases import LEDGER

    connection = connections[LEDGER]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0].split()[0]
            cursor.execute("SHOW shared_buffers")
            return f"PostgreSQL {version}, shared_buffers {cursor.fetchone()[0]}"
        cursor.execute("SELECT sqlite_version()")
        return f"SQLite {cursor.fetchone()[0]}"


def main() -> None:
    print(json.dumps(asdict(measure([int(word) for word in sys.argv[1:]]))))


if __name__ == "__main__":
    main()
