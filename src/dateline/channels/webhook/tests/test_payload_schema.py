"""The payload of a webhook is what its JSON Schema says: the wire event, `body` and `body_type`."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings

import dateline.core
from dateline.channels.tests.builders import edition, hook_payload
from dateline.core.words import EVENT_TYPE, Edition
from dateline.formats.tests.strategies import editions

pytestmark = pytest.mark.unit
SCHEMA = json.loads((Path(dateline.core.__file__).parent / "schemas" / "webhook.json").read_text("utf-8"))
VALID = jsonschema_rs.validator_for(SCHEMA, validate_formats=True)


@settings(max_examples=60, deadline=None)
@given(editions())
def test_every_payload_is_valid(made: Edition) -> None:
    for form in ("json", "html", "text", "ninjs", "markdown", "newsml-g2", "nitf", "newsml1", "ninjs2"):
        payload = json.loads(json.dumps(hook_payload(made, form)))
        assert [error.message for error in VALID.iter_errors(payload)] == []


@pytest.mark.parametrize("kind", EVENT_TYPE.values())
def test_every_kind_of_event_is_valid(kind: Any) -> None:
    made = edition(type=kind, version=2, reason="Wrong figure.", supersedes="ab" * 32)
    assert VALID.is_valid(hook_payload(made))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sha256", "abc"),
        ("at", "yesterday"),
        ("type", "published"),
        ("languages", []),
        ("body", 7),
        ("body_type", ""),
        ("extra", 1),
        ("labels", ["sponsored"]),
        ("translation", {"kind": "guess", "engine": None, "reviewed_by": None}),
    ],
)
def test_a_wrong_payload_fails(field: str, value: Any) -> None:
    """The gate is worth something."""
    assert not VALID.is_valid({**hook_payload(edition()), field: value})


def test_structured_formats_carry_an_object_and_the_others_a_text() -> None:
    assert not VALID.is_valid({**hook_payload(edition(), "json"), "body": "text"})
    assert not VALID.is_valid({**hook_payload(edition(), "html"), "body": {}})
    assert VALID.is_valid({**hook_payload(edition(), "html"), "body_type": "made-elsewhere"})


@pytest.mark.parametrize("field", ["id", "body", "body_type", "sha256", "supersedes"])
def test_every_field_is_there(field: str) -> None:
    payload = hook_payload(replace(edition(), headline="x"))
    del payload[field]
    assert not VALID.is_valid(payload)
