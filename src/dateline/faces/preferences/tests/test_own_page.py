"""The person's own page: sentences, changes in place, pause, stop, why, copy, erasure."""

import json
from html import unescape
from pathlib import Path

import jsonschema_rs
import pytest
from django.test import Client

from dateline.audience import services as audience
from dateline.core.ids import RecipientId
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.phrases import phrase
from dateline.core.sectors import label
from dateline.dispatch.tests.builders import dispatching, eventually, states
from dateline.dispatch.upstream import House
from dateline.faces.preferences.session import COOKIE
from dateline.faces.preferences.tests.kit import ADDRESS, add_journalist, press, sign_in
from dateline.faces.tests import press as newsroom
from dateline.testing.fake_channel import FakeChannel

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
SCHEMA = Path(__file__).parents[3] / "core" / "schemas" / "person.json"


@pytest.fixture
def mei(anonymous: Client) -> RecipientId:
    found = add_journalist()
    sign_in(anonymous)
    return found


def test_it_says_in_sentences_what_comes(mei: RecipientId, anonymous: Client) -> None:
    text = unescape(anonymous.get("/preferences/").content.decode())
    assert f"You get releases about {label('20000256')}." in text
    assert "At once, at most 10 a day; the rest in one mail at 07:00." in text
    assert ADDRESS in text and "web form 2026-01-02" in text


def test_everything_is_changed_in_place(mei: RecipientId, anonymous: Client, house: None) -> None:
    text = press(
        anonymous,
        "/preferences/",
        act="save",
        sectors=["20000256", "04000000"],
        keywords="lithium; cobalt",
        languages=["ms", "", "en", ""],
        countries=["ID", "SG"],
        issuers_not=[newsroom.ISSUER],
        mode="digest",
        digest_at="06:30",
        cap="4",
        hours="8:00-18:30",
        timezone="Asia/Singapore",
        third_party="yes",
    )
    now = audience.choices(mei)
    assert now.sectors == ("04000000", "20000256") and now.keywords == ("cobalt", "lithium")
    assert now.languages == ("ms", "en") and now.countries == ("ID", "SG")
    assert now.issuers_not == (newsroom.ISSUER,) and (now.mode, now.digest_at, now.cap) == (
        "digest",
        "06:30",
        4,
    )
    assert (now.hours, now.timezone, now.third_party) == ("08:00-18:30", "Asia/Singapore", True)
    assert phrase("preferences.saved", "ms") in text and "Tidak daripada Harbour Museum." in text


def test_a_wrong_field_is_said_beside_it_and_nothing_is_lost(mei: RecipientId, anonymous: Client) -> None:
    before = audience.choices(mei)
    text = press(
        anonymous, "/preferences/", act="save", languages=["en"], sectors=["20000256"], mode="digest",
        hours="late", keywords="lithium",
    )  # fmt: skip
    assert 'value="late"' in text and 'value="lithium"' in text and 'id="hours-error"' in text
    assert audience.choices(mei) == before


@pytest.mark.parametrize("act", ["week", "month"])
def test_pause_and_resume(mei: RecipientId, anonymous: Client, act: str) -> None:
    assert "Paused until" in press(anonymous, "/preferences/", act=act)
    assert audience.choices(mei).paused_until is not None
    assert phrase("preferences.resumed", "en") in press(anonymous, "/preferences/", act="resume")
    assert audience.choices(mei).paused_until is None


def test_pause_until_a_day_of_theirs(mei: RecipientId, anonymous: Client) -> None:
    audience.choose(mei, {"timezone": "Asia/Singapore"})
    press(anonymous, "/preferences/", act="until", until="2030-05-01")
    until = audience.choices(mei).paused_until
    assert until is not None and until.isoformat() == "2030-04-30T16:00:00+00:00"
    for wrong in ("", "soon", "2001-01-01", "9999-12-31"):
        assert 'id="until-error"' in press(anonymous, "/preferences/", act="until", until=wrong)


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_the_page_is_in_the_persons_own_language(anonymous: Client, language: str) -> None:
    add_journalist(languages=f"{language};en", sectors="20000256;04000000")
    sign_in(anonymous)
    text = anonymous.get("/preferences/").content.decode()
    assert f'<html lang="{language}"' in text and phrase("preferences.recent-empty", language) in unescape(
        text
    )


