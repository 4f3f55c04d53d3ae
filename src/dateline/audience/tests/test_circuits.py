"""Circuits: standing ones on an empty home, made ones, and errors that help."""

import pytest

from dateline.audience import services
from dateline.core.countries import REGIONS, WIRE_COUNTRIES
from dateline.core.errors import BadInput, NotFound
from dateline.core.words import Circuit

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default"])]


def test_standing_circuits_are_there_on_an_empty_home() -> None:
    found = services.circuits()
    assert [c.name for c in found] == ["all", *REGIONS]
    assert found[0] == Circuit("all")
    assert {country for c in found for country in c.countries} == set(WIRE_COUNTRIES)
    assert len(WIRE_COUNTRIES) == 90


@pytest.mark.parametrize("spelling", ["greater-china", "Greater China", " GREATER  CHINA "])
def test_a_region_is_found_by_slug_and_by_name(spelling: str) -> None:
    assert services.circuit(spelling).countries == REGIONS["greater-china"]


def test_a_circuit_is_parsed_kept_and_replaced() -> None:
    made = services.add_circuit(
        "Asia Energy",
        countries=["kr", "JP", "kr"],
        languages=["KO", "zh-TW"],
        sectors=["business", "medtop:15000000"],
        kinds=["Paper"],
        keywords=["solid  state"],
    )
    assert made == Circuit(
        "asia-energy",
        ("KR", "JP"),  # type: ignore[arg-type]
        ("ko", "zh-Hant"),  # type: ignore[arg-type]
        ("04000000", "15000000"),  # type: ignore[arg-type]
        ("paper",),
        ("solid state",),
    )
    assert services.circuit("asia energy") == made
    assert services.circuits()[-1] == made
    services.add_circuit("asia-energy", countries=["KR"])
    assert services.circuit("asia-energy") == Circuit("asia-energy", ("KR",))  # type: ignore[arg-type]


def test_a_standing_circuit_can_be_edited_and_stays_in_its_place() -> None:
    services.add_circuit("dach", countries=["DE", "AT", "CH", "LI"])
    assert services.circuit("DACH").countries == ("DE", "AT", "CH", "LI")
    assert [c.name for c in services.circuits()] == ["all", *REGIONS]


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        ({"countries": ["Korea"]}, "countries: 'Korea' is not a country code"),
        ({"languages": ["klingonese"]}, "languages: 'klingonese'"),
        ({"sectors": ["bussiness"]}, "sectors: 'bussiness' is no sector; did you mean business"),
        ({"kinds": ["blog"]}, "kinds: 'blog' is no kind of outlet; use site"),
        ({"keywords": [" "]}, "keywords: ' ' is no keyword"),
    ],
)
def test_bad_values_name_list_and_remedy(lists: dict[str, list[str]], words: str) -> None:
    with pytest.raises(BadInput) as error:
        services.add_circuit("x", **lists)
    assert words in str(error.value)
    with pytest.raises(NotFound):
        services.circuit("x")


@pytest.mark.parametrize("name", ["", "  ", "a/b", "x" * 61, "-a", "a\nb;c"])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(BadInput, match="letters, digits and hyphens"):
        services.add_circuit(name)


def test_an_unknown_circuit_names_near_ones() -> None:
    with pytest.raises(NotFound, match="did you mean greater-china"):
        services.circuit("greter-china")
    with pytest.raises(NotFound, match="dateline circuit list"):
        services.circuit("///")
