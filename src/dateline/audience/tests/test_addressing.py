"""What a channel is told about its recipients at the moment of sending."""

import base64
from pathlib import Path

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from dateline.audience import services
from dateline.audience.models import Journalist
from dateline.audience.tests.builders import add, desktop, journalist, outlet, recipient
from dateline.core.ids import RecipientId
from dateline.core.languages import Language
from dateline.core.sectors import parse_sector
from dateline.plant.settings import get_settings

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default"])]
ANA, POST = "ana@daily.example", "Harbour Post"
BUSINESS = (parse_sector("business"),)


def one(text: str, language: str = "ko", sectors: tuple[str, ...] = BUSINESS) -> services.Addressed:
    key = (recipient(text), Language(language))
    return services.addressed([key], sectors=sectors)[key]  # type: ignore[arg-type]


def test_a_person_is_addressed_in_the_language_of_the_row() -> None:
    add(journalist(timezone="Asia/Seoul", mode="digest", cap="3"))
    found = one(ANA)
    assert found.endpoint.id == "mail:daily.example" and found.endpoint.channel == "mail"
    assert (found.endpoint.address, found.endpoint.name, found.endpoint.language) == (ANA, "Ana Kim", "ko")
    assert (found.timezone, found.mode, found.cap, found.suppressed) == ("Asia/Seoul", "digest", 3, "")
    assert recipient(ANA) == "j_" + found.person
    site, token = get_settings().site_url, services.stop_token(recipient(ANA))
    assert found.personal["stop_url"] == f"{site}/preferences/stop/{token}"
    assert found.personal["preferences_url"] == f"{site}/preferences/{token}/"
    assert found.personal["source"] == "sign-up form, 2026-03-01"
    why = found.personal["why"]
    assert why.startswith("관심 분야에") and "경제·금융" in why, "in the reader's own words"
    assert one(ANA, "en").personal["why"] == "your beats include Business, economy and finance"


def test_the_reason_names_only_beats_the_release_falls_under() -> None:
    add(journalist(sectors="business;sport;culture"), journalist("all@daily.example", sectors="*"))
    earnings = (parse_sector("earnings"), parse_sector("culture"))
    assert one(ANA, "en", earnings).personal["why"] == (
        "your beats include Business, economy and finance and Culture"
    )
    assert one("all@daily.example", "en").personal["why"] == "you chose to receive all releases"


def test_a_match_by_keyword_gives_the_keywords_as_reason() -> None:
    add(journalist(sectors="sport", keywords="lithium;fuel cell"))
    assert one(ANA, "en").personal["why"] == "your beats include fuel cell and lithium"


def test_defaults_come_from_the_country_and_the_settings() -> None:
    add(journalist(), journalist("us@daily.example", country="US"))
    assert (one(ANA).timezone, one(ANA).mode, one(ANA).cap) == (
        "Asia/Seoul",
        "immediate",
        get_settings().mail_day_cap,
    )
    assert one("us@daily.example").timezone == "UTC"


def test_an_outlet_may_stand_once_for_each_language() -> None:
    add(outlet(channel="mail"))
    who = recipient(POST)
    found = services.addressed([(who, Language("ko")), (who, Language("en"))], sectors=BUSINESS)
    assert found.keys() == {(who, "ko"), (who, "en")}
    assert found[who, Language("en")].personal["why"] == "you chose to receive all releases"
    assert found[who, Language("ko")].personal["why"] != found[who, Language("en")].personal["why"]
    assert found[who, Language("ko")].person == ""


def test_a_webhook_has_its_own_secret_that_shows_nowhere() -> None:
    add(outlet(encoding="utf-8", path="/in"), outlet("Other"))
    found, other = one(POST), one("Other")
    assert found.endpoint.id == recipient(POST) and found.endpoint.address == "https://post.example/hook"
    assert found.endpoint.options == {"format": "json", "encoding": "utf-8", "path": "/in"}
    assert found.personal == {} and len(found.endpoint.secret) == 32
    assert (
        found.endpoint.secret != other.endpoint.secret and one(POST).endpoint.secret == found.endpoint.secret
    )
    assert str(found.endpoint.secret) not in repr(found)


def test_a_secret_may_lie_in_a_file_of_the_home(home: Path) -> None:
    add(
        outlet(secret_ref="plain"),
        outlet("Standard", secret_ref="standard"),
        outlet("Broken", secret_ref="broken"),
        outlet("Gone", secret_ref="gone"),
    )
    folder = home / "secrets"
    folder.mkdir(exist_ok=True)
    (folder / "plain").write_text("agreed by phone\n")
    (folder / "standard").write_text("whsec_" + base64.b64encode(b"k" * 24).decode())
    (folder / "broken").write_text("whsec_%%%")
    assert one(POST).endpoint.secret == b"agreed by phone"
    assert one("Standard").endpoint.secret == b"k" * 24
    for name in ("Broken", "Gone"):
        assert f"secrets/{name.lower()}" in one(name).suppressed and one(name).endpoint.secret == b""


def test_suppression_and_withdrawn_consent_count_at_the_last_moment() -> None:
    """I13: a row made at lock is looked at again before it is sent."""
    add(journalist(), journalist("ben@daily.example"), outlet(channel="mail"))
    services.suppress(ANA, reason="asked by phone", source="desk")
    services.suppress("desk@post.example", reason="bounced", source="relay")
    Journalist.objects.filter(email="ben@daily.example").update(consent="")
    assert one(ANA).suppressed == "asked by phone"
    assert one("ben@daily.example").suppressed == "consent was withdrawn"
    assert one(POST).suppressed == "bounced"


def test_recipients_that_are_gone_are_left_out() -> None:
    add(desktop())
    rows = [(RecipientId("j_gone"), Language("ko")), (RecipientId("o_gone"), Language("ko"))]
    assert services.addressed([*rows, (recipient("terminal-1"), Language("ko"))], sectors=()) == {}
    assert services.addressed([], sectors=()) == {}


def test_a_batch_takes_a_handful_of_queries() -> None:
    people = [journalist(f"p{n}@daily.example") for n in range(2000)]
    services.import_rows(people, "journalist")
    add(outlet())
    rows = [(RecipientId(r), Language("ko")) for r in Journalist.objects.values_list("recipient", flat=True)]
    with CaptureQueriesContext(connections["default"]) as queries:
        found = services.addressed([*rows, (recipient(POST), Language("ko"))], sectors=BUSINESS)
    assert len(found) == 2001 and len(queries) <= 5
