"""The rows of DESIGN.md on matching, languages, third-party content and restrictions, one by one."""

import pytest

from dateline.audience import services
from dateline.audience.tests.builders import (
    add,
    desktop,
    edition,
    journalist,
    languages_of,
    outlet,
    recipient,
    targeting,
)
from dateline.core.clock import FixedClock, Instant
from dateline.core.countries import Country
from dateline.core.languages import Language
from dateline.core.sectors import parse_sector
from dateline.core.words import Circuit, Manifest

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default"])]
ANA = "ana@daily.example"


def reached(asked: services.Targeting) -> list[str]:
    """Names of who has rows, sorted."""
    return sorted({*services.names([row.recipient for row in services.resolve(asked).rows]).values()})


def test_rows_say_what_dispatch_needs() -> None:
    add(outlet(), outlet("Mail Desk", channel="mail", country="JP", kind="agency"), journalist())
    rows = {row.kind: row for row in services.resolve(targeting("ko")).rows if row.kind != "site"}
    hooks = [row for row in services.resolve(targeting("ko", "en")).rows if row.kind == "site"]
    assert [(r.language, r.channel, r.format, r.endpoint, r.domain, r.person) for r in hooks] == [
        ("en", "webhook", "json", recipient("Harbour Post"), "post.example", ""),
        ("ko", "webhook", "json", recipient("Harbour Post"), "post.example", ""),
    ]
    agency, person = rows["agency"], rows["journalist"]
    assert (agency.channel, agency.format, agency.endpoint, agency.person) == (
        "mail",
        "mail",
        "mail:post.example",
        "",
    )
    assert (person.channel, person.format, person.endpoint) == ("mail", "mail", "mail:daily.example")
    assert person.recipient == "j_" + person.person and agency.country == "JP"


def test_a_circuits_country_is_where_the_recipient_works() -> None:
    add(journalist(), journalist("ben@daily.example", name="Ben", country="JP"))
    assert reached(targeting(rule=Circuit("japan", countries=(Country("JP"),)))) == ["Ben"]


def test_a_circuit_narrows_by_language_kind_and_sector() -> None:
    add(
        outlet("Paper", kind="paper"),
        outlet("Site"),
        outlet("Farmer", sectors="agriculture", kind="paper"),
        journalist(),
        journalist("ben@daily.example", name="Ben", languages="de"),
    )
    papers = Circuit("papers", kinds=("paper",))
    assert reached(targeting("ko", "de", rule=papers)) == ["Ana Kim", "Ben", "Paper"]
    german = Circuit("german", languages=(Language("de"),))
    assert reached(targeting("ko", "de", rule=german)) == ["Ben"]
    earnings = Circuit("earnings", sectors=(parse_sector("earnings"),))
    assert reached(targeting("ko", "de", rule=earnings)) == ["Ana Kim", "Ben", "Paper", "Site"]


def test_a_sector_matches_its_narrower_topics() -> None:
    add(journalist(sectors="business"), journalist("ben@daily.example", name="Ben", sectors="earnings"))
    assert reached(targeting(sectors=("earnings",))) == ["Ana Kim", "Ben"]
    assert reached(targeting(sectors=("business",))) == ["Ana Kim"]


def test_outlets_without_sectors_take_everything_and_journalists_nothing() -> None:
    add(outlet(), journalist(sectors=""), outlet("Farmer", sectors="agriculture"))
    assert reached(targeting(sectors=("business",))) == ["Harbour Post"]
    assert reached(targeting(sectors=())) == ["Harbour Post"]


def test_who_chose_every_topic_gets_every_topic() -> None:
    add(journalist(sectors="*"))
    assert reached(targeting(sectors=())) == ["Ana Kim"]


def test_sectors_and_keywords_are_alternatives_and_keywords_match_the_locked_text() -> None:
    add(
        journalist(sectors="sport", keywords="lithium"),
        journalist("ben@daily.example", name="Ben", sectors="", keywords="lithium"),
    )
    assert reached(targeting(text="A lithium mine")) == ["Ana Kim", "Ben"]
    assert reached(targeting(text="A copper mine")) == []
    assert reached(targeting(sectors=("sport",), text="A copper medal")) == ["Ana Kim"]


def test_keywords_of_a_circuit_match_the_locked_text() -> None:
    add(outlet())
    lithium = Circuit("lithium", keywords=("lithium",))
    assert reached(targeting(rule=lithium, text="Lithium, at last")) == ["Harbour Post"]
    add(outlet("Farmer", sectors="agriculture"))
    assert reached(targeting(rule=lithium, sectors=("agriculture",), text="Copper")) == ["Harbour Post"]
    assert reached(targeting(rule=lithium, sectors=("agriculture",), text="Lithium")) == [
        "Farmer",
        "Harbour Post",
    ]


def test_a_person_gets_the_first_of_their_languages_that_is_there_once() -> None:
    add(journalist(languages="ko;en;ja"))
    assert languages_of(ANA, targeting("ja", "en")) == ["en"]
    assert languages_of(ANA, targeting("en", "ko", "ja")) == ["ko"]
    assert languages_of(ANA, targeting("fr")) == []


def test_a_star_means_every_edition_to_an_outlet_and_the_original_to_a_person() -> None:
    add(outlet(languages="*"), journalist(languages="fr;*"))
    assert languages_of("Harbour Post", targeting("ko", "en", "ja")) == ["en", "ja", "ko"]
    assert languages_of(ANA, targeting("ko", "en")) == ["ko"]
    assert languages_of(ANA, targeting("ko", "fr")) == ["fr"]


