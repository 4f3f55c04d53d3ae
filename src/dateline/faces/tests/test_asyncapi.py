"""The AsyncAPI document is valid, and names the true addresses, parameters and messages."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client

from dateline.core.filters import NAMES
from dateline.edge.door import BESIDES, COOKIE
from dateline.edge.websocket import WEBSOCKET
from dateline.faces.api import desktops
from dateline.faces.api.asyncapi import asyncapi

pytestmark = pytest.mark.room

ROOT = Path(__file__).parents[4]
DOCUMENT = asyncapi("http://127.0.0.1:8081", "Dateline")


def message(name: str) -> Any:
    schema = DOCUMENT["components"]["messages"][name]["payload"]["schema"]
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def event() -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": "evt_23456789abcdefghjkmn", "type": "released", "release": "abcdefghjk", "version": 1,
        "language": "en", "languages": ["en"], "original_language": "en", "headline": "見出し", "summary": "",
        "dateline": None, "issuer": {"slug": "acme", "name": "Acme", "level": 1}, "on_behalf_of": None,
        "origin": "issuer", "provider": None, "labels": [], "class": "normal", "release_type": None,
        "sectors": [], "countries": [], "tickers": [], "isins": [], "lei": None, "sha256": "0" * 64,
        "at": "2026-06-01T12:00:00.000Z", "url": "https://x.example/en/a", "translation": None,
        "supersedes": None, "reason": None, "restrict": [],
    }  # fmt: skip
    return found


def test_the_document_is_asyncapi() -> None:
    schema = ROOT / "node_modules/@asyncapi/specs/schemas/3.0.0.json"
    if not schema.exists():
        pytest.skip("needs the npm package @asyncapi/specs (npm ci)")
    for url in ("http://127.0.0.1:8081", "https://stream.wire.example/edge"):
        jsonschema_rs.validator_for(json.loads(schema.read_text())).validate(asyncapi(url, "Wire"))


def test_it_names_the_true_addresses_and_parameters() -> None:
    assert {c["address"] for c in DOCUMENT["channels"].values()} == {"/stream", "/ws"}
    query = DOCUMENT["channels"]["websocket"]["bindings"]["ws"]["query"]
    assert set(query["properties"]) == {*NAMES, *BESIDES}
    assert DOCUMENT["operations"]["listen"]["bindings"]["http"]["query"] == query
    assert DOCUMENT["components"]["securitySchemes"]["cookie"]["name"] == COOKIE == desktops.COOKIE
    assert asyncapi("https://stream.wire.example", "Wire")["servers"]["websocket"]["protocol"] == "wss"


def test_what_an_edge_sends_is_what_it_says() -> None:
    assert message("event").is_valid(event())
    assert not message("event").is_valid(event() | {"extra": 1})
    rows = [
        WEBSOCKET.event("c1", json.dumps(event()).encode()),
        WEBSOCKET.place("c1"),
        WEBSOCKET.reset(),
        WEBSOCKET.retry(100),
    ]
    for sent in rows:
        text = sent[sent.index(b"{") :]
        message("row").validate(json.loads(text))
    assert not message("row").is_valid({"cursor": "c1", "event": {"id": "x"}})


def test_the_copy_in_the_documentation_is_this_one() -> None:
    path = ROOT / "docs/asyncapi.json"
    if not path.exists():
        pytest.skip("needs the folder docs of the repository")
    copy = json.loads(path.read_text(encoding="utf-8"))
    assert copy == json.loads(json.dumps(DOCUMENT)), "write /api/v1/asyncapi.json anew into it"


@pytest.mark.django_db(databases=["default", "ledger"])
def test_the_origin_serves_it(house: None, anonymous: Client) -> None:
    assert anonymous.get("/api/v1/asyncapi.json").json() == json.loads(json.dumps(DOCUMENT))
