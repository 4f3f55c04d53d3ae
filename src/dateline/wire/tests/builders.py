"""Editions, stories and releases for the tests of this room, made through the doors that everybody uses."""

from dataclasses import replace
from typing import Any

from dateline.core.clock import Clock, Instant
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.words import Block, DatelineLine, Edition, IssuerRef, Run, Story, Translation
from dateline.desk import jobs as desk_jobs
from dateline.desk import services as desk
from dateline.issuers import services as issuers
from dateline.plant.db.models import OutboxRow
from dateline.plant.db.outbox import follow
from dateline.wire import jobs
from dateline.wire import services as wire


def edition(language: str = "en", **changes: Any) -> Edition:
    """A small edition of an English original, with any field changed."""
    sound = Edition(
        release=ReleaseId("k7m2x9qd4w"),
        version=1,
        event_id=f"evt_{language}",
        type="released",
        language=Language(language),
        original_language=Language("en"),
        slug="museum-opens",
        headline=f"Museum opens ({language})",
        issuer=IssuerRef("acme", "Acme"),
        wire="Dateline",
        dateline=DatelineLine("SEOUL", "2026-11-24", "Dateline"),
        blocks=(Block("paragraph", runs=(Run("The harbour museum opens its hall."),)),),
    )
    return replace(sound, **changes)


def story(language: str = "en", **changes: Any) -> Story:
    """A story without findings in one of a few languages."""
    headline, text = _TEXTS[language]
    sound = Story(
        language=Language(language),
        headline=headline,
        blocks=(Block("paragraph", runs=(Run(text),)),),
        issuer="acme",
        translation=None if language == "en" else Translation("human"),
    )
    return replace(sound, **changes)


def add_issuer() -> None:
    """The issuer of every story here, and somebody to act."""
    issuers.add_issuer("acme", "Acme", "KR")
    issuers.add_person("ana")


def draft(
    *languages: str, at: Instant | None = None, clock: Clock | None = None, **changes: Any
) -> ReleaseId:
    """A draft in these languages, English and its original by default."""
    stories = [story(language, **changes) for language in languages or ("en",)]
    return desk.add_release(stories, issuer="acme", circuit="all", at=at, by="ana", clock=clock)


def held(*languages: str, at: Instant | None = None, clock: Clock | None = None, **changes: Any) -> VersionId:
    """An approved version with an open hold; its id."""
    submitted = wire.submit(draft(*languages, at=at, clock=clock, **changes), by="ana", clock=clock)
    assert submitted.approved, submitted.findings
    work()
    return submitted.version_id


def out(*languages: str, **changes: Any) -> ReleaseId:
    """A release that is out; its id."""
    version_id = held(*languages, **changes)
    assert wire.lift(version_id)
    work()
    return desk.version(version_id).release


def lifted(submitted: wire.Submitted) -> wire.Submitted:
    """Takes an approved version through its hold onto the wire."""
    assert submitted.approved, submitted.findings
    work()
    assert wire.lift(submitted.version_id)
    work()
    return submitted


def work() -> None:
    """What the `work` process does, until nothing is left to do."""
    consumers = {desk_jobs.CONSUMER: desk_jobs.HANDLERS, jobs.CONSUMER: jobs.HANDLERS}
    while sum(follow(name, handlers) for name, handlers in consumers.items()):
        pass


def events(kind: str | None = None) -> list[dict[str, Any]]:
    """Bodies of the outbox, oldest first, of one kind or all."""
    rows = OutboxRow.objects.order_by("seq")
    return [row.body for row in rows if kind in {None, row.kind}]


_TEXTS = {
    "en": (
        "Harbour museum opens its new hall",
        "The harbour museum opens its new hall next week and expects many visitors from the whole region. "
        "The director said that the building was finished within the budget.",
    ),
    "de": (
        "Hafenmuseum öffnet seine neue Halle",
        "Das Hafenmuseum öffnet nächste Woche seine neue Halle und erwartet viele Gäste aus der Region. "
        "Die Direktorin sagte, dass der Bau im Rahmen des Budgets fertig wurde.",
    ),
    "ko": (
        "항구 박물관, 새 전시관 개관",
        "항구 박물관은 다음 주에 새 전시관을 열고 전국에서 많은 관람객이 찾아올 것으로 기대하고 있다. "
        "관장은 건물이 예산 안에서 완공되었다고 말했다.",
    ),
    "ja": (
        "港湾博物館が新しい展示館を開館",
        "港湾博物館は来週、新しい展示館を開き、地域全体から多くの来館者を見込んでいる。"
        "館長は建物が予算内で完成したと述べた。",
    ),
}
