"""What goes into the vault comes out equal; pictures are who they say they are."""

from dataclasses import replace

import pytest
from hypothesis import given

from dateline.core.countries import Country
from dateline.core.errors import BadInput
from dateline.core.words import Circuit, Edition, Finding, Manifest, ManifestRow, Translation, sha256_hex
from dateline.desk.manifests import lock_hash, manifest_bytes, manifest_from, received
from dateline.desk.stories import pictures_of, story_bytes, story_from
from dateline.desk.targets import public_in, rule_in, targeting_bytes, targeting_from, targeting_of
from dateline.desk.tests.builders import PICTURE, picture, story
from dateline.formats.stories import story_of
from dateline.formats.tests.strategies import editions

pytestmark = pytest.mark.unit


@given(edition=editions())
def test_any_story_comes_back_equal(edition: Edition) -> None:
    told = replace(
        story_of(edition),
        circuit="all",
        embargo="2026-11-24T09:00+09:00",
        findings=(Finding("language-detected", "warn", "language", "it reads as ko"),),
    )
    assert story_from(story_bytes(told), {}) == told


def test_pictures_come_back_as_attachments() -> None:
    told = story(**picture(), translation=Translation("machine", "engine", "ana"))
    assert story_from(story_bytes(told), {sha256_hex(PICTURE): PICTURE}) == told


def test_the_bytes_of_a_picture_are_not_in_the_document_t6() -> None:
    assert b"harbour" not in story_bytes(story("ko", headline="x", blocks=(), **picture()))


def test_a_picture_without_its_bytes_is_refused_i14() -> None:
    told = replace(story(**picture()), attachments=())
    with pytest.raises(BadInput, match=r"media hall\.png"):
        pictures_of(told)
    assert pictures_of(told, {sha256_hex(PICTURE): PICTURE}) == {sha256_hex(PICTURE): PICTURE}


def test_a_picture_with_other_bytes_is_refused_i14() -> None:
    told = replace(story(**picture()), attachments=(("hall.png", b"another"),))
    with pytest.raises(BadInput, match=r"media hall\.png"):
        pictures_of(told)


def test_a_manifest_comes_back_equal() -> None:
    row = ManifestRow("o_1", "", "webhook", "o_1", "a.example", "ko", "json", "site", "KR")  # type: ignore[arg-type]
    told = Manifest({"circuit": "all"}, (row, replace(row, suppressed="stopped")), {"outlets": 2}, "ab" * 32)
    assert manifest_from(manifest_bytes(told)) == told


def test_the_manifest_of_a_kill_has_a_rule_and_no_rows_t22() -> None:
    told = received("k7m2x9qd4w")  # type: ignore[arg-type]
    assert told.rule == {"received": "k7m2x9qd4w"}
    assert not told.rows
    assert len(told.hash) == 64
    assert told.hash != received("k7m2x9qd4x").hash  # type: ignore[arg-type]


def test_the_lock_hash_covers_each_of_its_parts() -> None:
    base = lock_hash({"en": "a"}, "m", "on-approval")
    others = [
        lock_hash({"en": "b"}, "m", "on-approval"),
        lock_hash({"ko": "a"}, "m", "on-approval"),
        lock_hash({"en": "a"}, "n", "on-approval"),
        lock_hash({"en": "a"}, "m", "2026-11-24T00:00:00.000000Z"),
        lock_hash({"en": "a", "ko": "c"}, "m", "on-approval"),
    ]
    assert len({base, *others}) == 6
    assert base == sha256_hex(b'{"editions":{"en":"a"},"manifest":"m","t0":"on-approval"}')


@given(edition=editions())
def test_targeting_comes_back_equal_without_keeping_texts(edition: Edition) -> None:
    rule = Circuit("asia", countries=(Country("KR"),), keywords=("museum",))
    told = targeting_of(rule, [edition], restrict=(Country("CN"),), origin=edition.origin, public=[edition])
    kept = targeting_bytes(told, {edition.language: "v1"})
    assert targeting_from(kept, [edition], [edition]) == told
    assert rule_in(kept) == rule
    assert public_in(kept) == {edition.language: "v1"}
