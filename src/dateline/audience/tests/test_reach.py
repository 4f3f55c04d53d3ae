"""Counts without a release, for whoever chooses a circuit."""

import json
from dataclasses import asdict, replace
from importlib.resources import files

import jsonschema_rs
import pytest

from dateline.audience import services
from dateline.audience.tests.builders import add, desktop, journalist, outlet, recipient, targeting
from dateline.core.clock import FixedClock, Instant
from dateline.core.countries import Country
from dateline.core.errors import BadInput
from dateline.core.ids import RecipientId
from dateline.core.words import Circuit

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default"])]


def counts(found: services.Reach) -> tuple[int, int, int]:
    return found.outlets, found.journalists, found.desktops


@pytest.fixture
def world() -> None:
    add(
        outlet(),
        outlet("Berliner", country="DE", languages="de", kind="paper", sectors="culture"),
        outlet("Feed", channel="feed", languages="*"),
        journalist(),
        journalist("ben@daily.example", country="JP", languages="ja", sectors="earnings"),
        journalist("eve@daily.example", country="DE", languages="de", sectors="", keywords="lithium"),
        desktop(),
        desktop("t2", country="US", languages="en", keywords="lithium battery"),
    )


@pytest.mark.usefixtures("world")
def test_counts_by_kind_country_and_language() -> None:
    found = services.reach(None)
    assert counts(found) == (3, 3, 2)
    assert found.by_country == {"DE": 2, "JP": 1, "KR": 4, "US": 1}
    assert found.by_language == {"*": 1, "de": 2, "en": 3, "ja": 1, "ko": 3}


@pytest.mark.usefixtures("world")
def test_a_circuit_and_options_narrow_together() -> None:
    assert counts(services.reach(services.circuit("all"))) == (3, 3, 2)
    assert counts(services.reach(services.circuit("japan-korea"))) == (2, 2, 1)
    assert counts(services.reach(services.circuit("japan-korea"), countries=["KR", "DE"])) == (2, 1, 1)
    assert counts(services.reach(services.circuit("japan-korea"), countries=["DE"])) == (0, 0, 0)
    assert counts(services.reach(Circuit("papers", kinds=("paper",)))) == (1, 3, 2)
    assert counts(services.reach(None, languages=["ja"])) == (1, 1, 0)


@pytest.mark.usefixtures("world")
def test_sectors_and_keywords_are_alternatives() -> None:
    assert counts(services.reach(None, sectors=["business"])) == (2, 2, 1)
    assert counts(services.reach(None, sectors=["earnings"])) == (2, 2, 1)
    assert counts(services.reach(None, sectors=["culture"])) == (3, 0, 1)
    assert counts(services.reach(None, keywords=["Lithium"])) == (2, 1, 1)
    assert counts(services.reach(None, keywords=["lithium battery"])) == (2, 1, 2)
    assert counts(services.reach(None, sectors=["business"], keywords=["lithium"])) == (2, 3, 1)


def test_who_cannot_be_reached_is_not_counted(clock: FixedClock) -> None:
    add(
        journalist(),
        journalist("no-consent@x.example", consent=""),
        journalist("no-choice@x.example", sectors=""),
        journalist("stopped@x.example"),
        journalist("paused@x.example"),
        outlet(channel="mail", endpoint="stopped@x.example"),
    )
    services.suppress("stopped@x.example", reason="asked", source="desk")
    services.pause(
        services.stop_token(recipient("paused@x.example")), until=Instant(clock.now().replace(year=2027))
    )
    assert counts(services.reach(None, clock=clock)) == (0, 1, 0)


def test_a_known_release_leaves_out_who_chose_other_countries_or_issuers() -> None:
    add(
        outlet(),
        desktop(),
        journalist("any@x.example"),
        journalist("japan@x.example"),
        journalist("hanbit@x.example"),
        journalist("not-hanbit@x.example"),
    )
    services.choose(RecipientId(recipient("japan@x.example")), {"countries": "JP"})
    services.choose(RecipientId(recipient("hanbit@x.example")), {"issuers_only": "hanbit"})
    services.choose(RecipientId(recipient("not-hanbit@x.example")), {"issuers_not": "hanbit"})
    assert counts(services.reach(None)) == (1, 4, 1), "nothing is known of the release"
    assert counts(services.reach(None, about=["KR"])) == (1, 3, 1)
    assert counts(services.reach(None, about=["KR", "JP"])) == (1, 4, 1)
    assert counts(services.reach(None, issuer="hanbit")) == (1, 3, 1)
    assert counts(services.reach(None, issuer="other")) == (1, 3, 1)
    assert counts(services.reach(None, about=["KR"], issuer="other")) == (1, 2, 1)


@pytest.mark.parametrize(("about", "issuer"), [("KR", "hanbit"), ("JP", "hanbit"), ("KR", "other")])
def test_the_count_for_a_known_release_is_that_of_its_manifest(about: str, issuer: str) -> None:
    add(journalist("any@x.example"), journalist("japan@x.example"), journalist("hanbit@x.example"))
    services.choose(RecipientId(recipient("japan@x.example")), {"countries": "JP"})
    services.choose(RecipientId(recipient("hanbit@x.example")), {"issuers_only": "hanbit"})
    asked = replace(targeting("ko", "en", sectors=("business",)), issuer=issuer, countries=(Country(about),))
    found = services.reach(None, languages=["ko", "en"], sectors=["business"], about=[about], issuer=issuer)
    assert found.journalists == services.resolve(asked).counts["journalists"] > 0


def test_bad_options_name_list_and_remedy() -> None:
    with pytest.raises(BadInput, match="about: 'XX'"):
        services.reach(None, about=["XX"])
    with pytest.raises(BadInput, match="countries: 'XX'"):
        services.reach(None, countries=["XX"])
    with pytest.raises(BadInput, match="sectors: 'nope'"):
        services.reach(None, sectors=["nope"])


@pytest.mark.usefixtures("world")
def test_documents_fit_their_schemas() -> None:
    folder = files("dateline.core") / "schemas"
    reach_schema = json.loads((folder / "reach.json").read_text())
    import_schema = json.loads((folder / "import_result.json").read_text())
    assert jsonschema_rs.is_valid(reach_schema, asdict(services.reach(None)))
    assert jsonschema_rs.is_valid(reach_schema, asdict(services.reach(None, countries=["AQ"])))
    result = services.import_rows([journalist(), journalist(country="XX")], "journalist")
    document = asdict(result)
    document["rejected"] = [asdict(row) for row in result.rejected]
    assert jsonschema_rs.is_valid(import_schema, document)
    assert not jsonschema_rs.is_valid(import_schema, {**document, "extra": 1})
