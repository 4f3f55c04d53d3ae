"""The ledger bench: its document, its promise in words, and one small run of the real thing."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

import dateline.core
from dateline.bench import ledger
from dateline.core.errors import BadInput

SCHEMA = json.loads((Path(dateline.core.__file__).parent / "schemas" / "bench.json").read_text("utf-8"))


@pytest.mark.wire
def test_a_small_run_gives_the_document() -> None:
    document = json.loads(json.dumps(ledger.run(rows=3_000, databases=("sqlite",))))
    jsonschema_rs.validate(SCHEMA, document)
    rows = {row["metric"]: row for row in document["rows"]}
    batches = rows["claimed and recorded in batches"]
    assert batches["peer"].startswith("one commit per row (SQLite")
    assert batches["ratio"] > 1
    grown = rows["claim and result, ledger of 3,000 rows"]
    assert (grown["peer"], grown["unit"]) == ("1,000 rows", "us/row")
    assert rows["claim and result, ledger of 1,000 rows"]["ratio"] is None


@pytest.mark.unit
@pytest.mark.parametrize(
    ("rows", "databases", "where"), [(10, ("sqlite",), "--rows"), (1000, ("oracle",), "--database")]
)
def test_what_cannot_be_measured_is_refused(rows: int, databases: tuple[str, ...], where: str) -> None:
    with pytest.raises(BadInput) as refused:
        ledger.run(rows=rows, databases=databases)
    assert refused.value.where == where
