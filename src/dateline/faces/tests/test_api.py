"""The API: the gapless log with filters, its errors, its announcement and its document."""

import json
from typing import Any

import pytest
from django.test import Client

from dateline.core.filters import NAMES
from dateline.core.languages import WIRE_LANGUAGES
from dateline.faces.tests import press
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def ask(client: Client, query: str, status: int = 200) -> dict[str, Any]:
    response = client.get(f"/api/v1/wire?{query}")
    assert response.status_code == status, response.content
    kind = "application/json" if status == 200 else "application/problem+json"
    assert response.headers["Content-Type"] == kind
    document: dict[str, Any] = json.loads(response.content)
    return document


def languages(page: dict[str, Any]) -> list[str]:
    return [row["event"]["language"] for row in page["events"]]


def test_the_root_says_where_things_are(house: None, anonymous: Client) -> None:
    assert json.loads(anonymous.get("/api/v1/").content) == {
        "wire": "Dateline",
        "stream": "http://127.0.0.1:8081/stream",
        "ws": "ws://127.0.0.1:8081/ws",
        "passes": "open",
        "log": "http://127.0.0.1:8080/api/v1/wire",
        "languages": list(WIRE_LANGUAGES),
    }


def test_the_document_describes_every_parameter(house: None, anonymous: Client) -> None:
    document = json.loads(anonymous.get("/api/v1/openapi.json").content)
    operation = document["paths"]["/api/v1/wire"]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert names == {"after", "last", "limit", "wait", *NAMES}
    assert set(operation["responses"]) >= {"200", "400", "410"}


def test_the_log_is_read_page_by_page_without_a_gap(house: None, anonymous: Client) -> None:
    press.out(press.story(), press.story("ar"), press.story("ja"))
    press.out(press.story(slug="second"), press.story("th"))
    whole = ask(anonymous, "")
    assert len(whole["events"]) == 5
    read, after = [], ""
    for _ in range(4):
        page = ask(anonymous, f"limit=2&after={after}")
        read += page["events"]
        after = page["next"]
    assert read == whole["events"]
    assert page["events"] == [] and page["next"] == whole["next"]
    assert [row["event"]["type"] for row in read] == ["released"] * 5
    assert ask(anonymous, "last=2")["events"] == whole["events"][-2:]


def test_the_event_is_the_one_on_the_log(house: None, anonymous: Client) -> None:
    release = press.out(press.rich())
    found = wire.public_edition(release, "en")
    assert found is not None
    event = ask(anonymous, "")["events"][0]["event"]
    assert event == wire.event_document(found.version_id, "en")
    assert event["url"] == "http://127.0.0.1:8080" + found.edition.path
    assert event["sha256"] == found.sha256 and event["class"] == "normal"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("language=ar", ["ar"]),
        ("language=ar,ja", ["ar", "ja"]),
        ("language=ko", []),
        ("language=*", ["en", "ar", "ja"]),
        ("sector=20000209&language=en", ["en"]),
        ("sector=energy,health", ["en", "ar", "ja"]),
        ("sector=health", []),
        ("country=SG", ["en", "ar", "ja"]),
        ("country=kr,de", []),
        ("issuer=harbour-museum", ["en", "ar", "ja"]),
        ("issuer=somebody", []),
        ("origin=third-party", ["en", "ar", "ja"]),
        ("origin=issuer", []),
        ("class=normal&ticker=HMU", ["en", "ar", "ja"]),
        ("ticker=SGX:HMU", ["en", "ar", "ja"]),
        ("isin=US0378331005", []),
        ("keyword=OPENS", ["en"]),
        ("keyword=展示館,متحف", ["ar", "ja"]),
        ("language=en&keyword=متحف", []),
    ],
)
def test_commas_are_or_and_names_are_and(
    house: None, anonymous: Client, query: str, expected: list[str]
) -> None:
    press.out(press.rich(), press.rich("ar"), press.rich("ja"))
    page = ask(anonymous, query)
    assert languages(page) == expected
    assert page["next"] == ask(anonymous, "")["next"]  # a filter narrows, it does not hold back


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("after=forged", "bad-cursor"),
        ("after=" + "A" * 43, "bad-cursor"),
        ("after=%00%ff", "bad-query"),
        ("limit=0", "bad-query"),
        ("limit=-1", "bad-query"),
        ("limit=many", "bad-query"),
        ("last=1&after=" + "A" * 43, "bad-query"),
        ("wait=soon", "bad-query"),
        ("wait=nan", "bad-query"),
        ("language=klingonese", "bad-query"),
        ("country=ZZ", "bad-query"),
        ("sector=nonsense", "bad-query"),
        ("class=urgent", "bad-query"),
        ("colour=red", "bad-query"),
        ("&".join(f"keyword={n}" for n in range(60)), "bad-query"),
        ("keyword=" + ",".join(str(n) for n in range(300)), "bad-query"),
    ],
)
def test_a_question_that_cannot_be_read_names_its_fault(
    house: None, anonymous: Client, query: str, kind: str
) -> None:
    """I14."""
    problem = ask(anonymous, query, 400)
    assert problem["type"] == f"urn:dateline:problem:{kind}"
    assert problem["status"] == 400 and problem["title"] and problem["detail"]


def test_a_cursor_of_an_earlier_log_is_gone(house: None, anonymous: Client) -> None:
    press.out()
    cursor = ask(anonymous, "")["next"]
    wire.begin_epoch()
    assert ask(anonymous, f"after={cursor}", 410)["type"] == "urn:dateline:problem:cursor-too-old"


def test_an_empty_log_gives_a_cursor_to_wait_on(house: None, anonymous: Client) -> None:
    page = ask(anonymous, "last=10")
    assert page["events"] == [] and page["next"]
    press.out()
    assert languages(ask(anonymous, f"after={page['next']}")) == ["en"]


def test_nothing_held_is_on_the_log(house: None, anonymous: Client) -> None:
    """I1."""
    before = anonymous.get("/api/v1/wire").content
    press.held()
    assert anonymous.get("/api/v1/wire").content == before


def test_only_reading_is_allowed(house: None, anonymous: Client) -> None:
    assert Client().post("/api/v1/wire").status_code == 405
