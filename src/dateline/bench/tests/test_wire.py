"""The wire bench: its figures, its document, and one small run of the real thing."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import dateline.core
from dateline.bench import wire
from dateline.bench.wire_round import Measured, offsets
from dateline.core.errors import BadInput
from dateline.testing.counts import reduced

SCHEMA = json.loads((Path(dateline.core.__file__).parent / "schemas" / "bench.json").read_text("utf-8"))


def checked(document: dict[str, Any]) -> dict[str, Any]:
    """The document as JSON has it; fails where it is not of the schema."""
    read: dict[str, Any] = json.loads(json.dumps(document))
    jsonschema_rs.validate(SCHEMA, read)
    return read


@pytest.mark.unit
@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [
        ([], 99, 0.0),
        ([5.0], 50, 5.0),
        ([1.0, 2.0, 3.0, 4.0], 50, 2.0),
        ([float(n) for n in range(1, 201)], 99, 198.0),
    ],
)
def test_percentiles_by_nearest_rank(values: list[float], percent: int, found: float) -> None:
    assert wire.percentile(values, percent) == found


@pytest.mark.unit
def test_lifts_that_would_be_too_close_share_an_instant() -> None:
    assert offsets(4, 8.0) == [0.0, 2.0, 4.0, 6.0]
    tight = offsets(200, 6.0)
    assert len(tight) == 200 and max(tight) < 6.0
    instants = sorted(set(tight))
    assert min(b - a for a, b in pairwise(instants)) >= 0.0599


@pytest.mark.unit
def test_figures_are_medians_with_their_range_and_a_ratio_where_a_peer_ran() -> None:
    rounds = [
        Measured(
            late_ms=[1.0, 2.0], pump_rate=900.0, row_rate=rate, batch_rate=5000.0, server="SQLite 3.40.1"
        )
        for rate in (100.0, 200.0, 300.0)
    ]
    rows = {row["metric"]: row for row in wire.rows("sqlite", rounds)}
    pump = rows["pump: claimed, addressed, sent, recorded"]
    assert (pump["median"], pump["min"], pump["max"], pump["ratio"]) == (900.0, 900.0, 900.0, 4.5)
    assert pump["peer"] == "one commit per row (SQLite 3.40.1)"
    assert rows["lift lateness p99"]["peer"] is None and rows["lift lateness p99"]["ratio"] is None
    assert rows["ledger: one commit per row"]["median"] == 200.0
    checked({"bench": "wire", "machine": "x", "rounds": 3, "rows": list(rows.values())})


@pytest.mark.unit
def test_what_cannot_be_measured_is_refused() -> None:
    for bad in ({"databases": ("oracle",)}, {"deliveries": 10}, {"lifts": 0}):
        with pytest.raises(BadInput, match="--"):
            wire.run(**bad)


@pytest.mark.wire
def test_a_small_run_adds_up_and_prints_its_document() -> None:
    """Processes as in production; no lift before its T0 (I2)."""
    deliveries = reduced(300, 20_000)
    document = checked(wire.run(deliveries=deliveries, lifts=3, databases=("sqlite",), rounds=1))
    found = {row["metric"]: row for row in document["rows"]}
    assert found["deliveries accepted"]["median"] == deliveries
    assert found["lifts before T0"]["median"] == 0
    assert found["ledger: claimed and recorded in batches"]["ratio"] > 0
    assert found["peak memory of dispatch"]["median"] > 0
