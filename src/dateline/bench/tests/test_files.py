"""`dateline bench files` with few files: its rows, and that what it counts lies there."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

import dateline.core
from dateline.bench.files import run
from dateline.core.errors import BadInput

pytestmark = pytest.mark.wire


def test_rows_follow_the_schema_and_name_every_peer() -> None:
    document = run(drops=8, rounds=2, sample=2)
    schema = Path(dateline.core.__file__).parent / "schemas" / "bench.json"
    jsonschema_rs.validator_for(json.loads(schema.read_text())).validate(document)
    assert document["bench"] == "files" and document["rounds"] == 2
    peers = {row["peer"] for row in document["rows"] if row["peer"]}
    assert {peer.split()[0] for peer in peers} == {"asyncssh", "paramiko", "ftplib"}
    assert all(row["median"] > 0 for row in document["rows"])


@pytest.mark.parametrize(("words", "where"), [({"drops": 0}, "--drops"), ({"sample": 0}, "--sample")])
def test_nothing_to_put_is_bad_input(words: dict[str, int], where: str) -> None:
    with pytest.raises(BadInput) as caught:
        run(**words)
    assert caught.value.where == where
