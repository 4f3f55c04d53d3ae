"""Translations of a release: before the lock or after it is out, never in the original's way, never lost."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.events import Approved, Lifted, LockDropped
from dateline.core.ids import ReleaseId
from dateline.core.languages import Language
from dateline.core.words import Block, Finding, Run, Story, Translation
from dateline.desk import services as desk
from dateline.desk.tests import builders
from dateline.languages import consents, gating, jobs, kept_results, limits, memory, services, uses
from dateline.languages.models import HumanTask, TranslationOrder
from dateline.languages.order_rows import OrderCard, cancel_order, order, orders
from dateline.languages.running import run_due, translate_drafts
from dateline.plant.db.models import VaultPart
from dateline.testing.engine_stub import EngineStub

pytestmark = [pytest.mark.room, pytest.mark.django_db]

HEAD, TEXT = "Harbour museum opens its new hall", "The museum opens its new hall on Monday."
BOOK = {
    "id": {HEAD: "Museum pelabuhan membuka aula baru", TEXT: "Museum membuka aula barunya pada hari Senin."},
    "ms": {HEAD: "Muzium pelabuhan membuka dewan baharu", TEXT: "Muzium membuka dewannya pada hari Isnin."},
    "zh-Hans": {HEAD: "港口博物馆新展厅开放", TEXT: "博物馆的新展厅将于星期一开放。"},
}  # fmt: skip
LOCAL = """
[engine.stub]
kind = "libretranslate"
url = "{url}"
local = {local}
characters_per_day = {budget}
[[route]]
engines = [{engines}]
"""


class Engine:
    """A stub that the wire of this test is set up with."""

    def __init__(self, stub: EngineStub, file: Path) -> None:
        self.stub, self.file = stub, file
        self.write()

    def write(self, *, local: bool = True, budget: int = 0, engines: str = '"stub"') -> None:
        text = LOCAL.format(url=self.stub.url, local=str(local).lower(), budget=budget, engines=engines)
        self.file.write_text(text, encoding="utf-8")


@pytest.fixture
def engine(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    limits._BREAKERS.clear()
    monkeypatch.setattr(gating.Gate.__init__, "__defaults__", (lambda *_: (), lambda *_: ()))
    with EngineStub(BOOK) as stub:
        made = Engine(stub, home / "engines.toml")
        yield made
        made.file.unlink()


@pytest.fixture
def findings(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What the gate of this test says of every locked edition."""
    said: list[Finding] = []
    monkeypatch.setattr(services, "check_edition", lambda *_: tuple(said))
    return said


def story(**changes: Any) -> Story:
    return builders.story(headline=HEAD, blocks=(Block("paragraph", runs=(Run(TEXT),)),), **changes)


def states(release: str) -> dict[str, str]:
    return {card.language: card.state for card in orders(release)}


def one(release: str, language: str = "id") -> OrderCard:
    return next(card for card in orders(release) if card.language == language)


def wanted(release: str, *languages: str, **more: Any) -> None:
    order(release, [Language(tag) for tag in languages], by="ana", **more)


def out(**changes: Any) -> ReleaseId:
    """A release that is out, with its events told to this room."""
    return builders.released(story(**changes))


def lifted(release: str) -> None:
    """The wire lifts the newest lock, and this room hears of it."""
    version = desk.versions(release)[-1]
    now = SystemClock().now()
    jobs.approved(Approved(version.version_id, version.release, version.number, version.kind, now, None))
    builders.hold(version)
    builders.lift(version)
    jobs.lifted(builders.lifted_event(version))


# --- before the lock --------------------------------------------------------------------------------------


