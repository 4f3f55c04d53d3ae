"""Releases for the tests of the faces, put on the wire through the doors that everybody uses."""

import hashlib
from dataclasses import replace
from typing import Any

from lxml import html

from dateline.core.countries import Country
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.sectors import Sector
from dateline.core.words import (
    Block,
    Contact,
    DatelineLine,
    Media,
    Run,
    Story,
    Translation,
    edition_sha256,
)
from dateline.desk import jobs as desk_jobs
from dateline.desk import services as desk
from dateline.issuers import services as issuers
from dateline.plant.db.outbox import follow
from dateline.wire import jobs as wire_jobs
from dateline.wire import services as wire

ISSUER = "harbour-museum"
PICTURE = bytes.fromhex(  # a PNG of one pixel
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63606060f80f0001040100"
    "5fe5c34b0000000049454e44ae426082"
)
TEXTS = {
    "en": (
        "Harbour museum opens its new hall HB-7 to the public",
        "SINGAPORE",
        "The harbour museum opens its new hall next week and expects many visitors from the whole region. "
        "The director said that the building was finished within the budget.",
    ),
    "ar": (
        "متحف الميناء يفتح قاعته الجديدة HB-7 للجمهور",
        "سنغافورة",
        "يفتح متحف الميناء قاعته الجديدة الأسبوع المقبل ويتوقع زوارًا كثيرين من المنطقة كلها. "
        "وقالت المديرة إن البناء اكتمل في حدود الميزانية.",
    ),
    "ja": (
        "港湾博物館、新しい展示館HB-7を一般公開",
        "シンガポール",
        "港湾博物館は来週、新しい展示館を開き、地域全体から多くの来館者を見込んでいる。"
        "館長は建物が予算内で完成したと述べた。",
    ),
    "th": (
        "พิพิธภัณฑ์ท่าเรือเปิดอาคารจัดแสดงใหม่ HB-7 ให้ประชาชนเข้าชม",
        "สิงคโปร์",
        "พิพิธภัณฑ์ท่าเรือจะเปิดอาคารจัดแสดงใหม่ในสัปดาห์หน้า และคาดว่าจะมีผู้เข้าชมจำนวนมากจากทั่วภูมิภาค "
        "ผู้อำนวยการกล่าวว่าอาคารแล้วเสร็จภายในงบประมาณ",
    ),
}


def add_house() -> None:
    """The issuer of every story here, and somebody to act."""
    issuers.add_issuer(ISSUER, "Harbour Museum", "SG")
    issuers.add_person("ana")


def story(language: str = "en", **changes: Any) -> Story:
    """A story without findings, an original in English and a human translation elsewhere."""
    headline, place, text = TEXTS[language]
    sound = Story(
        language=Language(language),
        headline=headline,
        dateline=DatelineLine(place, "2026-11-24", "Dateline"),
        blocks=(Block("paragraph", runs=(Run(text),)),),
        issuer=ISSUER,
        slug="new-hall",
        translation=None if language == "en" else Translation("human"),
        original=language == "en",
    )
    return replace(sound, **changes)


def rich(language: str = "en", **changes: Any) -> Story:
    """The same with everything that a page can show: picture, table, quote, list, contacts, labels,
    subjects.
    """
    plain = story(language)
    picture = Media(
        "hall.png",
        "image/png",
        hashlib.sha256(PICTURE).hexdigest(),
        len(PICTURE),
        alt="The hall",
        caption="The new hall",
        credit="Museum",
        width=1,
        height=1,
    )
    cells = tuple(tuple((Run(cell),) for cell in row) for row in (("A", "B"), ("1", "2")))
    blocks = (
        *plain.blocks,
        Block("image", media="hall.png"),
        Block("quote", runs=(Run(TEXTS[language][0]),), attribution="Mei Tan"),
        Block("table", rows=cells, header=True),
        Block("list", items=((Run("HB-7"),), (Run("HB-8"),))),
    )
    full = replace(
        plain,
        subhead=TEXTS[language][2][:40].strip(),
        byline="Mei Tan",
        blocks=blocks,
        boilerplate=(Block("paragraph", runs=(Run(TEXTS[language][2]),)),),
        contacts=(Contact("Mei Tan", "Press", "press@museum.example", "+65 5550 1234"),),
        media=(picture,),
        attachments=(("hall.png", PICTURE),),
        sections=("Top Story",),
        sectors=(Sector("20000256"),),
        countries=(Country("SG"), Country("ID")),
        tickers=("SGX:HMU",),
        origin="third-party",
        provider="Meridian Feed",
        paid=True,
        ai_assisted=True,
    )
    return replace(full, **changes)


def draft(*stories: Story) -> ReleaseId:
    """A draft, in English unless stories are given."""
    return desk.add_release(list(stories) or [story()], issuer=ISSUER, circuit="all", at=None, by="ana")


def held(*stories: Story) -> VersionId:
    """An approved version with an open hold: a person overrides what blocks and approves third-party
    items.
    """
    release = draft(*stories)
    submitted = wire.submit(release, by="ana")
    for edition in desk.editions(submitted.version_id):
        for finding in desk.findings(release)[edition.language]:
            if finding.severity == "block":
                desk.override(release, edition_sha256(edition), finding.code, reason="meant so", by="ana")
    if not submitted.approved:
        assert desk.approve(release, by="ana").complete
    work()
    return submitted.version_id


def out(*stories: Story) -> ReleaseId:
    """A release that is out; its id."""
    version_id = held(*stories)
    assert wire.lift(version_id)
    work()
    return desk.version(version_id).release


def follow_up(submitted: wire.Submitted) -> None:
    """Takes a correction, kill, withdrawal or late edition onto the wire."""
    assert submitted.approved, submitted.findings
    work()
    assert wire.lift(submitted.version_id)
    work()


def work() -> None:
    """What the `work` process does, until nothing is left to do."""
    consumers = {desk_jobs.CONSUMER: desk_jobs.HANDLERS, wire_jobs.CONSUMER: wire_jobs.HANDLERS}
    while sum(follow(name, handlers) for name, handlers in consumers.items()):
        pass


def path(release: str, language: str = "en") -> str:
    """The page of a public release."""
    return wire.public_languages(release)[language]


def parsed(text: str | bytes) -> Any:
    """The page as a tree to ask with XPath."""
    return html.fromstring(text)
