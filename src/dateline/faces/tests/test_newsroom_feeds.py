"""Feeds of the newsroom: valid, complete, cheap to ask again, honest about kills."""

import json
from datetime import timedelta
from typing import Any

import feedparser
import jsonschema_rs
import pytest
from django.test import Client

from dateline.faces.newsroom import feeds
from dateline.faces.tests import press
from dateline.testing.shared_data import shared
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


def titles(client: Client, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200, path
    if path.endswith(".json"):
        return [item["title"] for item in json.loads(response.content)["items"]]
    read = feedparser.parse(response.content)
    assert not read.bozo, read.get("bozo_exception")
    return [entry.title for entry in read.entries]


@pytest.mark.parametrize("form", TYPES)
def test_every_list_has_every_feed(house: None, anonymous: Client, form: str) -> None:
    press.out(press.rich(), press.rich("ar"))
    for place in ("", "sector/energy/", "country/sg/", f"issuer/{press.ISSUER}/"):
        for language in ("en", "ar"):
            path = f"/{language}/{place}feed.{form}"
            assert titles(anonymous, path) == [press.TEXTS[language][0]]
            assert anonymous.get(path).headers["Content-Type"] == TYPES[form]
    assert titles(anonymous, f"/en/sector/health/feed.{form}") == []
    assert anonymous.get(f"/en/sector/no-such/feed.{form}").status_code == 404


@pytest.mark.parametrize("form", ("atom", "rss"))
def test_readers_find_date_link_and_identity(house: None, anonymous: Client, form: str) -> None:
    release = press.out(press.rich(), press.rich("ar"))
    found = wire.public_edition(release, "en")
    assert found is not None
    entry = feedparser.parse(anonymous.get(f"/en/feed.{form}").content).entries[0]
    assert entry.link == "http://127.0.0.1:8080" + press.path(release)
    assert entry.id.startswith("urn:newsml:127.0.0.1:") and entry.id.endswith(f"{release}-en")
    assert tuple(entry.published_parsed)[:6] == found.first_at.timetuple()[:6]
    links = {link.get("hreflang") for link in entry.links if link.rel == "related"}
    assert form == "rss" or links == {"ar"}


def test_the_json_feed_is_valid(house: None, anonymous: Client) -> None:
    release = press.out(press.rich(), press.rich("ar"))
    press.follow_up(wire.submit_kill(press.out(press.story(slug="bad")), reason="Error.", by="ana"))
    document = json.loads(anonymous.get("/en/feed.json").content)
    schemas = shared("schemas/json-feed")

    def local(uri: str) -> Any:
        return json.loads((schemas / ("feed-1.json" if "feed-1" in uri else "feed.json")).read_text())

    schema = json.loads((schemas / "feed.json").read_text())
    validator = jsonschema_rs.validator_for(schema, retriever=local, validate_formats=True)
    assert [error.message for error in validator.iter_errors(document)] == []
    assert document["feed_url"] == "http://127.0.0.1:8080/en/feed.json"
    assert document["items"][1]["_dateline"]["release"] == release


@pytest.mark.parametrize("form", TYPES)
def test_a_kill_leaves_a_tombstone_without_its_words(house: None, anonymous: Client, form: str) -> None:
    """T9: readers that have the story find its identity again, with the notice in its place."""
    release = press.out(press.rich())
    press.follow_up(wire.submit_kill(release, reason="Sent in error.", by="ana"))
    for place in ("", "sector/energy/", "country/sg/", f"issuer/{press.ISSUER}/"):
        response = anonymous.get(f"/en/{place}feed.{form}")
        text = response.content.decode()
        assert f"{release}-en" in text and "Sent in error." in text
        for secret in ("museum opens", "SINGAPORE", "Mei Tan", "SGX:HMU"):
            assert secret not in text, (place, secret)


def test_whoever_has_the_feed_is_told_so(house: None, anonymous: Client) -> None:
    press.out()
    first = anonymous.get("/en/feed.atom")
    etag = first.headers["ETag"]
    again = anonymous.get("/en/feed.atom", headers={"if-none-match": etag})
    assert again.status_code == 304 and not again.content and again.headers["ETag"] == etag
    press.out(press.story(slug="second"))
    changed = anonymous.get("/en/feed.atom", headers={"if-none-match": etag})
    assert changed.status_code == 200 and changed.headers["ETag"] != etag


def test_a_late_language_changes_the_feeds_of_the_others(house: None, anonymous: Client) -> None:
    release = press.out()
    etag = anonymous.get("/en/feed.atom").headers["ETag"]
    press.follow_up(wire.submit_late_edition(release, press.story("ar"), by="ana"))
    response = anonymous.get("/en/feed.atom", headers={"if-none-match": etag})
    assert response.status_code == 200 and 'hreflang="ar"' in response.content.decode()


def test_dates_answer_too_once_a_second_item_cannot_share_them(
    house: None, anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.out()
    assert "Last-Modified" not in anonymous.get("/en/feed.rss").headers
    monkeypatch.setattr(feeds, "_FRESH", timedelta(seconds=-1))
    date = anonymous.get("/en/feed.rss").headers["Last-Modified"]
    assert anonymous.get("/en/feed.rss", headers={"if-modified-since": date}).status_code == 304


def test_a_feed_holds_the_newest_up_to_its_limit(
    house: None, anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert feeds._MOST >= 50
    monkeypatch.setattr(feeds, "_MOST", 2)
    for number in range(3):
        press.out(press.story(slug=f"n-{number}", headline=f"Harbour museum opens hall {number}"))
    expected = ["Harbour museum opens hall 2", "Harbour museum opens hall 1"]
    assert titles(anonymous, "/en/feed.json") == expected


def test_nothing_of_a_held_release_changes_a_feed(house: None, anonymous: Client) -> None:
    """I1."""
    before = anonymous.get("/en/feed.atom")
    press.held()
    after = anonymous.get("/en/feed.atom")
    assert after.content == before.content and after.headers == before.headers


def test_only_reading_is_allowed(house: None, anonymous: Client) -> None:
    from django.test import Client as Plain

    assert Plain().post("/en/feed.atom").status_code == 405
    assert anonymous.head("/en/feed.atom").status_code == 200
