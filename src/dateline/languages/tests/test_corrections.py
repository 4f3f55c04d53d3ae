"""A correction of the original is followed by the editions that engines made of it: what changed is made
again, what did not stays word for word, and a person's edition is left to people.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dateline.core.clock import SystemClock
from dateline.core.events import Approved
from dateline.core.ids import ReleaseId
from dateline.core.languages import Language
from dateline.core.words import Block, Finding, Run, Story, Translation
from dateline.desk import services as desk
from dateline.desk.tests import builders
from dateline.languages import gating, jobs, limits, services
from dateline.languages.models import HumanTask, TranslationOrder
from dateline.languages.order_rows import order, orders
from dateline.languages.running import run_due
from dateline.testing.engine_stub import EngineStub

pytestmark = [pytest.mark.room, pytest.mark.django_db]

HEAD, FIRST, SECOND = "Museum opens its hall", "The hall opens on Monday.", "It shows twelve boats."
MENDED = "The hall opens on Tuesday."
BOOK = {
    "id": {
        HEAD: "Museum membuka aula", FIRST: "Aula dibuka hari Senin.", SECOND: "Ada dua belas perahu.",
        MENDED: "Aula dibuka hari Selasa.",
    },
    "zh-Hans": {
        HEAD: "博物馆展厅开放", FIRST: "展厅星期一开放。", SECOND: "展出十二艘船。",
        MENDED: "展厅星期二开放。",
    },
}  # fmt: skip
REASON = "The day was wrong."


@pytest.fixture
def stub(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineStub]:
    limits._BREAKERS.clear()
    monkeypatch.setattr(gating.Gate.__init__, "__defaults__", (lambda *_: (), lambda *_: ()))
    monkeypatch.setattr(services, "check_edition", lambda *_: ())
    with EngineStub(BOOK) as server:
        file = home / "engines.toml"
        file.write_text(
            f'[engine.stub]\nkind = "libretranslate"\nurl = "{server.url}"\nlocal = true\n'
            '[[route]]\nengines = ["stub", "human"]\n',
            encoding="utf-8",
        )
        yield server
        file.unlink()


def story(*texts: str, **changes: Any) -> Story:
    blocks = tuple(Block("paragraph", runs=(Run(text),)) for text in texts)
    return builders.story(headline=HEAD, blocks=blocks, **changes)


def lifted(release: str, *, told: bool = True) -> None:
    """The wire lifts the newest lock; `told`: the desk hears of it before this room does."""
    version = desk.versions(release)[-1]
    now = SystemClock().now()
    jobs.approved(Approved(version.version_id, version.release, version.number, version.kind, now, None))
    if told:
        builders.hold(version)
        builders.lift(version)
    jobs.lifted(builders.lifted_event(version))


def out(*languages: str) -> ReleaseId:
    """A release that is out in English and, by the engine, in these."""
    release = builders.released(story(FIRST, SECOND))
    order(release, [Language(tag) for tag in languages], by="ana")
    run_due()
    for version in desk.versions(release)[1:]:
        if version.state != "approved":
            continue
        builders.hold(version)
        builders.lift(version)
        jobs.lifted(builders.lifted_event(version))
    return release


def correct(release: str, *texts: str, told: bool = True) -> None:
    version = desk.lock_correction(release, (story(*texts),), reason=REASON, by="ana")
    builders.checked(version)
    desk.approve(release, by="ana", version_id=version.version_id)
    lifted(release, told=told)


def states(release: str) -> dict[str, str]:
    return {card.language: card.state for card in orders(release)}


def newest(release: str, language: str) -> Any:
    version = next(
        v for v in reversed(desk.versions(release)) if any(ref.language == language for ref in v.editions)
    )
    return version, desk.edition(version.version_id, language)


def test_only_the_changed_block_is_asked_for_and_goes_out_as_a_correction(stub: EngineStub) -> None:
    release = out("id")
    assert states(release) == {"id": "joined"}
    stub.asked.clear()
    correct(release, "A new first paragraph.", MENDED, SECOND)
    assert states(release) == {"id": "waiting"}
    assert run_due() == 1 and states(release) == {"id": "joined"}
    assert [text for asked in stub.asked for text in asked.texts] == ["A new first paragraph.", MENDED]
    version, edition = newest(release, "id")
    assert (version.kind, version.state, edition.reason) == ("correction", "approved", REASON)
    assert [block.text for block in edition.blocks] == [
        "A new first paragraph.", "Aula dibuka hari Selasa.", "Ada dua belas perahu.",
    ]  # fmt: skip
    assert edition.translation == Translation("machine", "stub")
    lifted(release)
    assert run_due() == 0 and states(release) == {"id": "joined"}, "its own correction starts nothing"


def test_a_converted_edition_follows_the_new_text_and_not_the_old_one(stub: EngineStub) -> None:
    release = out("zh-Hans", "zh-Hant")
    correct(release, MENDED, SECOND)
    assert run_due() == 2
    assert newest(release, "zh-Hans")[1].blocks[0].text == "展厅星期二开放。"
    assert newest(release, "zh-Hant")[1].blocks[0].text == "展廳星期二開放。"


def test_an_edition_that_would_read_the_same_is_not_corrected(stub: EngineStub) -> None:
    release = out("id")
    count = len(desk.versions(release))
    stub.asked.clear()
    correct(release, FIRST, SECOND)
    assert run_due() == 1 and states(release) == {"id": "joined"} and stub.asked == []
    assert len(desk.versions(release)) == count + 1, "the original's correction and no other"


def test_an_edition_that_a_person_made_is_left_to_people(stub: EngineStub) -> None:
    release = builders.released(
        story(FIRST, SECOND), story("Aula.", "Perahu.", language="id", translation=Translation("human"))
    )
    now = SystemClock().now()
    TranslationOrder.objects.create(
        release=release, language="id", state="joined", asked_by="ana", asked_at=now, changed_at=now
    )
    correct(release, MENDED, SECOND)
    assert states(release) == {"id": "person"} and run_due() == 0 and stub.asked == []
    assert HumanTask.objects.filter(release=release, language="id", state="open").count() == 1
    assert newest(release, "id")[0].kind == "release"


def test_nothing_is_made_of_a_corrected_text_before_the_desk_has_it_as_public(stub: EngineStub) -> None:
    """I1: this room may hear of a lift before the desk does; until then the new text leaves for no engine."""
    release = out("id")
    stub.asked.clear()
    correct(release, MENDED, SECOND, told=False)
    assert run_due() == 1 and stub.asked == [] and states(release) == {"id": "waiting"}
    version = desk.versions(release)[-1]
    builders.hold(version)
    builders.lift(version)
    TranslationOrder.objects.filter(release=release).update(next_at=SystemClock().now())
    run_due()
    assert newest(release, "id")[1].blocks[0].text == "Aula dibuka hari Selasa."


def test_a_crash_between_approval_and_the_note_makes_no_second_edition(stub: EngineStub) -> None:
    release = builders.released(story(FIRST, SECOND))
    order(release, [Language("id")], by="ana")
    run_due()
    count, asked = len(desk.versions(release)), len(stub.asked)
    TranslationOrder.objects.update(state="waiting", version_id="", next_at=SystemClock().now())
    assert run_due() == 1 and states(release) == {"id": "joined"}
    assert (len(desk.versions(release)), len(stub.asked)) == (count, asked)


def test_a_crash_of_send_in_the_middle_of_the_drafts_is_made_good_after_the_release(stub: EngineStub) -> None:
    release = builders.added(story(FIRST, SECOND))
    order(release, [Language("id")], by="ana")
    TranslationOrder.objects.update(state="working")
    builders.approved(release)
    lifted(release)
    assert states(release) == {"id": "waiting"}
    assert run_due() == 1 and states(release) == {"id": "joined"}


def test_a_held_edition_of_the_old_text_gives_way_to_one_of_the_new(
    stub: EngineStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = Finding("numbers", "hold", "blocks[0]", "x")
    monkeypatch.setattr(services, "check_edition", lambda *_: (hold,))
    release = out("id")
    assert states(release) == {"id": "locked"}
    monkeypatch.setattr(services, "check_edition", lambda *_: ())
    correct(release, MENDED, SECOND)
    run_due()
    version, edition = newest(release, "id")
    assert (version.kind, version.state, states(release)) == ("late-edition", "approved", {"id": "joined"})
    assert edition.blocks[0].text == "Aula dibuka hari Selasa."


def test_all_languages_follow_in_one_correction_and_push_nobodys_aside(stub: EngineStub) -> None:
    """A correction in each language would keep the next one waiting for its lift."""
    release = out("id", "zh-Hans", "zh-Hant")
    correct(release, MENDED, SECOND)
    waiting = desk.lock_correction(release, (story("Another text.", SECOND),), reason="Again.", by="eva")
    assert run_due() == 3 and set(states(release).values()) == {"waiting"}
    assert desk.version(waiting.version_id).state == "locked", "a person's correction stays"
    assert orders(release)[0].attempts == 0
    desk.return_release(release, reason="Not needed.", by="ana")
    TranslationOrder.objects.filter(release=release).update(next_at=SystemClock().now())
    assert run_due() == 3 and set(states(release).values()) == {"joined"}
    assert {ref.language for ref in desk.versions(release)[-1].editions} == {"id", "zh-Hans", "zh-Hant"}
