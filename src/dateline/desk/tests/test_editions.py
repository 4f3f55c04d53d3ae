"""From story to edition: facts of the release reach every language, notices carry no text."""

from dataclasses import replace
from typing import Any

import pytest

from dateline.core.ids import ReleaseId
from dateline.core.languages import Language
from dateline.core.phrases import phrase
from dateline.core.words import Contact, IssuerRef, Story, Translation, VersionKind, edition_sha256
from dateline.desk.editions import Frame, editions_of, notice_of
from dateline.desk.tests.builders import picture, story

pytestmark = pytest.mark.unit


def frame(kind: VersionKind = "release", **changes: Any) -> Frame:
    values: dict[str, Any] = {
        "release": ReleaseId("k7m2x9qd4w"),
        "number": 1,
        "kind": kind,
        "original_language": Language("ko"),
        "slug": "museum-opens",
        "issuer": IssuerRef("museum", "Harbour Museum", 2),
        "lei": "529900T8BM49AURSDO55",
        "wire": "Dateline",
        "release_class": "normal",
        "origin": "issuer",
        "provider": "",
    }
    return Frame(**{**values, **changes})


def made(*stories: Story, **changes: Any) -> list[Any]:
    ids = iter(f"evt_{n}" for n in range(99))
    return list(editions_of(stories, stories[0], frame(**changes), lambda: next(ids)))


def test_an_edition_has_every_fact_that_is_fixed_before_t0() -> None:
    told = story("ko", subhead="Sub", byline="Ana", sectors=("04000000",), **picture())
    edition = made(told)[0]
    assert (edition.type, edition.version, edition.event_id) == ("released", 1, "evt_0")
    assert (edition.issuer, edition.lei, edition.wire) == (
        IssuerRef("museum", "Harbour Museum", 2),
        "529900T8BM49AURSDO55",
        "Dateline",
    )
    assert (edition.headline, edition.blocks, edition.media) == (told.headline, told.blocks, told.media)
    assert edition.path == "/ko/museum-opens-k7m2x9qd4w/"
    assert edition.is_original and edition.translation is None


def test_event_ids_are_not_shared() -> None:
    editions = made(story("ko"), story("en"), story("ja"))
    assert len({e.event_id for e in editions}) == 3


def test_labels_of_the_original_stick_to_every_edition_t32() -> None:
    original = story("ko", paid=True, state_affiliated=True)
    editions = made(original, story("en"), story("ja", ai_assisted=True))
    labels = {e.language: e.labels for e in editions}
    assert labels["en"] == ("paid", "state-affiliated")
    assert labels["ja"] == ("paid", "state-affiliated", "ai-assisted")


def test_facts_only_the_original_names_reach_the_others() -> None:
    contact = Contact("Ana", email="press@museum.example")
    original = story(
        "ko",
        sectors=("04000000",),
        countries=("KR",),
        tickers=("KRX:1",),
        contacts=(contact,),
        on_behalf_of="City",
    )
    other = made(original, story("en"))[1]
    assert (other.sectors, other.countries, other.tickers) == (("04000000",), ("KR",), ("KRX:1",))
    assert (other.contacts, other.on_behalf_of) == ((contact,), "City")


def test_a_restriction_of_one_edition_binds_all() -> None:
    editions = made(story("ko", restrict=("CN",)), story("en", restrict=("US", "CN")))
    assert {e.restrict for e in editions} == {("CN", "US")}


def test_a_translation_that_does_not_say_how_it_was_made_was_made_by_people_i10() -> None:
    machine = Translation("machine", "engine")
    editions = made(story("ko"), story("en"), story("ja", translation=machine))
    assert [e.translation for e in editions] == [None, Translation("human"), machine]


def test_third_party_content_has_a_disclaimer_in_each_language() -> None:
    third = {"origin": "third-party", "provider": "Agency"}
    original = story("ko", disclaimer="제3자 제공", **third)
    editions = made(original, story("de"), **third)
    assert editions[0].disclaimer == "제3자 제공"
    assert editions[1].disclaimer == phrase("disclaimer.third-party", "de")
    assert editions[1].labels == ("third-party",) and editions[1].provider == "Agency"
    assert made(original, story("de"), **third, standing_disclaimer="Ours")[1].disclaimer == "Ours"


def test_issuer_content_gets_no_disclaimer() -> None:
    assert made(story("ko"))[0].disclaimer == ""


def test_class_and_origin_are_those_of_the_release_not_of_a_story() -> None:
    edition = made(story("ko", release_class="normal"), release_class="regulated")[0]
    assert edition.release_class == "regulated"


@pytest.mark.parametrize("language", ["ko", "en", "ar"])
def test_a_kill_repeats_no_word_of_the_release(language: str) -> None:
    told = story("ko", **picture(), subhead="Sub", keywords=("hall",), sectors=("04000000",))
    last = (
        next(e for e in made(told, story(language)) if e.language == language)
        if language != "ko"
        else made(told)[0]
    )
    notice = notice_of(last, frame("kill", number=2, reason="Not from us."), "evt_k")
    assert notice.headline == phrase("notice.kill", language)
    assert not (notice.subhead or notice.byline or notice.blocks or notice.boilerplate or notice.media)
    assert not (notice.keywords or notice.sections or notice.dateline)
    assert (notice.type, notice.version, notice.reason) == ("killed", 2, "Not from us.")
    assert notice.supersedes == edition_sha256(last)
    assert (notice.slug, notice.sectors, notice.issuer) == (last.slug, last.sectors, last.issuer)


def test_a_withdrawal_keeps_the_headline_and_nothing_else_of_the_text() -> None:
    last = made(story("ko"))[0]
    notice = notice_of(last, frame("withdrawal", number=2, reason="Postponed."), "evt_w")
    assert (notice.type, notice.headline, notice.blocks) == ("withdrawn", last.headline, ())


def test_a_disclaimer_outlives_a_kill() -> None:
    last = replace(made(story("ko"))[0], origin="third-party", provider="Agency", disclaimer="Not ours")
    notice = notice_of(last, frame("kill", number=2, reason="x"), "evt_k")
    assert (notice.disclaimer, notice.provider) == ("Not ours", "Agency")
