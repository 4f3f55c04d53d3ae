"""Countries, languages, sectors, ids: what is known, what is refused, and how the error helps."""

import re

import pytest

from dateline.core import ids
from dateline.core.countries import REGION_NAMES, REGIONS, WIRE_COUNTRIES, parse_country
from dateline.core.errors import BadInput
from dateline.core.languages import WIRE_LANGUAGES, Language, direction, parse_language, serves
from dateline.core.sectors import ancestors, descendants, label, narrower_or_same, parse_sector, vocabulary

pytestmark = pytest.mark.unit


def test_the_regions_name_ninety_countries() -> None:
    assert len(WIRE_COUNTRIES) == 90
    assert set(REGIONS) == set(REGION_NAMES)
    assert set(REGIONS["dach"]) <= set(REGIONS["europe"]) | {"CH", "AT", "DE"}


@pytest.mark.parametrize("text", ["UK", "ZZ", "Korea", "", "K"])
def test_an_unknown_country_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="ISO 3166"):
        parse_country(text)


def test_countries_are_read_in_any_case() -> None:
    assert parse_country(" kr ") == "KR"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("zh-CN", "zh-Hans"),
        ("zh_TW", "zh-Hant"),
        ("pt", "pt-BR"),
        ("EN", "en"),
        ("pt-br", "pt-BR"),
        ("in", "id"),
    ],
)
def test_languages_are_read_as_people_write_them(text: str, tag: str) -> None:
    assert parse_language(text) == tag


@pytest.mark.parametrize("text", ["klingonese", "x", "", "en us", "xx", "en;rm"])
def test_an_unknown_language_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="BCP 47"):
        parse_language(text)


def test_there_are_fifteen_languages_and_arabic_runs_from_right_to_left() -> None:
    assert len(WIRE_LANGUAGES) == 15
    assert [tag for tag in WIRE_LANGUAGES if direction(tag) == "rtl"] == ["ar"]


@pytest.mark.parametrize(
    ("wanted", "available", "takes"),
    [
        ("*", "ko", True),
        ("zh", "zh-Hant", True),
        ("zh-Hans", "zh-Hant", False),
        ("ms", "id", False),
        ("pt", "pt-BR", True),
        ("en", "en", True),
    ],
)
def test_who_takes_which_language(wanted: str, available: str, takes: bool) -> None:
    assert serves(wanted, Language(available)) is takes


def test_a_sector_holds_its_narrower_topics() -> None:
    business = parse_sector("business")
    assert business == "04000000"
    for narrow in descendants(business):
        assert business in ancestors(narrow) and narrower_or_same(business, narrow)
    assert not narrower_or_same("13000000", "04000000")


def test_every_labelled_sector_is_found_by_id_and_slug() -> None:
    for entry in vocabulary():
        assert parse_sector(entry.id) == parse_sector(entry.slug) == parse_sector(f"medtop:{entry.id}")
        assert label(entry.id) == entry.label


@pytest.mark.parametrize(("text", "hint"), [("busines", "business"), ("99999999", "no Media Topic")])
def test_an_unknown_sector_is_refused_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(BadInput, match=hint):
        parse_sector(text)


def test_ids_are_random_and_readable_on_the_phone() -> None:
    drawn = {ids.new_release_id() for _ in range(1000)}
    assert len(drawn) == 1000
    assert all(re.fullmatch("[2-9a-hj-km-np-z]{10}", one) for one in drawn)
    assert len({ids.new_version_id(), ids.new_event_id(), ids.new_token()}) == 3
