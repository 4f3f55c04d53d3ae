"""The webhook bench: its document, what it refuses, and one small run of the real thing."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import dateline.core
from dateline.bench import webhooks
from dateline.bench.webhooks import Measured, Peer
from dateline.core.errors import BadInput
from dateline.testing.counts import reduced

SCHEMA = json.loads((Path(dateline.core.__file__).parent / "schemas" / "bench.json").read_text("utf-8"))


def checked(document: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(document))
    jsonschema_rs.validate(SCHEMA, read)
    return read


@pytest.mark.unit
def test_each_figure_stands_beside_its_peer() -> None:
    peers = {
        "pycurl": Peer("PycURL 7", 1000.0, 500.0),
        "aiohttp": Peer("aiohttp 3", 400.0, 900.0),
        "httpx": Peer("httpx 0", 90.0, 2000.0),
    }
    rounds = [
        Measured(2.0, 900.0, 2.2, 850.0, 120.0, 600.0, peers),
        Measured(4.0, 800.0, 4.4, 700.0, 130.0, 650.0, peers),
    ]
    rows = webhooks.rows(6500, 0.05, 0.05, 650, rounds)
    checked({"bench": "webhooks", "machine": "m", "rounds": 2, "rows": rows})
    last = [row for row in rows if row["metric"].startswith("last healthy")]
    assert [(row["median"], row["ratio"]) for row in last] == [(3.0, None), (3.3, 1.1)]
    beside = {row["peer"]: row["ratio"] for row in rows if row["unit"] == "posts/s" and row["peer"]}
    assert beside == {"bare multi loop (PycURL 7)": 0.85, "aiohttp 3": 2.12, "httpx 0": 9.44}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("words", "where"),
    [
        ({"endpoints": 5}, "--endpoints"),
        ({"tarpits": 0.8, "dead": 0.2}, "--tarpits"),
        ({"dead": -0.1}, "--dead"),
    ],
)
def test_shares_that_leave_nobody_healthy_are_refused(words: dict[str, Any], where: str) -> None:
    with pytest.raises(BadInput) as refused:
        webhooks.run(**words)
    assert where in refused.value.where


@pytest.mark.wire
@pytest.mark.timeout(240)
def test_a_small_run_reaches_every_healthy_endpoint_and_names_its_peers() -> None:
    document = checked(webhooks.run(endpoints=reduced(60, 6500), tarpits=0.05, dead=0.05, sample=20))
    names = {row["peer"] for row in document["rows"] if row["peer"]}
    for client in ("PycURL", "aiohttp", "httpx"):
        assert any(client in name for name in names), names
    assert all(row["median"] > 0 for row in document["rows"])
