"""The stop link of every mail, and the small page behind the same token."""

import pytest
from django.test import Client

from dateline.audience import services as audience
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.phrases import phrase

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
ADDRESS = "mei@paper.example"


@pytest.fixture
def token() -> str:
    row = {
        "email": ADDRESS,
        "name": "Mei Lim",
        "country": "SG",
        "languages": "en",
        "sectors": "20000256",
        "outlet": "Paper",
        "consent": "web form 2026-01-02",
    }
    assert audience.import_rows([row], "journalist").created == 1
    found = audience.find(ADDRESS)
    assert found is not None
    return audience.stop_token(found.recipient)


def test_opening_the_link_stops_nothing(token: str, anonymous: Client) -> None:
    """Mail scanners open links."""
    for address in (f"/preferences/stop/{token}", f"/preferences/stop/{token}/"):
        response = anonymous.get(address)
        assert response.status_code == 200 and b'<form method="post"' in response.content
        assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not audience.is_suppressed(ADDRESS)


@pytest.mark.parametrize("slash", ["", "/"])
def test_one_click_stops_without_cookie_or_redirect(token: str, anonymous: Client, slash: str) -> None:
    """RFC 8058: the mail program posts `List-Unsubscribe=One-Click`; I13: for good."""
    response = anonymous.post(
        f"/preferences/stop/{token}{slash}",
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 200 and not response.cookies
    assert audience.is_suppressed(ADDRESS)
    again = anonymous.post(f"/preferences/stop/{token}{slash}")
    assert again.status_code == 200


def test_the_button_stops_as_well(token: str, anonymous: Client) -> None:
    response = anonymous.post(f"/preferences/stop/{token}?language=de")
    assert phrase("stop.done", "de") in response.content.decode()
    assert audience.is_suppressed(ADDRESS)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["stop/{}", "stop/{}/", "{}/"])
def test_unknown_tokens_find_the_same_nothing(anonymous: Client, method: str, path: str) -> None:
    found = [
        getattr(anonymous, method)("/preferences/" + path.format(token))
        for token in ("x", "j_" + "0" * 32 + "-" + "0" * 32, "o_nobody-" + "0" * 32, "d_" + "0" * 32)
    ]
    assert {response.status_code for response in found} == {404}
    assert len({response.content for response in found}) == 1


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_the_question_is_in_the_readers_language(token: str, anonymous: Client, language: str) -> None:
    found = audience.find(ADDRESS)
    assert found is not None
    text = anonymous.get(f"/preferences/stop/{token}?language={language}").content.decode()
    assert f'<html lang="{language}"' in text and phrase("stop.confirm", language) in text
    audience.choose(found.recipient, {"languages": f"{language};en"})
    own = anonymous.get(f"/preferences/stop/{token}", headers={"accept-language": "en"}).content.decode()
    assert own == text, "their own language, whatever the browser says"
    audience.choose(found.recipient, {"languages": "*"})
    asked = anonymous.get(f"/preferences/stop/{token}", headers={"accept-language": language})
    assert asked.content.decode() == text, "of who takes any, the browser's"


def test_a_mails_links_lessen_and_never_add(token: str, anonymous: Client) -> None:
    """Whoever was forwarded a mail holds them."""
    found = audience.find(ADDRESS)
    assert found is not None
    page = f"/preferences/{token}/"
    assert phrase("preferences.saved", "en") in anonymous.post(page, {"fewer": "few"}).content.decode()
    assert audience.choices(found.recipient).cap == 3
    anonymous.post(page, {"fewer": "digest"})
    assert audience.choices(found.recipient).mode == "digest"
    assert anonymous.post(page, {"act": "save", "sectors": "01000000"}).status_code == 404
    assert anonymous.post(page, {"fewer": "none"}).status_code == 404
    before = audience.choices(found.recipient)
    assert anonymous.post(page, {"link": "1"}).status_code == 200
    assert audience.choices(found.recipient) == before


def test_the_stop_page_offers_fewer_and_a_pause(token: str, anonymous: Client) -> None:
    text = anonymous.get(f"/preferences/stop/{token}").content.decode()
    assert phrase("mail.fewer", "en") in text and phrase("mail.pause", "en") in text


def test_the_page_names_the_source_and_pauses(token: str, anonymous: Client) -> None:
    text = anonymous.get(f"/preferences/{token}/").content.decode()
    assert "Mei Lim" in text and "web form 2026-01-02" in text
    assert ADDRESS not in text  # a forwarded link shows no address
    paused = anonymous.post(f"/preferences/{token}/", {"pause": "week"}).content.decode()
    assert "Paused until" in paused
    resumed = anonymous.post(f"/preferences/{token}/", {"resume": "1"}).content.decode()
    assert "Mail goes on." in resumed
    assert anonymous.post(f"/preferences/{token}/", {"pause": "century"}).status_code == 404


def test_the_links_in_mail_lead_here(token: str, anonymous: Client) -> None:
    """What audience writes into mails is what this face serves."""
    found = audience.find(ADDRESS)
    assert found is not None
    from dateline.core.languages import Language

    key = (found.recipient, Language("en"))
    personal = audience.addressed([key], sectors=())[key].personal
    for name in ("stop_url", "preferences_url"):
        path = personal[name].removeprefix("http://127.0.0.1:8080")
        assert anonymous.get(path).status_code == 200
