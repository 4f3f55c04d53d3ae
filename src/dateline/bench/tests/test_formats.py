"""`dateline bench formats` with little time: its rows, its peers, and that what is written is also read."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

import dateline.core
from dateline.bench.formats import run
from dateline.bench.formats_memory import memory_rows, peak_mb
from dateline.bench.formats_text import SIZES, edition
from dateline.core.errors import BadInput, Unavailable

pytestmark = pytest.mark.unit


def test_rows_follow_the_schema_and_name_every_peer() -> None:
    document = run(
        formats=["newsml-g2", "nitf", "ninjs2"], languages=["ar"], sizes=[7_000], seconds=0.001, rounds=2
    )
    schema = Path(dateline.core.__file__).parent / "schemas" / "bench.json"
    jsonschema_rs.validator_for(json.loads(schema.read_text())).validate(document)
    assert document["bench"] == "formats" and document["rounds"] == 2
    assert len(document["rows"]) == 3 * 2
    assert {row["metric"] for row in document["rows"]} == {"written", "read"}
    peers = {row["peer"].split()[0] for row in document["rows"] if row["peer"]}
    assert peers == {"feedgen", "newsmlg2", "lxml"}
    assert all(row["median"] > 0 for row in document["rows"])


def test_feeds_are_written_beside_feedgen_twice_and_their_reading_is_weighed(tmp_path: Path) -> None:
    rows = run(formats=["atom"], languages=["en"], sizes=[], seconds=0.001, rounds=1, items=20)["rows"]
    assert [row["case"] for row in rows] == ["atom en 20 items", "atom en 20 items, all new"]
    assert all(row["peer"].startswith("feedgen") for row in rows)
    weighed = list(memory_rows(20, 1))
    assert [row["case"].partition(",")[0] for row in weighed] == ["feed of 2 items", "feed of 20 items"]
    assert all(row["peer"].startswith("feedparser") and row["ratio"] > 0 for row in weighed)
    empty = tmp_path / "feed.xml"
    empty.write_text("<rss/>")
    with pytest.raises(Unavailable, match="read 0 of 5"):
        peak_mb("dateline", empty, 5)


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ({"formats": ["docx"]}, "--format"),
        ({"languages": ["xx"]}, "--language"),
        ({"seconds": 0}, "--seconds"),
    ],
)
def test_what_is_not_there_is_bad_input(words: dict[str, object], where: str) -> None:
    with pytest.raises(BadInput) as caught:
        run(**words)  # type: ignore[arg-type]
    assert caught.value.where == where


@pytest.mark.parametrize("language", ["en", "ar", "ja"])
def test_the_releases_have_the_sizes_they_are_named_for(language: str) -> None:
    for size in SIZES:
        text = "".join(block.text for block in edition(language, size).blocks)
        assert 0.7 * size < len(text.encode()) < 1.4 * size
