"""Content providers push by their own key: drafts, never anything public; a stranger learns nothing."""

import json
from typing import Any

import pytest
from django.test import Client

from dateline.desk import services as desk
from dateline.desk.jobs import CONSUMER, HANDLERS
from dateline.intake.services import providers
from dateline.intake.tests import provider_documents as documents
from dateline.intake.tests.provider_feeds import added
from dateline.plant.db.outbox import follow
from dateline.plant.settings import get_settings

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
HERE = "/api/v1/providers/pushy/items"


@pytest.fixture
def key(db: None) -> str:
    added("pushy", label="Pushy", feed="")
    return providers.new_key("pushy")


def push(body: bytes, key: str, *, path: str = HERE, kind: str = "application/octet-stream") -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return Client().post(path, data=body, content_type=kind, headers=headers)


def test_items_are_taken_and_become_drafts(key: str) -> None:
    data = documents.rss(documents.item("u1", category="Gossip"), documents.item("u2", title=" "))
    answer = push(data, key)
    assert answer.status_code == 202
    found = json.loads(answer.content)
    assert (found["provider"], found["new"], found["refused"]) == ("pushy", 1, 1)
    assert found["refusals"] == [{"where": "feed item 2", "reason": "has no headline"}]
    assert found["unmapped"] == {"Gossip": 1}
    assert answer["Cache-Control"] == "no-store"
    follow(CONSUMER, HANDLERS)
    assert [card.state for card in desk.list_releases()] == ["draft"]
    assert json.loads(push(data, key).content)["unchanged"] == 1


@pytest.mark.parametrize("path", [HERE, "/api/v1/providers/nobody/items"])
def test_without_its_key_nothing_is_taken_whoever_is_asked_for(key: str, path: str) -> None:
    wrong = key if "nobody" in path else "dlp_wrong"
    for shown in (wrong, ""):
        answer = push(documents.g2(1), shown, path=path)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["detail"] == (
            "send Authorization: Bearer KEY, with the key of this provider"
        )
    assert providers.polls("pushy") == []


def test_what_cannot_be_read_is_told_with_its_place(key: str) -> None:
    answer = push(b"%PDF-1.7 ...", key)
    assert answer.status_code == 422
    problem = json.loads(answer.content)
    assert problem["where"] == "item"
    assert "PDF" in problem["detail"]
    (row,) = providers.polls("pushy")
    assert (row.source, row.status, row.refused) == ("push", "failed", 1)


def test_a_body_beyond_the_limit_is_refused_unread(key: str) -> None:
    answer = push(b"x" * (get_settings().upload_limit_mb * 1024 * 1024 + 1), key)
    assert answer.status_code == 413


def test_prose_is_read_by_its_content_type_and_a_paused_provider_is_told(key: str) -> None:
    text = f"# Rates stay\n\n{documents.OTHER}".encode()
    assert json.loads(push(text, key, kind="text/markdown; charset=utf-8").content)["new"] == 1
    providers.pause("pushy", by="ana", reason="court order")
    answer = push(text, key)
    assert answer.status_code == 409
    assert "court order" not in answer.content.decode(), "why is for the desk"
