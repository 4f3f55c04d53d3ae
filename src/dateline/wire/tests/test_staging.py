"""Text sent ahead: sealed at the hold, offered near T0, opened by the log alone (I1)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from dateline.audience import services as audience
from dateline.client.staged import Staged
from dateline.core.clock import FixedClock, Instant, SystemClock
from dateline.core.countries import Country
from dateline.core.errors import NotFound
from dateline.core.words import edition_document
from dateline.desk import services as desk
from dateline.edge.trust import Trust
from dateline.plant.db.models import VaultPart
from dateline.plant.settings import get_settings
from dateline.wire import services as wire
from dateline.wire import staging
from dateline.wire.models import StagedBody
from dateline.wire.publishing import LogSource
from dateline.wire.tests.builders import held, lifted, out, work

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(databases=["default", "ledger"]),
    pytest.mark.usefixtures("house"),
]
CANARY = "canary-8812"


@pytest.fixture(autouse=True)
def switched_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DATELINE_PRESTAGE_MINUTES", "30")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def soon(minutes: float) -> Instant:
    return Instant(SystemClock().now() + timedelta(minutes=minutes))


def edge(path: str = "", secret: str | None = None) -> Any:
    shown = get_settings().edge_password if secret is None else secret
    return Client().get(f"/api/v1/staged/{path}", headers={"Authorization": f"Bearer {shown}"})


def test_frames_are_opaque_until_the_log_lets_the_key_out() -> None:
    version_id = held("en", "ko", at=soon(10), byline=CANARY)
    start = wire.wire_page().next
    ((name, parts),) = wire.staged_bodies()
    frames = wire.staged_frames(name)
    assert len(frames) == parts
    said = json.dumps([frames, edge().json(), edge(name).json()])
    release = desk.version(version_id).release
    for secret in (CANARY, version_id, release, "acme", "evt_", "museum"):
        assert secret not in said
    assert wire.wire_page(after=start).keys == ()

    trust = Trust()
    trust.take_keys(audience.published_keys())
    client = Staged(trust.lets_out)
    for frame in frames:
        client.take(frame)
    later = FixedClock(soon(11))
    assert wire.lift(version_id, clock=later)
    page = wire.wire_page(after=start)
    assert len(page.keys) == 1  # one for all editions of the commit
    client.take(page.keys[0])
    for _, event in page.events:
        assert client.body_of(event) == edition_document(desk.edition(version_id, event["language"]))


def test_without_the_secret_of_the_edges_it_does_not_exist() -> None:
    """The same answer whether something is staged or not."""
    nothing = edge(secret="wrong")
    held("en", at=soon(10))
    for path in ("", wire.staged_bodies()[0][0], "AAAAAAAAAAAAAAAAAAAAAA"):
        for secret in ("", "wrong", "ü"):
            refused = edge(path, secret)
            assert refused.status_code == nothing.status_code == 404
    assert edge().json() == {"bodies": [{"id": wire.staged_bodies()[0][0], "parts": 2}]}
    assert "/staged" not in json.dumps(Client().get("/api/v1/openapi.json").json()["paths"])


def test_what_is_due_later_is_not_offered_yet() -> None:
    held("en", at=soon(60))
    assert StagedBody.objects.count() == 1 and wire.staged_bodies() == []
    assert edge().json() == {"bodies": []}
    name = StagedBody.objects.get().name
    with pytest.raises(NotFound):
        wire.staged_frames(name)
    assert wire.staged_bodies(clock=FixedClock(soon(31))) == [(name, 2)]


def test_what_is_withdrawn_leaves_neither_key_nor_frames() -> None:
    version_id = held("en", at=soon(10))
    name = wire.staged_bodies()[0][0]
    wire.withdraw(desk.version(version_id).release, by="ana")
    work()
    assert wire.staged_bodies() == [] and edge(name).status_code == 404
    assert not VaultPart.objects.filter(owner__startswith="staged:").exists()


def test_a_kill_takes_the_keys_of_what_it_ends() -> None:
    version_id = held("en", at=soon(10))
    assert wire.lift(version_id, clock=FixedClock(soon(11)))
    work()
    start = wire.wire_page(limit=1)
    assert len(start.keys) == 1
    lifted(wire.submit_kill(desk.version(version_id).release, reason="Not true.", by="ana"))
    assert wire.wire_page().keys == () and StagedBody.objects.count() == 0


def test_old_keys_are_forgotten() -> None:
    version_id = held("en", at=soon(10))
    assert wire.lift(version_id, clock=FixedClock(soon(11)))
    staging.forget_old(soon(60))
    assert StagedBody.objects.count() == 1
    staging.forget_old(soon(71))
    assert StagedBody.objects.count() == 0 and wire.wire_page().keys == ()


def test_what_may_not_go_to_a_country_is_not_sent_ahead() -> None:
    """A desktop that is refused the event would hold its text, and the key comes with any event."""
    version_id = held("en", "ko", at=soon(10), restrict=(Country("US"),))
    assert all(edition.restrict for edition in desk.editions(version_id))
    assert StagedBody.objects.count() == 0 and wire.staged_bodies() == []
    assert staging.stage(version_id, due_at=soon(10)) is False


def test_each_key_comes_with_its_events_however_many_are_due_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What does not fit into the head of a page comes with the next one."""
    monkeypatch.setattr(staging, "_MOST_KEYS", 2)
    versions = [held("en", "ko", at=soon(10)) for _ in range(5)]
    names = {row.version_id: row.name for row in StagedBody.objects.all()}
    later = FixedClock(soon(11))
    assert all(wire.lift(version, clock=later) for version in versions)
    pages = [wire.wire_page()]
    while pages[-1].events:
        pages.append(wire.wire_page(after=pages[-1].next))
    assert [len(page.events) for page in pages] == [4, 4, 2, 0]
    assert [key["id"] for page in pages for key in page.keys] == [names[version] for version in versions]
    assert [page.behind for page in pages] == [6, 2, 0, 0]
    assert wire.wire_page(last=10).keys == () and len(wire.wire_page(last=10).events) == 10


def test_the_bus_is_given_the_key_of_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """There each event travels with its own key, so that no head bounds them."""
    monkeypatch.setattr(staging, "_MOST_KEYS", 2)
    versions = [held("en", at=soon(10)) for _ in range(3)]
    assert all(wire.lift(version, clock=FixedClock(soon(11))) for version in versions)
    source = LogSource(get_settings())
    source.head()
    names = {row.version_id: row.name for row in StagedBody.objects.all()}
    opens = [json.loads(row.key) or {} for row in source.rows_after(0, 200)]
    assert [key.get("id") for key in opens] == [names[version] for version in versions]


def test_what_goes_out_at_once_or_is_switched_off_is_not_staged(monkeypatch: pytest.MonkeyPatch) -> None:
    out("en")
    assert StagedBody.objects.count() == 0
    monkeypatch.setenv("DATELINE_PRESTAGE_MINUTES", "0")
    get_settings.cache_clear()
    held("en", "ko", at=soon(10))
    assert StagedBody.objects.count() == 0


def test_sealing_twice_is_once_and_too_much_is_left_to_be_fetched() -> None:
    version_id = held("en", at=soon(10))
    assert staging.stage(version_id, due_at=soon(10)) is False
    assert staging.stage("ver_unknown", due_at=soon(10)) is False
