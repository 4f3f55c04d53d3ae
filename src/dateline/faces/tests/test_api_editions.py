"""`/api/v1/editions`: the text that an event names, for desktops to which it did not come ahead."""

import json
from typing import Any

import pytest
from django.test import Client

from dateline.core.words import canonical_bytes, sha256_hex
from dateline.desk import services as desk
from dateline.faces.tests import press
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def address(event: dict[str, Any]) -> str:
    return f"/api/v1/editions/{event['release']}/{event['version']}/{event['language']}"


def events(client: Client) -> list[dict[str, Any]]:
    return [row["event"] for row in json.loads(client.get("/api/v1/wire").content)["events"]]


def test_the_words_are_those_whose_hash_the_event_names(house: None, anonymous: Client) -> None:
    """I8."""
    press.out(press.rich(), press.rich("ar"))
    for event in events(anonymous):
        answer = anonymous.get(address(event))
        document = json.loads(answer.content)
        assert answer.status_code == 200 and document["state"] == "released"
        assert document["sha256"] == event["sha256"] == sha256_hex(canonical_bytes(document["edition"]))
        again = anonymous.get(address(event), headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304 and again.content == b""


def test_what_is_not_out_does_not_exist(house: None, anonymous: Client) -> None:
    """I1: a held release answers as one that nobody has written."""
    held = desk.version(press.held(press.rich())).release
    release = press.out(press.story(slug="other"))
    absent = ("2/en", "1/ko", "0/en", "99999999999/en")
    for path in (f"{held}/1/en", "r00000000/1/en", *(f"{release}/{rest}" for rest in absent)):
        answer = anonymous.get(f"/api/v1/editions/{path}")
        assert answer.status_code == 404 and answer.headers["Content-Type"] == "application/problem+json"
    assert anonymous.get(f"/api/v1/editions/{release}/one/en").status_code in {404, 422}


def test_a_killed_release_answers_its_notice_and_no_word_of_the_text(house: None, anonymous: Client) -> None:
    release = press.out(press.rich())
    event = events(anonymous)[0]
    text = json.loads(anonymous.get(address(event)).content)["edition"]["headline"]
    press.follow_up(wire.submit_kill(release, reason="Wrong figures", by="desk@example.org"))
    answer = anonymous.get(address(event))
    assert answer.status_code == 410 and text not in answer.content.decode()
    assert "Wrong figures" in json.loads(answer.content)["detail"]
