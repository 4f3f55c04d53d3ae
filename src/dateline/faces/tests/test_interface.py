"""The language of the desks' pages: what a person chose, else what the browser asks for, else English."""

import pytest
from django.test import Client

from dateline.faces import interface
from dateline.faces.tests import press
from dateline.issuers import services as issuers

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(databases=["default", "ledger"]),
    pytest.mark.usefixtures("compiled_catalogues"),
]
ARABIC = '<html lang="ar" dir="rtl">'
ENGLISH = '<html lang="en" dir="ltr">'


def _client_of(name: str) -> Client:
    client = Client()
    client.post(f"/accounts/in/{issuers.new_sign_in(name)}/")
    return client


def _page(client: Client, path: str = "/portal/", accept: str = "") -> str:
    return client.get(path, headers={"accept-language": accept}).content.decode()


@pytest.mark.parametrize(
    ("accept", "opening"),
    [
        ("ar", ARABIC),
        ("ar-EG;q=0.9, xx, de;q=0.5", ARABIC),
        ("zh-TW", '<html lang="zh-Hant" dir="ltr">'),
        ("pt", '<html lang="pt-BR" dir="ltr">'),
        ("sw, tlh", ENGLISH),
        ("", ENGLISH),
        ("\x00;q=x, " * 40, ENGLISH),
    ],
)
def test_the_browser_is_followed_where_nobody_has_chosen(
    anonymous: Client, accept: str, opening: str
) -> None:
    assert opening in _page(anonymous, "/accounts/", accept)


def test_a_language_without_a_complete_catalogue_is_not_offered(
    anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a page in one language and half in another helps nobody."""
    monkeypatch.setattr(interface, "offered", lambda: ("en", "de"))
    text = _page(anonymous, "/accounts/", "ar, de;q=0.4")
    assert '<html lang="de" dir="ltr">' in text and 'value="ar"' not in text


def test_a_choice_is_kept_in_the_account_and_goes_before_the_browser() -> None:
    press.add_house()
    client = _client_of("ana")
    assert ENGLISH in _page(client, accept="en")
    answer = client.post("/accounts/language/", {"language": "ar", "next": "/portal/new/"})
    assert answer.status_code == 302 and answer.headers["Location"] == "/portal/new/"
    assert ARABIC in _page(client, accept="de")
    assert issuers.person("ana").language == "ar"
    elsewhere = _client_of("ana")
    assert ARABIC in _page(elsewhere, accept="de"), "another browser of the same person"
    elsewhere.cookies[interface.COOKIE] = "ko"
    assert ARABIC in _page(elsewhere), "the account goes before what somebody else chose in this browser"


def test_a_choice_before_sign_in_is_kept_in_the_browser(anonymous: Client) -> None:
    client = Client()
    client.post("/accounts/language/", {"language": "ja", "next": "/accounts/"})
    assert '<html lang="ja" dir="ltr">' in _page(client, "/accounts/", "de")
    kept = client.cookies[interface.COOKIE]
    assert kept["httponly"] and kept["samesite"] == "Lax" and int(kept["max-age"]) > 86400


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "portal", ""],
)
def test_it_leads_to_no_other_site(back: str) -> None:
    answer = Client().post("/accounts/language/", {"language": "de", "next": back})
    assert answer.headers["Location"] == "/portal/"


def test_what_is_no_language_changes_nothing_and_reading_changes_nothing(anonymous: Client) -> None:
    client = Client()
    for wrong in ("tlh", "../../etc", "", "en\r\nSet-Cookie: x=1"):
        answer = client.post("/accounts/language/", {"language": wrong, "next": "/accounts/"})
        assert answer.status_code == 302 and interface.COOKIE not in client.cookies
    assert client.get("/accounts/language/").status_code == 405
    assert anonymous.post("/accounts/language/", {"language": "ar"}).status_code == 403, "without its token"


def test_an_address_with_a_person_in_it_is_not_repeated_on_the_page() -> None:
    press.add_house()
    text = _page(_client_of("ana"), "/portal/?recipient=ada@example.org")
    assert "/accounts/language/" in text and "ada@example.org" not in text


def test_errors_speak_the_language_of_the_browser_and_say_so_to_caches(anonymous: Client) -> None:
    answer = anonymous.get("/nothing/here/", headers={"accept-language": "ar"})
    assert answer.status_code == 404 and ARABIC in answer.content.decode()
    varies = {one.strip().lower() for one in answer.headers["Vary"].split(",")}
    assert "accept-language" in varies and "cookie" not in varies  # a page of the public asks for none
    anonymous.cookies[interface.COOKIE] = "ar"
    assert ENGLISH in _page(anonymous, "/nothing/here/", "en"), "nor does what it says of itself follow one"


def test_pages_of_the_public_follow_their_address_alone(anonymous: Client) -> None:
    anonymous.cookies[interface.COOKIE] = "ar"
    assert '<html lang="de" dir="ltr">' in _page(anonymous, "/de/", "ar")
