"""The benches of desktops: their documents, what they refuse, and one small run of our own edge."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import dateline.core
from dateline.bench import burst, fanout, minute, skew
from dateline.bench.burst import Burst
from dateline.bench.fanout import Measured
from dateline.bench.minute import Minute, Size
from dateline.bench.minute_plot import svg
from dateline.bench.skew import Sent, Skews
from dateline.core.errors import BadInput
from dateline.edge.blast import WAYS

SCHEMA = json.loads((Path(dateline.core.__file__).parent / "schemas" / "bench.json").read_text("utf-8"))


def checked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    document = {"bench": "x", "machine": "m", "rounds": 1, "rows": rows}
    jsonschema_rs.validate(SCHEMA, json.loads(json.dumps(document)))
    return rows


@pytest.mark.unit
def test_each_of_ours_stands_beside_each_valid_peer() -> None:
    rows = checked(
        fanout.rows(
            "10 subscribers",
            {
                fanout.OURS[0]: [Measured("ours", cpu_us=6.0), Measured("ours", cpu_us=8.0)],
                "nchan": [Measured("nchan 1", cpu_us=12.0), Measured("nchan 1", cpu_us=10.0)],
                "nats": [Measured("nats 2", cpu_us=20.0), Measured("nats 2", fault="9 of 10 connected")],
            },
        )
    )
    cpu = [row for row in rows if row["metric"] == "CPU per delivery, ours"]
    assert [(row["median"], row["peer"], row["ratio"]) for row in cpu] == [
        (7.0, None, None),
        (7.0, "nchan 1", 0.65),
    ]
    assert [row["metric"] for row in rows if "nats" in row["metric"]] == [
        "nats 2: not valid: 9 of 10 connected"
    ]


@pytest.mark.unit
def test_a_burst_gathered_stands_beside_one_send_for_each() -> None:
    found = {
        burst.GATHERED: [Burst("edge", 0.5, 0.2)],
        burst.ONE_BY_ONE: [Burst("edge", 5.0, 2.0)],
        burst.NCHAN: [Burst("nchan 1", 10.0, 4.0)],
    }
    rows = checked(burst.rows("60 releases", found))
    beside = {(row["unit"], row["peer"]): row["ratio"] for row in rows if row["peer"]}
    assert set(beside.values()) == {0.1, 0.05}
    assert len(rows) == 10


@pytest.mark.unit
def test_a_minute_tells_the_last_of_each_and_what_was_lost() -> None:
    one = Minute(2.0, 0.5, 20.0, 60.0, memory_mib={"edge": 80.0})
    rows = checked(minute.rows(Size(), [one]))
    assert {row["metric"]: row["median"] for row in rows} == {
        "lift after T0": 2.0,
        "last desktop after T0": 0.5,
        "last healthy endpoint after T0": 20.0,
        "last mail after T0": 60.0,
        "lost": 0.0,
        "twice": 0.0,
        "rounds prepared before T0": 1.0,
        "peak memory of edge": 80.0,
    }


@pytest.mark.unit
def test_the_plot_names_its_curves_and_stays_inside_its_frame() -> None:
    drawn = svg("Share <that> has it", {"desktops": [(0.001, 0.0), (0.4, 1.0)], "mails": [(30.0, 1.0)]})
    assert "Share &lt;that&gt; has it" in drawn and ">desktops<" in drawn and ">mails<" in drawn
    points = [
        tuple(float(word) for word in pair.split(","))
        for line in drawn.splitlines()
        if "<polyline" in line
        for pair in line.partition('points="')[2].partition('"')[0].split()
    ]
    assert points and all(60 <= x <= 700 and 40 <= y <= 360 for x, y in points)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("act", "where"),
    [
        (lambda: fanout.run(subscribers=(5,)), "--subscribers"),
        (lambda: fanout.run(peers=("apache",)), "--peers"),
        (lambda: burst.run(subscribers=5), "--subscribers"),
        (lambda: minute.run(Size(desktops=3)), "--desktops"),
        (lambda: fanout.run(loops=("fast",)), "--loops"),
        (lambda: fanout.run(loops=()), "--loops"),
        (lambda: skew.run(desktops=3), "--desktops"),
        (lambda: skew.run(size=10), "--size"),
        (lambda: skew.run(size=10_000_000), "--size"),
        (lambda: skew.run(rounds=0), "--rounds"),
    ],
)
def test_what_cannot_be_measured_is_refused(act: Any, where: str) -> None:
    with pytest.raises(BadInput) as refused:
        act()
    assert where in refused.value.where


@pytest.mark.wire
@pytest.mark.timeout(240)
def test_a_small_run_reaches_every_desktop_once_with_and_without_c() -> None:
    ways = WAYS.keys() & {"c", "python"}
    document = fanout.run(
        subscribers=(100, 150), messages=2, rounds=1, peers=(), filters=500, loops=("c", "python")
    )
    rows = checked(document["rows"])
    assert not [row for row in rows if "not valid" in row["metric"]]
    assert len([row for row in rows if row["metric"].startswith("CPU per delivery, ")]) == 2 * len(ways)
    assert len([row for row in rows if row["peer"] == "100 subscribers" and row["ratio"]]) == len(ways)
    assert [row["unit"] for row in rows if "matched" in row["metric"]] == ["ms", "ms"]


@pytest.mark.unit
def test_a_text_sent_ahead_stands_beside_the_text_sent_at_t0() -> None:
    found = Skews("edge", opening_ms=[2.0, 4.0], key_bytes=240)
    found.sent[skew.AHEAD] = [Sent(5.0, 9.0, 10.0), Sent(7.0, 9.0, 10.0)]
    found.sent[skew.AT_T0] = [Sent(50.0, 90.0, 200.0), Sent(35.0, 45.0, 100.0)]
    rows = checked(skew.rows(1000, 300_000, found))
    beside = [(row["metric"], row["ratio"]) for row in rows if row["peer"]]
    assert beside == [
        ("first to last, sent ahead, opened by a key", 0.15),
        ("the last after T0, sent ahead, opened by a key", 0.15),
        ("CPU of the edge from T0, sent ahead, opened by a key", 0.075),
    ]
    assert len(rows) == 8


@pytest.mark.wire
@pytest.mark.timeout(240)
def test_a_small_skew_has_every_desktop_read_both_texts() -> None:
    document = skew.run(desktops=20, size=60_000, rounds=2)
    rows = checked(document["rows"])
    found = {row["metric"]: row["median"] for row in rows}
    assert (
        document["bench"] == "skew" and found["key message"] < 260 and found["opening the text, one desktop"]
    )
    assert len([row for row in rows if row["ratio"]]) == 3
