"""ninjs 3.1 by its published schema, before and after T0, live and killed."""

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings

from dateline.core.words import Edition
from dateline.formats import registry
from dateline.formats.tests.strategies import editions
from dateline.formats.tests.test_round_trips import AFTER, AT, BEFORE
from dateline.testing.shared_data import shared

pytestmark = pytest.mark.unit


@lru_cache(maxsize=1)
def validator(schemas: Path) -> Any:
    def local(uri: str) -> Any:
        assert "GeoJSON" in uri, f"no local copy of {uri}"
        return json.loads((schemas / "geojson/GeoJSON.json").read_text())

    schema = json.loads((schemas / "ninjs/ninjs-schema_3.1.json").read_text())
    return jsonschema_rs.validator_for(schema, retriever=local, validate_formats=True)


@settings(max_examples=60, deadline=None)
@given(editions())
def test_ninjs_is_valid(edition: Edition) -> None:
    check = validator(shared("schemas"))
    codec = registry.codec("ninjs")
    for made in (
        edition,
        replace(edition, type="killed", version=2, reason="Wrong company.", supersedes="ab" * 32),
    ):
        for page in (BEFORE, AFTER):
            document = json.loads(codec.render(made, page))
            assert [error.message for error in check.iter_errors(document)] == []
        assert document["uri"].startswith("urn:newsml:wire.example:20261124:")
    assert document["pubStatus"] == "canceled" and "bodies" not in document


def test_a_broken_item_fails_the_schema() -> None:
    """The gate is worth something: an extra key is refused."""
    from dateline.formats.tests.test_round_trips import _fixed

    check = validator(shared("schemas"))
    document = json.loads(registry.codec("ninjs").render(_fixed(), replace(AFTER, at=AT)))
    document["ticker"] = "ACME"
    assert not check.is_valid(document)
