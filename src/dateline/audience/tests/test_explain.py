"""One code and one plain sentence for every reason why somebody does or does not get a release (I3)."""

from typing import Any, get_args

import pytest

from dateline.audience import services
from dateline.audience.rules import Verdict
from dateline.audience.tests.builders import add, desktop, edition, journalist, outlet, recipient, targeting
from dateline.core.clock import FixedClock, Instant
from dateline.core.countries import Country
from dateline.core.errors import NotFound
from dateline.core.ids import RecipientId
from dateline.core.languages import Language
from dateline.core.sectors import parse_sector
from dateline.core.words import Circuit

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default"])]
ANA, POST = "ana@daily.example", "Harbour Post"
LATE: dict[str, Any] = {"editions": (edition("fr"),), "public": (edition("ko", original=True),)}

# code: rows, whom we ask about, targeting, words of the sentence
CASES: dict[str, tuple[list[dict[str, str]], str, dict[str, Any], list[str]]] = {
    "matched": ([journalist()], ANA, {}, ["Ana Kim matched", "in ko by mail"]),
    "kind": (
        [outlet()],
        POST,
        {"rule": Circuit("papers", kinds=("paper",))},
        ["of the kind site", "papers", "only paper"],
    ),
    "country": (
        [journalist()],
        ANA,
        {"rule": Circuit("dach", (Country("DE"),))},
        ["KR", "dach"],
    ),
    "language": (
        [journalist()],
        ANA,
        {"rule": Circuit("german", languages=(Language("de"),))},
        ["takes ko, en", "german is for de"],
    ),
    "sector": (
        [journalist()],
        ANA,
        {"rule": Circuit("sports", sectors=(parse_sector("sport"),))},
        ["circuit sports", "Sport"],
    ),
    "consent": ([journalist(consent="")], ANA, {}, ["no consent", "never mailed"]),
    "no-choice": ([journalist(sectors="")], ANA, {}, ["chosen no sectors"]),
    "choice": (
        [journalist(sectors="sport", keywords="lithium")],
        ANA,
        {},
        ["asked for Sport or the words “lithium”", "is about Business"],
    ),
    "own-country": (
        [journalist()],
        ANA,
        {"countries": (Country("JP"),)},
        ["wants news about SG only", "about JP"],
    ),
    "own-issuer": ([journalist()], ANA, {"issuer": "acme"}, ["wants nothing from the issuer acme"]),
    "third-party": (
        [journalist()],
        ANA,
        {"origin": "third-party"},
        ["not asked for third-party content", "mail"],
    ),
    "paused": ([journalist()], ANA, {}, ["paused"]),
    "language-not-there": ([journalist(languages="fr;ja")], ANA, {}, ["takes fr, ja", "there are ko"]),
    "earlier-edition": ([journalist(languages="ko;fr")], ANA, LATE, ["went out before (ko)"]),
    "same-person": (
        [journalist(), outlet(channel="mail", endpoint=ANA)],
        ANA,
        {},
        ["same person as Harbour Post"],
    ),
    "restricted": ([journalist()], ANA, {"restrict": ("KR",)}, ["works in KR", "must not be distributed"]),
    "suppressed": ([journalist()], ANA, {}, ["is suppressed", "bounced 5.1.1"]),
}


def test_every_verdict_has_a_case() -> None:
    assert set(CASES) == set(get_args(Verdict))


@pytest.mark.parametrize("code", CASES)
def test_every_reason_has_its_code_and_sentence(code: str, clock: FixedClock) -> None:
    rows, who, asked, words = CASES[code]
    add(*rows)
    if code == "paused":
        services.pause(services.stop_token(recipient(who)), until=Instant(clock.now().replace(year=2027)))
    if code.startswith("own-"):
        chosen = {"countries": "SG"} if code == "own-country" else {"issuers_not": "acme"}
        services.choose(recipient(who), chosen)
    if code == "suppressed":
        services.suppress(who, reason="bounced 5.1.1", source="relay")
    said = services.explain(recipient(who), targeting(**asked), clock=clock)
    assert (said.rule, said.matched) == (code, code == "matched")
    assert all(word in said.sentence for word in words), said.sentence
    assert said.sentence.count(". ") == 0 and said.sentence.endswith(".")
    assert said.language == ("ko" if code == "matched" else "")


def test_an_outlet_hears_of_all_its_editions() -> None:
    add(outlet())
    said = services.explain(recipient(POST), targeting("ko", "en", "ja"))
    assert said.language == "ko, en" and "in ko and en by webhook" in said.sentence


def test_pull_and_desktops_are_explained_without_a_delivery() -> None:
    add(outlet(channel="feed"), desktop())
    assert "fetches the news itself" in services.explain(recipient(POST), targeting()).sentence
    assert "no delivery is made" in services.explain(recipient("terminal-1"), targeting()).sentence


def test_a_release_without_sectors_is_called_that() -> None:
    add(journalist())
    assert "no sector at all" in services.explain(recipient(ANA), targeting(sectors=())).sentence


def test_restriction_is_named_only_when_everything_else_matched() -> None:
    add(journalist(consent=""))
    assert services.explain(recipient(ANA), targeting(restrict=("KR",))).rule == "consent"


def test_unknown_recipients_are_not_found() -> None:
    with pytest.raises(NotFound, match="no recipient 'j_nobody'"):
        services.explain(RecipientId("j_nobody"), targeting())
