"""The bench of translation prints what it promises, small."""

import json
from importlib import resources

import jsonschema_rs
import pytest

from dateline.bench import translate
from dateline.core.errors import BadInput

pytestmark = [pytest.mark.unit, pytest.mark.once, pytest.mark.usefixtures("home")]


def test_every_protocol_stands_beside_its_bare_requests() -> None:
    document = translate.run(engines=translate.PROTOCOLS, words=60, rounds=1, delay_ms=0)
    schema = json.loads((resources.files("dateline.core") / "schemas" / "bench.json").read_text("utf-8"))
    jsonschema_rs.validate(schema, document)
    cases = {row["case"].split()[0] for row in document["rows"]}
    assert cases == set(translate.PROTOCOLS)
    walls = [row for row in document["rows"] if row["metric"].startswith("wall")]
    assert len(walls) == 2 * len(translate.PROTOCOLS) and all(row["ratio"] for row in walls)


def test_an_engine_that_is_none_is_named() -> None:
    with pytest.raises(BadInput, match="'moon' is none of apertium"):
        translate.run(engines=["moon"])