def test_editions_that_pass_join_the_draft_labelled_and_unseen_by_anybody(engine: Engine) -> None:
    release = builders.added(story())
    wanted(release, "id", "zh-Hans", "zh-Hant")
    translate_drafts(release, by="ana")
    assert states(release) == {"id": "ready", "zh-Hans": "ready", "zh-Hant": "ready"}
    drafts = {s.language: s for s in desk.drafts(release)}
    assert drafts[Language("id")].headline == BOOK["id"][HEAD]
    assert drafts[Language("id")].translation == Translation("machine", "stub")
    assert drafts[Language("zh-Hant")].headline == "港口博物館新展廳開放"
    assert drafts[Language("zh-Hant")].translation == Translation("machine", "stub+opencc")
    assert len([r for r in engine.stub.asked if r.target == "zh-Hans"]) == 1, "asked once for both"
    for row in TranslationOrder.objects.filter(release=release):
        assert "pelabuhan" not in str(row.__dict__), "no text before T0 in a column (T6)"
    assert VaultPart.objects.filter(owner=kept_results.owner_of(release)).exists()


def test_unreleased_text_waits_for_consent_or_for_the_release(engine: Engine) -> None:
    engine.write(local=False)
    release = builders.added(story())
    wanted(release, "id")
    translate_drafts(release, by="ana")
    assert states(release) == {"id": "waiting"} and engine.stub.asked == []
    assert "not consented" in one(release).said[0]
    consents.consent("museum", "stub", by="ana")
    translate_drafts(release, by="ana")
    assert states(release) == {"id": "ready"}
    consents.end_consent("museum", "stub", by="ana")
    regulated = builders.added(story(release_class="regulated"))
    consents.consent("museum", "stub", by="ana")
    wanted(regulated, "id")
    translate_drafts(regulated, by="ana")
    assert states(regulated) == {"id": "waiting"} and "regulated" in one(regulated).said[0]


def test_a_deadline_that_is_over_leaves_the_edition_for_later(engine: Engine) -> None:
    release = builders.added(story())
    wanted(release, "id")
    translate_drafts(release, by="ana", deadline=Instant(SystemClock().now() - timedelta(seconds=1)))
    assert states(release) == {"id": "waiting"} and engine.stub.asked == []


# --- after the release ------------------------------------------------------------------------------------


def test_a_late_edition_waits_for_the_release_and_joins_it(engine: Engine, findings: list[Finding]) -> None:
    """I10: the original went out alone."""
    release = builders.added(story())
    wanted(release, "id")
    assert run_due() == 0
    builders.approved(release)
    lifted(release)
    assert run_due() == 1 and states(release) == {"id": "joined"}
    version = desk.versions(release)[-1]
    assert (version.kind, version.state) == ("late-edition", "approved")
    assert desk.edition(version.version_id, "id").translation == Translation("machine", "stub")
    assert desk.gate_missing(version.version_id) == (), "I9: checked"
    assert run_due() == 0


@pytest.mark.parametrize("severity", ["block", "hold"])
def test_what_the_gate_speaks_against_is_held_for_a_person(
    engine: Engine, findings: list[Finding], severity: Any
) -> None:
    release = out()
    findings.append(Finding("numbers", severity, "blocks[0]", "x"))
    wanted(release, "id")
    run_due()
    assert states(release) == {"id": "locked"} and "numbers" in one(release).said[-1]
    version = desk.version(one(release).version_id)
    assert version.state == "locked" and desk.findings(release)[Language("id")] == tuple(findings)
    if severity == "hold":
        assert desk.approve(release, by="ana").complete
        lifted(release)
        assert states(release) == {"id": "joined"}
    else:
        desk.return_release(release, reason="Translate it by hand.", by="ana")
        jobs.dropped(LockDropped(version.version_id, version.release))
        assert states(release) == {"id": "cancelled"}
        wanted(release, "id")
        assert states(release) == {"id": "waiting"}, "it may be wanted again"


def test_an_engine_that_is_down_is_asked_again_later_and_nothing_is_lost(
    engine: Engine, findings: list[Finding]
) -> None:
    release = out()
    engine.stub._always = "down"
    wanted(release, "id", "ms")
    assert run_due() == 2 and states(release) == {"id": "waiting", "ms": "waiting"}
    card = one(release)
    assert card.attempts == 1 and card.next_at is not None and card.next_at > SystemClock().now()
    assert "stub: answered 500" in card.said
    engine.stub._always = ""
    limits._BREAKERS.clear()
    TranslationOrder.objects.filter(release=release).update(next_at=SystemClock().now())
    run_due()
    assert states(release) == {"id": "joined", "ms": "joined"}


