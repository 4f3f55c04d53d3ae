"""Releases of the formats bench: paragraphs, a list, a table, a picture, in three scripts and two sizes."""

from functools import lru_cache
from typing import Final

from dateline.core.countries import Country
from dateline.core.ids import ReleaseId
from dateline.core.languages import Language
from dateline.core.sectors import Sector
from dateline.core.words import Block, Contact, DatelineLine, Edition, IssuerRef, Media, Run

SIZES: Final = (7_000, 300_000)
"""Bytes of the text in UTF-8, about."""
_SENTENCES: Final = {
    "en": "The harbour museum opens its new hall next week and expects visitors from the whole region. ",
    "ar": "يفتتح متحف الميناء قاعته الجديدة الأسبوع المقبل ويتوقع زوارا من المنطقة كلها. ",
    "ja": "港の博物館は来週、新しい展示室を開き、地域全体からの来館者を見込んでいます。",
}
_PLACES: Final = {"en": "OSLO", "ar": "مسقط", "ja": "横浜"}
LANGUAGES: Final = tuple(_SENTENCES)


@lru_cache(maxsize=8)
def edition(language: str, size: int) -> Edition:
    """An edition whose text has about `size` bytes."""
    sentence = _SENTENCES[language]
    paragraph = (sentence * 4).strip()
    count = max(2, size // len(paragraph.encode()))
    blocks = [Block("paragraph", runs=_runs(f"{number}. {paragraph}")) for number in range(count)]
    cell = (Run(sentence[:12].strip()),)
    blocks[1:1] = [
        Block("heading", runs=(Run(sentence[:30].strip()),), level=2),
        Block("list", items=((Run(sentence.strip()),),) * 3),
        Block("table", rows=((cell,) * 4,) * 6, header=True),
        Block("image", media="hall.png"),
    ]
    return Edition(
        release=ReleaseId("k7m2x9qd4w"),
        version=1,
        event_id="evt_1",
        type="released",
        language=Language(language),
        original_language=Language(language),
        slug="museum-opens-hall",
        headline=sentence[:50].strip(),
        issuer=IssuerRef("harbour-museum", "Harbour Museum"),
        wire="Dateline",
        dateline=DatelineLine(_PLACES[language], "2026-11-24", "Dateline"),
        blocks=tuple(blocks),
        boilerplate=(Block("paragraph", runs=(Run(paragraph),)),),
        contacts=(Contact("Ana Lima", "Press", "press@museum.example", "+47 21 00 00 00"),),
        media=(Media("hall.png", "image/png", "ab" * 32, 120_000, "Hall", "The hall", "Museum", 1200, 800),),
        sectors=(Sector("01000000"), Sector("04000000")),
        countries=(Country("NO"),),
        tickers=("OSE:MUS",),
    )


def _runs(text: str) -> tuple[Run, ...]:
    middle = len(text) // 2
    return (
        Run(text[:middle]),
        Run(text[middle : middle + 8], href="https://museum.example/hall", strong=True),
        Run(text[middle + 8 :]),
    )
