"""Links by mail, double opt-in, export and erasure."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dateline.audience import joining, services
from dateline.audience.models import Journalist, Link, Suppression
from dateline.audience.tests.builders import add, journalist, recipient, targeting
from dateline.core.clock import FixedClock, SystemClock
from dateline.core.errors import BadInput, NotFound
from dateline.core.events import Erased, Event, LetterAsked, Suppressed
from dateline.core.ids import RecipientId
from dateline.core.languages import WIRE_LANGUAGES, Language
from dateline.plant.db.outbox import follow

pytestmark = [pytest.mark.room, pytest.mark.django_db]
ANA = "ana@daily.example"
EN = Language("en")
FORM = {"name": "Bo Lee", "country": "SG", "languages": "en;ms", "sectors": "energy", "outlet": "The Post"}


def events(*kinds: type[Event]) -> list[Event]:
    """What was said since the last look."""
    found: list[Event] = []
    follow("joining-test", dict.fromkeys(kinds, found.append))
    return found


def token() -> str:
    """Of the newest link."""
    return joining.link_token(Link.objects.latest("asked_at").link)


def test_a_link_signs_in_once() -> None:
    add(journalist(ANA))
    services.ask_link("ANA@Daily.example", language=EN)
    [asked] = events(LetterAsked)
    assert isinstance(asked, LetterAsked) and ANA not in str(asked)
    found = services.opened_link(token())
    assert found is not None and (found.state, found.purpose, found.address) == (
        "good",
        "open",
        "a…@daily.example",
    )
    letter = services.letter(asked.letter)
    assert letter.address == ANA and letter.url.endswith(f"/preferences/open/{token()}/")
    assert services.opened_link(token()) == found, "opening changes nothing"
    assert services.use_link(token()) == recipient(ANA)
    assert services.use_link(token()) is None, "replayed"
    used = services.opened_link(token())
    assert used is not None and used.state == "used" and used.used_at is not None
    with pytest.raises(NotFound):
        services.letter(asked.letter)


def test_a_link_ends_after_its_minutes() -> None:
    add(journalist(ANA))
    clock = FixedClock(SystemClock().now())
    services.ask_link(ANA, language=EN, clock=clock)
    clock.advance(30 * 60 + 1)
    found = services.opened_link(token(), clock=clock)
    assert found is not None and found.state == "expired"
    assert services.use_link(token(), clock=clock) is None


@pytest.mark.parametrize("change", ["", "0", "x" * 96, "\udcff"])
def test_a_link_that_is_not_ours_is_nothing(change: str) -> None:
    add(journalist(ANA))
    services.ask_link(ANA, language=EN)
    wrong = change or token()[:-1] + ("0" if token()[-1] != "0" else "1")
    assert services.opened_link(wrong) is None and services.use_link(wrong) is None


def test_nothing_goes_to_unknown_stopped_or_unwilling_addresses() -> None:
    """I13; and whoever asks cannot tell."""
    add(journalist(ANA), journalist("ben@daily.example", consent=""))
    services.suppress(ANA, reason="bounced", source="test")
    events(LetterAsked)
    for address in (ANA, "ben@daily.example", "nobody@daily.example"):
        services.ask_link(address, language=EN)
    services.ask_join(ANA, FORM, language=EN)
    assert events(LetterAsked) == [] and not Link.objects.exists()
    with pytest.raises(BadInput):
        services.ask_link("no address", language=EN)


@pytest.mark.parametrize("case", ["known", "unknown", "stopped", "often"])
def test_the_database_has_the_same_to_write_for_every_address(
    case: str, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    """I15: a commit takes milliseconds, and a request without one would tell that nobody is there."""
    add(journalist(ANA))
    if case == "stopped":
        services.suppress(ANA, reason="bounced", source="test")
    for _ in range(3 if case == "often" else 0):
        services.ask_link(ANA, language=EN)
    with django_assert_max_num_queries(30) as seen:
        services.ask_link("nobody@daily.example" if case == "unknown" else ANA, language=EN)
    written = [query["sql"] for query in seen.captured_queries]
    assert any(sql.startswith("INSERT INTO") and "audience_link" in sql for sql in written)
    assert Link.objects.count() == {"known": 1, "often": 3}.get(case, 0)


def test_nobody_is_flooded() -> None:
    add(journalist(ANA))
    for _ in range(10):
        services.ask_link(ANA, language=EN)
    assert len(events(LetterAsked)) == 3


def test_joining_takes_two_steps_and_records_both() -> None:
    """I13: source and consent of each address are recorded."""
    services.ask_join("Bo@Post.example", FORM, language=EN)
    assert services.find("bo@post.example") is None, "nothing before the confirmation"
    found = services.opened_link(token())
    assert found is not None and found.purpose == "join" and "email" not in found.wanted
    who = services.use_link(token())
    assert who is not None and who == recipient("bo@post.example")
    row = Journalist.objects.get(recipient=who)
    assert "asked at http://127.0.0.1:8080/preferences/join/ on 20" in row.consent
    assert "confirmed by the mailed link on 20" in row.consent
    told = services.addressed([(who, EN)], sectors=())[who, EN].personal["source"]
    assert told.startswith("the form at 127.0.0.1:8080/preferences/join, 20") and told.endswith(" UTC")
    assert "." not in told.partition("join, ")[2], "to the minute: the record itself has more"
    assert (row.source, row.email, row.languages, row.sectors) == (
        "joined",
        "Bo@post.example",
        "en;ms",
        "20000256",
    )
    assert [r.recipient for r in services.resolve(targeting("en", sectors=("energy",))).rows] == [who]
    assert Link.objects.get().wanted == "", "the form is gone once it was used"


def test_an_import_before_the_confirmation_takes_no_part_in_it() -> None:
    """Somebody who is on a list without consent joins by themselves; the list changes nothing after."""
    add(journalist("bo@post.example", consent="", sectors="business"))
    services.ask_join("bo@post.example", FORM, language=EN)
    who = services.use_link(token())
    assert who is not None
    services.import_rows([journalist("bo@post.example", consent="", sectors="business")], "journalist")
    now = services.choices(who)
    assert now.sectors == ("20000256",) and now.consent.startswith("asked at")


def test_who_is_there_already_gets_a_link_to_preferences() -> None:
    add(journalist(ANA))
    services.ask_join(ANA, FORM, language=EN)
    found = services.opened_link(token())
    assert found is not None and found.purpose == "open"
    assert services.choices(recipient(ANA)).name == "Ana Kim", "a form by somebody else changes nothing"


@pytest.mark.parametrize("field", ["country", "languages", "sectors"])
def test_a_form_with_a_gap_names_the_field(field: str) -> None:
    with pytest.raises(BadInput) as refused:
        services.ask_join("bo@post.example", {**FORM, field: ""}, language=EN)
    assert refused.value.where == field


def test_stopping_between_the_steps_wins() -> None:
    services.ask_join("bo@post.example", FORM, language=EN)
    services.suppress("bo@post.example", reason="complaint", source="test")
    assert services.use_link(token()) is None
    assert services.find("bo@post.example") is None


def test_old_links_and_the_addresses_in_them_are_dropped() -> None:
    clock = FixedClock(SystemClock().now())
    services.ask_join("bo@post.example", FORM, language=EN, clock=clock)
    clock.advance(timedelta(days=3).total_seconds())
    services.ask_join("cy@post.example", FORM, language=EN, clock=clock)
    assert Link.objects.count() == 1


def test_the_copy_holds_all_and_is_plain_json() -> None:
    add(journalist(ANA))
    services.ask_link(ANA, language=EN)
    held = services.held_about(recipient(ANA))
    text = json.dumps(held)
    person = held["person"]
    assert person["email"] == ANA and person["languages"] == ["ko", "en"] and person["consent"]
    assert {field.name for field in Journalist._meta.concrete_fields} == set(person)
    assert [link["purpose"] for link in held["links"]] == ["open"]
    assert token() not in text, "no key to anything"


def test_an_erased_person_is_gone_but_for_the_hash_that_keeps_them_so() -> None:
    add(journalist(ANA), journalist("ben@daily.example"))
    services.ask_link(ANA, language=EN)
    who = RecipientId(recipient(ANA))
    events(Suppressed, Erased)
    assert services.erase(who)
    assert not services.erase(who)
    assert [type(event) for event in events(Suppressed, Erased)] == [Suppressed, Erased]
    assert services.find(ANA) is None and not Link.objects.exists()
    assert [row.key for row in Suppression.objects.all()] == [who.removeprefix("j_")]
    assert services.is_suppressed(ANA)
    assert services.person_choices(who) is None
    result = services.import_rows([journalist("ben@daily.example"), journalist(ANA)], "journalist")
    assert services.find(ANA) is None, "a re-import brings nothing back"
    assert [(r.line, "erased" in r.reason) for r in result.rejected] == [(3, True)]
    with pytest.raises(NotFound):
        services.held_about(who)


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_where_an_address_came_from_is_told_in_the_readers_language(language: str) -> None:
    record = (
        "asked at https://wire.example/preferences/join/ on 2026-11-25T12:49:15.559Z,"
        " confirmed by the mailed link on 2026-11-25T12:51:16.643Z"
    )
    told = services.consent_words(record, language)
    for words in ("wire.example/preferences/join", "2026-11-25 12:49 UTC", "2026-11-25 12:51 UTC"):
        assert words in told
    assert "asked at" not in told and "T12" not in told
    assert services.consent_words("press list of 2024", language) == "press list of 2024"
