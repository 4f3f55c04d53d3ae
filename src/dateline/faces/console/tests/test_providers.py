"""The console's pages about content providers: for the desk alone, every poll with place and reason."""

from dataclasses import replace

import pytest

from dateline.desk import services as desk
from dateline.desk.jobs import CONSUMER, HANDLERS
from dateline.faces.portal.tests import kit
from dateline.intake.services import providers
from dateline.intake.services.providers import Fetched
from dateline.intake.tests import provider_documents as documents
from dateline.intake.tests.provider_feeds import added, polled
from dateline.issuers import services as issuers
from dateline.plant.db.outbox import follow

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
HERE = "/console/providers/"
KYOTO = f"{HERE}kyoto/"


@pytest.fixture(autouse=True)
def _house(db: None) -> None:
    kit.house()
    issuers.add_person("eve", role="editor")


def page(address: str) -> str:
    answer = kit.signed_in("eve").get(address)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return str(answer.content.decode())


def test_people_of_an_issuer_may_not_see_or_act() -> None:
    added()
    client = kit.signed_in("carl")
    for address in (HERE, KYOTO):
        assert client.get(address).status_code == 403
    assert client.post(KYOTO, {"act": "pause", "value": "x"}).status_code == 403
    assert providers.provider("kyoto").paused_at is None


def test_empty_and_unknown() -> None:
    assert "No provider yet" in page(HERE)
    assert kit.signed_in("eve").get(f"{HERE}nobody/").status_code == 404


def test_polls_are_shown_with_place_and_reason_and_no_word_is_markup() -> None:
    added()
    polled("kyoto", Fetched("failed", code=503, words="kyoto.example answers <503>"))
    assert "failing" in page(HERE)
    polled("kyoto", documents.rss(documents.item("u1", category="Gossip"), documents.item("u2", title=" ")))
    found = page(KYOTO)
    assert "feed item 2: has no headline" in found
    assert "<bdi>Gossip</bdi> (1)" in found
    assert "answers &lt;503&gt;" in found
    assert "Every item waits for a person." in found
    assert "well" in page(HERE)


def test_it_is_paused_and_resumed_from_here() -> None:
    added()
    client = kit.signed_in("eve")
    refused = client.post(KYOTO, {"act": "pause", "value": " "})
    assert refused.status_code == 422
    assert "word of reason" in refused.content.decode()
    assert client.post(KYOTO, {"act": "pause", "value": "court <order>"}).status_code == 302
    assert providers.provider("kyoto").paused_by == "eve"
    assert "court &lt;order&gt;" in page(KYOTO)
    client.post(KYOTO, {"act": "resume"})
    assert providers.provider("kyoto").paused_at is None


def test_a_newer_version_that_waits_is_taken_or_left_from_here() -> None:
    added()
    polled("kyoto", documents.g2(1))
    follow(CONSUMER, HANDLERS)
    release = desk.items_of("kyoto")[0].release
    (story,) = desk.drafts(release)
    desk.save_draft(release, replace(story, headline="Ours"), by="eve")
    polled("kyoto", documents.g2(2, day="Friday"))
    follow(CONSUMER, HANDLERS)
    found = page(KYOTO)
    assert "a newer version waits for you" in found
    assert f"/console/{release}/" in found
    client = kit.signed_in("eve")
    other = kit.draft()
    assert client.post(KYOTO, {"act": "take", "value": other}).status_code == 422
    assert client.post(KYOTO, {"act": "take", "value": release}).status_code == 302
    assert desk.headline(release) == "Harbour museum opens its hall"
    assert "a newer version waits" not in page(KYOTO)