def test_an_engine_that_always_refuses_ends_as_failed_or_with_a_person(
    engine: Engine, findings: list[Finding]
) -> None:
    engine.stub._always = "empty"
    release = out()
    wanted(release, "id")
    run_due()
    assert states(release) == {"id": "failed"} and "2 blocks have no text" in one(release).said[-1]
    engine.write(engines='"stub", "human"')
    wanted(release, "id")
    run_due()
    assert states(release) == {"id": "person"}
    assert HumanTask.objects.filter(release=release, language="id", state="open").count() == 1


def test_the_budget_of_the_day_is_kept(engine: Engine, findings: list[Finding]) -> None:
    engine.write(budget=100)
    release = out()
    wanted(release, "id")
    run_due()
    assert states(release) == {"id": "joined"}
    assert uses.today()["stub"][0] == len(HEAD) + len(TEXT)
    wanted(release, "ms")
    run_due()
    assert states(release)["ms"] == "waiting" and "budget" in one(release, "ms").said[0]


def test_nothing_is_translated_of_what_was_killed(engine: Engine, findings: list[Finding]) -> None:
    release = out()
    wanted(release, "id")
    kill = desk.lock_kill(release, reason="Wrong.", by="ana")
    builders.checked(kill)
    desk.approve(release, by="ana")
    lifted(release)
    assert states(release) == {"id": "cancelled"}
    with pytest.raises(Conflict, match="killed"):
        wanted(release, "ms")


def test_a_crash_in_the_middle_does_it_again(engine: Engine, findings: list[Finding]) -> None:
    release = out()
    wanted(release, "id")
    TranslationOrder.objects.filter(release=release).update(state="working")
    assert run_due() == 0
    TranslationOrder.objects.filter(state="working").update(state="waiting")
    assert run_due() == 1 and states(release) == {"id": "joined"}


def test_orders_are_refused_with_the_remedy(engine: Engine) -> None:
    release = builders.added(story())
    with pytest.raises(BadInput, match="original's language"):
        wanted(release, "en")
    with pytest.raises(BadInput, match="no engine 'moon'"):
        wanted(release, "id", engine="moon")
    with pytest.raises(NotFound):
        cancel_order(release, "id", by="ana")
    wanted(release, "id")
    wanted(release, "id")
    assert len(orders(release)) == 1
    cancel_order(release, "id", by="ana")
    assert states(release) == {"id": "cancelled"}


# --- memory -----------------------------------------------------------------------------------------------


def test_memory_takes_what_people_made_and_gives_it_only_to_their_issuer(
    engine: Engine, findings: list[Finding]
) -> None:
    blocks = (Block("paragraph", runs=(Run("Dibuka hari Senin."),)),)
    human = builders.story("id", headline="Aula baru dibuka", blocks=blocks)
    release = builders.added(story(), human)
    builders.approved(release)
    lifted(release)
    again = builders.added(story())
    wanted(again, "id")
    translate_drafts(again, by="ana")
    drafts = {s.language: s for s in desk.drafts(again)}
    assert drafts[Language("id")].headline == "Aula baru dibuka" and engine.stub.asked == []
    assert one(again).engine == "memory"
    assert memory.exact((), "en", "id", "museum") == {}
    from dateline.languages.segments import segments_of

    assert len(memory.exact(segments_of(story()), "en", "id", "museum")) == 2
    assert memory.exact(segments_of(story()), "en", "id", "rival") == {}
    kill = desk.lock_kill(release, reason="Wrong.", by="ana")
    builders.checked(kill)
    desk.approve(release, by="ana")
    lifted(release)
    assert memory.exact(segments_of(story()), "en", "id", "museum") == {}, (
        "a killed text is set nowhere again"
    )


def test_memory_does_not_take_machine_text_that_nobody_read(engine: Engine, findings: list[Finding]) -> None:
    release = out()
    wanted(release, "id")
    run_due()
    lifted(release)
    from dateline.languages.models import MemoryEntry

    assert not MemoryEntry.objects.exists()
    assert Lifted in jobs.HANDLERS