def test_strangers_are_sent_to_ask_for_a_link(anonymous: Client) -> None:
    for path in ("export/", "erase/", "why/k7m2x9qd4w/"):
        response = anonymous.get(f"/preferences/{path}")
        assert (response.status_code, response.headers["Location"]) == (302, "/preferences/")


def test_a_form_of_another_site_changes_nothing(mei: RecipientId, anonymous: Client) -> None:
    assert anonymous.post("/preferences/", {"act": "week"}).status_code == 403
    assert anonymous.post("/preferences/erase/").status_code == 403
    assert audience.find(ADDRESS) is not None


def test_the_copy_is_all_and_fits_its_schema(mei: RecipientId, anonymous: Client) -> None:
    response = anonymous.get("/preferences/export/")
    assert "attachment" in response.headers["Content-Disposition"]
    document = json.loads(response.content)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert list(jsonschema_rs.Draft202012Validator(schema).iter_errors(document)) == []
    assert document["person"]["email"] == ADDRESS and document["deliveries"] == []


def test_erasing_asks_first_and_signs_out(mei: RecipientId, anonymous: Client) -> None:
    assert anonymous.get("/preferences/erase/").status_code == 200
    assert audience.find(ADDRESS) is not None
    assert phrase("preferences.erase-done", "en") in press(anonymous, "/preferences/erase/")
    assert audience.find(ADDRESS) is None and audience.is_suppressed(ADDRESS)
    assert anonymous.cookies[COOKIE].value == ""


def test_a_session_ends_with_the_stop(mei: RecipientId, anonymous: Client) -> None:
    anonymous.post(f"/preferences/stop/{audience.stop_token(mei)}")
    assert ADDRESS not in anonymous.get("/preferences/").content.decode()


@pytest.mark.django_db(databases=["default", "ledger"], transaction=True)
def test_why_did_i_get_this_and_less_of_it(anonymous: Client) -> None:
    newsroom.add_house()
    mei = add_journalist(languages="en;ar", sectors="20000256;04000000")
    sector = newsroom.rich().sectors
    version = newsroom.held(newsroom.story(sectors=sector), newsroom.story("ar", sectors=sector))
    with dispatching(House(), FakeChannel("mail")):  # type: ignore[arg-type]
        from dateline.wire import services as wire

        assert wire.lift(version)
        newsroom.work()
        eventually(lambda: states() == {"accepted": 1})
    from dateline.desk import services as desk

    release = desk.version(version).release
    sign_in(anonymous)
    home = unescape(anonymous.get("/preferences/").content.decode())
    assert newsroom.TEXTS["en"][0] in home and f"/preferences/why/{release}/" in home
    why = f"/preferences/why/{release}/"
    text = unescape(anonymous.get(why).content.decode())
    assert "You get this because your beats include" in text
    assert "Nothing more from Harbour Museum" in text and "Nothing more in English" in text
    assert audience.choices(mei).issuers_not == (), "looking changes nothing"
    said = press(anonymous, why, less="issuer", value=newsroom.ISSUER)
    assert phrase("preferences.less-done", "en") in said
    assert audience.choices(mei).issuers_not == (newsroom.ISSUER,)
    press(anonymous, why, less="sector", value="20000256")
    assert audience.choices(mei).sectors == ("04000000",)
    press(anonymous, why, less="language", value="en")
    assert audience.choices(mei).languages == ("ar",)
    assert phrase("preferences.less-refused", "ar") in press(anonymous, why, less="language", value="ar")
    by_mail = Client(enforce_csrf_checks=True)
    link = f"/preferences/{audience.stop_token(mei)}/why/{release}/"
    assert by_mail.post(link, {"less": "sector", "value": "04000000"}).status_code == 200
    assert audience.choices(mei).sectors == ()
    assert ADDRESS not in by_mail.get(link).content.decode()
    document = json.loads(anonymous.get("/preferences/export/").content)
    assert [d["state"] for d in document["deliveries"]] == ["accepted"]
    assert anonymous.get("/preferences/why/k7m2x9qd4w/").status_code == 404
