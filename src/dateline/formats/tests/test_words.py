"""Editions as documents and hashes; the wire event's shape."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from dateline.core.clock import Instant
from dateline.core.words import (
    Edition,
    edition_document,
    edition_from,
    edition_sha256,
    labels_of,
    retitled,
    wire_event,
)
from dateline.formats.stories import story_of
from dateline.formats.tests.strategies import editions

pytestmark = pytest.mark.unit
AT = Instant(datetime(2026, 11, 24, 1, 2, 3, 4000, tzinfo=UTC))


@settings(deadline=None)
@given(editions())
def test_an_edition_survives_its_document(edition: Edition) -> None:
    assert edition_from(edition_document(edition)) == edition


@settings(deadline=None)
@given(editions())
def test_any_change_changes_the_hash(edition: Edition) -> None:
    changed = retitled(edition, headline=edition.headline + "x")
    assert edition_sha256(changed) != edition_sha256(edition)


@settings(deadline=None)
@given(editions())
def test_the_event_names_the_edition_and_when_it_became_public(edition: Edition) -> None:
    event = wire_event(edition, at=AT, languages=("en", "ko"), base_url="https://wire.example")
    assert event["sha256"] == edition_sha256(edition)
    assert event["at"] == "2026-11-24T01:02:03.004Z"
    assert event["url"].startswith("https://wire.example/")
    assert event["languages"] == ["en", "ko"]


@settings(deadline=None)
@given(editions())
def test_labels_survive_the_story(edition: Edition) -> None:
    third_party = edition.origin == "third-party"
    assert ("third-party" in labels_of(story_of(edition))) is third_party
