"""The bench of the gate prints what it promises, small."""

from pathlib import Path

import pytest

from dateline.bench import gate, gate_quality
from dateline.bench.gate_page import page
from dateline.bench.gate_text import long_stories, samples
from dateline.core.errors import BadInput
from dateline.core.languages import WIRE_LANGUAGES
from dateline.languages.services import quality

pytestmark = [pytest.mark.unit, pytest.mark.once]


def test_time_and_memory_stand_beside_their_promises() -> None:
    document = gate.run(words=60, rounds=1)
    metrics = {row["metric"] for row in document["rows"]}
    assert metrics == {"all checks", "memory"} and all(row["ratio"] is not None for row in document["rows"])
    assert (
        len([row for row in document["rows"] if row["case"].startswith("en to ")]) == len(WIRE_LANGUAGES) - 1
    )


def test_stories_are_long_enough_in_every_language() -> None:
    made = long_stories(500)
    assert set(made) == set(WIRE_LANGUAGES)
    assert len(" ".join(block.text for block in made["en"].blocks).split()) >= 500


def test_the_page_and_the_rows_hold_every_language() -> None:
    found = quality(samples("releases")[:3], cases=1, mtdata=None)
    text = page(found)
    rows = gate_quality.document(found, cases=1)["rows"]
    assert "Not measured" in text and all(f"| {tag} |" in text for tag in WIRE_LANGUAGES)
    assert {"recall", "blocking alarms", "all alarms"} <= {row["metric"] for row in rows}


def test_a_folder_without_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="demetr"):
        gate_quality.measure(cases=1, mtdata=tmp_path)
