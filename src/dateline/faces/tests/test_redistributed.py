"""Terminal vendors say what they passed on; reports show it as theirs, never as ours."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client

import dateline.core
from dateline.audience import services as audience
from dateline.faces.tests.press import out, story
from dateline.reports import services as reports
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
_SCHEMA = Path(dateline.core.__file__).parent / "schemas" / "report.json"


@pytest.fixture
def vendor(house: None) -> str:
    """The key of a terminal vendor."""
    row = {
        "name": "Big Terminal",
        "country": "US",
        "languages": "*",
        "sectors": "",
        "kind": "terminal",
        "channel": "feed",
        "endpoint": "",
        "format": "json",
    }
    rejected = audience.import_rows([row], "outlet").rejected
    assert not rejected, rejected
    return audience.new_desktop_key("Big Terminal", connections=20, by="ana").secret


def post(client: Client, secret: str, *rows: Any, body: Any = None) -> Any:
    return client.post(
        "/api/v1/redistributed",
        body if body is not None else json.dumps({"events": rows}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"} if secret else {},
    )


def test_a_vendors_count_stands_in_the_report_as_its_own(anonymous: Client, vendor: str) -> None:
    release = out(story("en"), story("ja"))
    first, second = (cursor for cursor, _ in wire.wire_page().events)
    answer = post(
        anonymous, vendor, {"cursor": first, "desktops": 320_000}, {"cursor": second, "desktops": 0}
    )
    assert (answer.status_code, answer.json()) == (200, {"recorded": 2})
    assert answer.headers["Cache-Control"] == "no-store"
    post(anonymous, vendor, {"cursor": first, "desktops": 320_500})  # a later word replaces the earlier
    document = reports.report_document(reports.report(release))
    found = [(r["name"], r["language"], r["desktops"], r["stated_by"]) for r in document["redistributed"]]
    assert sorted(found) == [("Big Terminal", "en", 320_500, "vendor"), ("Big Terminal", "ja", 0, "vendor")]
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))["properties"]["redistributed"]
    assert jsonschema_rs.validator_for(schema).is_valid(document["redistributed"])
    assert "desktops" not in document["deliveries"]  # no delivery of ours


def test_a_pass_is_as_good_as_the_key(anonymous: Client, vendor: str) -> None:
    out(story("en"))
    cursor = wire.wire_page().events[0][0]
    assert post(
        anonymous, audience.pass_for_secret(vendor).text, {"cursor": cursor, "desktops": 1}
    ).json() == {"recorded": 1}


def test_who_is_no_vendor_is_refused(anonymous: Client, vendor: str) -> None:
    out(story("en"))
    row = {"account": "acme", "country": "KR", "languages": "ko", "sectors": "", "keywords": ""}
    assert not audience.import_rows([row], "desktop").rejected
    own = audience.new_desktop_key("acme", by="ana").secret
    said = {"cursor": wire.wire_page().events[0][0], "desktops": 1}
    assert post(anonymous, own, said).status_code == 403
    for secret in ("", "dk_a_b", "nonsense"):
        refused = post(anonymous, secret, said)
        assert refused.status_code == 401 and refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert anonymous.get("/api/v1/redistributed").status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        '{"events": []}',
        '{"events": [{"cursor": "forged", "desktops": 1}]}',
        '{"events": [{"cursor": "x"}]}',
        '{"events": [{"cursor": "x", "desktops": -1}]}',
        '{"events": [{"cursor": "x", "desktops": "many"}]}',
        '{"events": [{"cursor": "x", "desktops": 1, "more": 2}]}',
        "[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(
    anonymous: Client, vendor: str, body: str
) -> None:
    """I14."""
    release = out(story("en"))
    answer = post(anonymous, vendor, body=body)
    assert answer.status_code == 400, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert wire.redistributed(release) == []


def test_a_cursor_before_every_event_or_of_another_log_is_refused(anonymous: Client, vendor: str) -> None:
    start = wire.wire_page().next
    out(story("en"))
    cursor = wire.wire_page().next
    assert post(anonymous, vendor, {"cursor": start, "desktops": 1}).status_code == 400
    wire.begin_epoch()
    assert post(anonymous, vendor, {"cursor": cursor, "desktops": 1}).status_code == 410