def test_a_bare_language_takes_its_regional_forms() -> None:
    add(outlet(languages="en"), journalist(languages="en"))
    assert languages_of("Harbour Post", targeting("en-GB", "en-US")) == ["en-GB", "en-US"]
    assert languages_of(ANA, targeting("ko", "en-GB")) == ["en-GB"]


def test_a_late_edition_goes_to_persons_who_could_have_none_before_and_to_all_outlets() -> None:
    add(
        outlet(languages="*"),
        journalist(languages="ko;fr"),
        journalist("ben@daily.example", name="Ben", languages="fr;*"),
        journalist("eve@daily.example", name="Eve", languages="fr"),
    )
    late = targeting(editions=(edition("fr"),), public=(edition("ko", original=True),))
    assert reached(late) == ["Eve", "Harbour Post"]


def test_consent_on_record_is_needed_for_people() -> None:
    """I13: source and consent of each address are recorded; empty = never mailed."""
    add(journalist(consent=""), outlet(channel="mail"))
    assert reached(targeting()) == ["Harbour Post"]


def test_third_party_content_goes_by_push_only_to_who_asked_and_to_pull_by_default() -> None:
    add(
        outlet(),
        outlet("Open", third_party="yes"),
        outlet("Feed", channel="feed"),
        journalist(),
        journalist("ben@daily.example", name="Ben", third_party="yes"),
        desktop(),
    )
    manifest = services.resolve(targeting(origin="third-party"))
    assert reached(targeting(origin="third-party")) == ["Ben", "Open"]
    assert manifest.counts == {"outlets": 1, "journalists": 1, "desktops": 1, "pull": 1}


def test_restrictions_remove_recipients_everywhere() -> None:
    add(outlet(), outlet("Feed", channel="feed"), journalist(), desktop(), outlet("Berlin", country="DE"))
    manifest = services.resolve(targeting(restrict=("KR",)))
    assert manifest.counts == {"outlets": 1, "journalists": 0, "desktops": 0, "pull": 0}


def test_pull_and_desktops_are_counts_and_never_rows() -> None:
    add(
        outlet("Feed", channel="feed"),
        desktop(),
        desktop("t2", languages="en"),
        desktop("t3", sectors="sport"),
    )
    manifest = services.resolve(targeting("ko"))
    assert manifest.rows == ()
    assert manifest.counts == {"outlets": 0, "journalists": 0, "desktops": 1, "pull": 1}
    assert len(manifest.rule["desktops_sha256"]) == 64


def test_desktops_with_keywords_alone_take_only_those() -> None:
    add(desktop(keywords="lithium"), desktop("t2"))
    assert services.resolve(targeting(text="copper")).counts["desktops"] == 1
    assert services.resolve(targeting(text="lithium")).counts["desktops"] == 2


def test_the_same_address_as_outlet_and_person_gets_no_second_mail() -> None:
    """I4."""
    add(outlet(channel="mail", endpoint="ANA@daily.example"), journalist())
    rows = services.resolve(targeting()).rows
    assert [row.kind for row in rows] == ["site"]
    assert languages_of(ANA, targeting(rule=Circuit("papers", kinds=("paper",)))) == ["ko"]


def test_a_stopped_address_keeps_a_row_that_says_so() -> None:
    """I13, I3."""
    add(journalist(), outlet(channel="mail"))
    services.suppress("Ana@Daily.example", reason="hard bounce 5.1.1", source="relay")
    services.suppress("desk@post.example", reason="asked by phone", source="desk")
    manifest = services.resolve(targeting("ko"))
    assert {row.kind: row.suppressed for row in manifest.rows} == {
        "journalist": "hard bounce 5.1.1",
        "site": "asked by phone",
    }
    assert manifest.counts["journalists"] == 1


def test_whoever_paused_gets_nothing_until_then(clock: FixedClock) -> None:
    add(journalist())
    until = Instant(clock.now().replace(day=25))
    assert services.pause(services.stop_token(recipient(ANA)), until=until)
    assert services.resolve(targeting(), clock=clock).rows == ()
    clock.advance(86_400)
    assert len(services.resolve(targeting(), clock=clock).rows) == 1


def test_the_hash_covers_rule_rows_and_counts() -> None:
    add(outlet(), journalist(), desktop())
    first = services.resolve(targeting("ko"))
    assert services.resolve(targeting("ko")) == first
    hashes = {first.hash}

    def changed(manifest: Manifest) -> None:
        assert manifest.hash not in hashes
        hashes.add(manifest.hash)

    changed(services.resolve(targeting("ko", rule=Circuit("other"))))
    changed(services.resolve(targeting("ko", sectors=("business", "sport"))))
    add(desktop("t2", languages="ko", country="JP"))
    changed(services.resolve(targeting("ko")))
    add(journalist("ben@daily.example"))
    changed(services.resolve(targeting("ko")))
    services.suppress("ben@daily.example", reason="bounce", source="relay")
    changed(services.resolve(targeting("ko")))


def test_the_hash_does_not_depend_on_when_rows_came() -> None:
    rows = [journalist(f"p{n}@daily.example") for n in range(30)]
    services.import_rows(rows, "journalist")
    first = services.resolve(targeting())
    from dateline.audience.models import Journalist

    Journalist.objects.all().delete()
    services.import_rows(rows[::-1], "journalist")
    again = services.resolve(targeting())
    assert again.hash == first.hash and again.rows == first.rows


def test_the_locked_text_is_not_in_the_manifest() -> None:
    """I1."""
    add(journalist(keywords="lithium", sectors=""))
    manifest = services.resolve(targeting(text="lithium CANARY-93"))
    assert len(manifest.rows) == 1 and "CANARY" not in repr(manifest)


def test_an_empty_house_reaches_nobody() -> None:
    manifest = services.resolve(targeting())
    assert manifest.rows == () and set(manifest.counts.values()) == {0}
