"""What people chose takes part in matching, is explained, and outlives every import (I13)."""

from typing import Any

import pytest

from dateline.audience import services
from dateline.audience.tests.builders import add, journalist, recipient, targeting
from dateline.core.clock import parse_instant
from dateline.core.countries import parse_country
from dateline.core.errors import BadInput, NotFound
from dateline.core.ids import RecipientId

pytestmark = [pytest.mark.room, pytest.mark.django_db]
ANA = "ana@daily.example"


@pytest.fixture
def ana() -> RecipientId:
    add(journalist(ANA))
    return RecipientId(recipient(ANA))


def reached(**fields: Any) -> bool:
    return any(row.recipient == recipient(ANA) for row in services.resolve(targeting(**fields)).rows)


def rule(**fields: Any) -> tuple[str, str]:
    told = services.explain(recipient(ANA), targeting(**fields))
    return told.rule, told.sentence


def test_countries_of_the_news_narrow(ana: RecipientId) -> None:
    services.choose(ana, {"countries": "ID;SG"})
    assert reached(countries=(parse_country("SG"), parse_country("US")))
    assert not reached(countries=(parse_country("US"),))
    verdict, sentence = rule(countries=(parse_country("US"),))
    assert (
        verdict == "own-country" and "wants news about ID, SG only, and this release is about US" in sentence
    )
    assert not reached(), "about no country at all"


def test_issuers_only_and_not(ana: RecipientId) -> None:
    services.choose(ana, {"issuers_only": "acme;beta"})
    assert reached(issuer="acme") and not reached(issuer="gamma")
    assert "releases of acme, beta only, and this one is of gamma" in rule(issuer="gamma")[1]
    services.choose(ana, {"issuers_only": "", "issuers_not": "acme"})
    assert reached(issuer="gamma") and not reached(issuer="acme")
    verdict, sentence = rule(issuer="acme")
    assert verdict == "own-issuer" and "wants nothing from the issuer acme" in sentence


def test_words_languages_and_third_party_are_theirs(ana: RecipientId) -> None:
    services.choose(ana, {"sectors": "", "keywords": "lithium", "languages": "en", "third_party": "yes"})
    told = services.resolve(targeting("ko", "en", text="A lithium plant", origin="third-party"))
    assert [row.language for row in told.rows] == ["en"]
    assert rule(text="A salt plant")[0] == "choice"


def test_the_manifests_rule_names_issuer_and_countries(ana: RecipientId) -> None:
    told = services.resolve(targeting(issuer="acme", countries=(parse_country("SG"),)))
    assert told.rule["issuer"] == "acme" and told.rule["countries"] == ["SG"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("languages", ""),
        ("languages", "klingon-x"),
        ("sectors", "no-such"),
        ("keywords", "x"),
        ("countries", "Korea"),
        ("issuers_not", "Not A Slug"),
        ("hours", "18-8"),
        ("hours", "25:00-26:00"),
        ("hours", "08:00-08:00"),
        ("timezone", "Mars/Base"),
        ("mode", "weekly"),
        ("digest_at", "7 o'clock"),
        ("cap", "0"),
        ("cap", "0000011111"),
        ("cap", "000001" + "0" * 5000),
        ("sectors", "energy;" * 5000),
        ("third_party", "perhaps"),
        ("email", "x@y.example"),
        ("consent", "none"),
    ],
)
def test_what_cannot_be_chosen_names_its_field_and_changes_nothing(
    ana: RecipientId, field: str, text: str
) -> None:
    """I14."""
    before = services.choices(ana)
    with pytest.raises(BadInput) as refused:
        services.choose(ana, {field: text})
    assert refused.value.where == field
    assert services.choices(ana) == before


def test_an_import_never_overrides_what_a_person_chose(ana: RecipientId) -> None:
    services.choose(ana, {"sectors": "energy", "mode": "digest"})
    services.pause(services.stop_token(ana), until=parse_instant("2999-01-01T00:00Z"))
    row = journalist(ANA, sectors="business", mode="immediate", name="Ana Renamed")
    result = services.import_rows([row], "journalist")
    assert (result.updated, result.unchanged) == (1, 0)
    now = services.choices(ana)
    assert now.sectors == ("20000256",) and now.mode == "digest" and now.name == "Ana Renamed"
    assert now.paused_until is not None, "a pause is not revived either"
    again = services.import_rows([row], "journalist")
    assert (again.updated, again.unchanged) == (0, 1)


def test_a_choice_made_while_an_import_runs_stays(ana: RecipientId, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database decides by what is chosen at that moment, not by what the import read before."""
    from dateline.audience import importing

    services.choose(ana, {"mode": "digest"})
    monkeypatch.setattr(importing, "_with_choices", lambda values, names, old: ())
    row = journalist(ANA, mode="immediate")
    services.import_rows([row, journalist("ben@daily.example", mode="immediate")], "journalist")
    assert services.choices(ana).mode == "digest"


def test_less_of_a_topic_an_issuer_a_language(ana: RecipientId) -> None:
    services.choose(ana, {"sectors": "business;energy", "languages": "ko;en;*"})
    assert services.less(ana, "sector", "20000256").sectors == ("04000000",)
    assert services.less(ana, "issuer", "acme").issuers_not == ("acme",)
    assert services.less(ana, "issuer", "acme").issuers_not == ("acme",), "twice is once"
    assert services.less(ana, "language", "ko").languages == ("en", "*")


def test_less_of_the_only_issuer_leaves_none(ana: RecipientId) -> None:
    """An empty list would mean all."""
    services.choose(ana, {"issuers_only": "acme"})
    services.less(ana, "issuer", "acme")
    assert not reached(issuer="acme") and not reached(issuer="other")


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("sector", "01000000"),
        ("language", "fr"),
        ("moon", "1"),
        ("sector", "nonsense"),
        ("sector", ""),
        ("issuer", "A B"),
        ("issuer", ";".join(f"issuer-{number}" for number in range(100))),
    ],
)
def test_less_of_what_is_not_there_is_refused(ana: RecipientId, what: str, value: str) -> None:
    with pytest.raises(BadInput):
        services.less(ana, what, value)  # type: ignore[arg-type]


def test_the_last_language_stays(ana: RecipientId) -> None:
    services.choose(ana, {"languages": "ko"})
    with pytest.raises(BadInput, match="no other language"):
        services.less(ana, "language", "ko")


def test_choices_reach_the_send(ana: RecipientId) -> None:
    services.choose(ana, {"hours": "8:00-18:00", "digest_at": "09:15", "timezone": "Asia/Seoul"})
    services.pause(services.stop_token(ana), until=parse_instant("2999-01-01T00:00Z"))
    key = (ana, services.choices(ana).languages[0])
    to = services.addressed([key], sectors=())[key]  # type: ignore[list-item,index]
    assert (to.hours, to.digest_at, to.timezone) == ("08:00-18:00", "09:15", "Asia/Seoul")
    assert (to.own_language, to.paused) == ("ko", True)


def test_nobody_there() -> None:
    with pytest.raises(NotFound):
        services.choices(RecipientId("j_nobody"))
