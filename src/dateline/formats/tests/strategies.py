"""Editions for round trips: texts in every script, every kind of block, in the normal form that intake
leaves behind.
"""

import unicodedata
from dataclasses import replace

from hypothesis import strategies as st

from dateline.core.countries import Country
from dateline.core.ids import ReleaseId
from dateline.core.languages import WIRE_LANGUAGES, Language
from dateline.core.sectors import Sector
from dateline.core.words import (
    Block,
    Contact,
    DatelineLine,
    Edition,
    IssuerRef,
    Label,
    Media,
    Run,
    Runs,
    Translation,
)
from dateline.formats.runs import normal

PLACES = {
    "en": "SEOUL",
    "ko": "서울",
    "ja": "ソウル",
    "ar": "سيول",
    "zh-Hans": "首尔",
    "zh-Hant": "首爾",
    "vi": "HÀ NỘI",
    "th": "โซล",
    "id": "JAKARTA",
    "ms": "KUALA LUMPUR",
    "de": "MÜNCHEN",
    "ru": "МОСКВА",
    "fr": "GENÈVE",
    "es": "BOGOTÁ",
    "pt-BR": "SÃO PAULO",
}
_SCRIPTS = "abz ABZ äßéñ жяЮ 한국어 日本語 简体 繁體 ไทย العربية हिन्दी Ελλ עברית 123 ٣٤ \u00a0 <>&\"'`*_#[]()!|~\\{}=+-:.,;/@$%^? 「」“”—… 🎉 👨‍👩‍👧"  # noqa: E501
_wild = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co", "Cf", "Zl", "Zp", "Zs"))
texts = (
    st.text(st.one_of(st.sampled_from(_SCRIPTS), _wild), min_size=1, max_size=40)
    .map(lambda text: " ".join(unicodedata.normalize("NFC", text).split(" ")).strip())
    .map(lambda text: " ".join(part for part in text.split(" ") if part).strip("\u00a0 "))
    .filter(bool)
)
"""One line, NFC, single blanks, none at the ends."""
hrefs = st.sampled_from(
    [
        "https://acme.example/a?b=1&c=%20",
        "mailto:press@acme.example",
        "http://[2001:4860::1]:8080/x#y",
        "https://xn--r8jz45g.example/",
    ]
)


@st.composite
def runs(draw: st.DrawFn, *, breaks: bool = False) -> Runs:
    """One to four runs in normal form."""
    made = []
    for text in draw(st.lists(texts, min_size=1, max_size=4)):
        spaced = text + draw(st.sampled_from(["", " ", "\n"] if breaks else ["", " "]))
        href = draw(st.one_of(st.just(""), st.just(""), hrefs))
        made.append(Run(spaced, href, draw(st.booleans()), draw(st.booleans())))
    found = normal(made)
    return found if found and not (len(found) == 1 and found[0].href == found[0].text) else (Run("x"),)


_paragraphs = runs(breaks=True).map(lambda r: Block("paragraph", runs=r))


@st.composite
def tables(draw: st.DrawFn) -> Block:
    width = draw(st.integers(1, 3))
    rows = draw(st.lists(st.lists(runs(), min_size=width, max_size=width).map(tuple), min_size=1, max_size=3))
    return Block("table", rows=tuple(rows), header=draw(st.booleans()))


blocks = st.one_of(
    _paragraphs,
    st.builds(lambda r, level: Block("heading", runs=r, level=level), runs(), st.integers(2, 4)),
    st.builds(
        lambda items, o: Block("list", items=tuple(items), ordered=o),
        st.lists(runs(), min_size=1, max_size=3),
        st.booleans(),
    ),
    st.builds(
        lambda r, by: Block("quote", runs=r, attribution=by),
        runs(),
        st.one_of(st.just(""), texts.map(lambda t: "A" + t)),
    ),
    tables(),
    st.sampled_from(["https://video.example/1", "https://a.example/?q=1"]).map(
        lambda href: Block("embed", href=href)
    ),
)
_words = (
    st.text("abcdefghij KLMN", min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)
)
contacts = st.builds(
    Contact,
    name=_words,
    role=st.one_of(st.just(""), _words),
    email=st.sampled_from(["", "a@b.example"]),
    phone=st.sampled_from(["", "+82 2 5550 1000"]),
)
PICTURE = Media("chart 1.png", "image/png", "ab" * 32, 1234, "A chart", "Sales", "Acme", 640, 480)
PICTURE_WITH_FACTS = replace(PICTURE, copyright="© Acme", source="trainedAlgorithmicMedia", credentials=True)


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    """An edition in one of the wire's languages, with a dateline its press would write."""
    language = draw(st.sampled_from(WIRE_LANGUAGES))
    third = draw(st.booleans())
    body = [draw(_paragraphs), *draw(st.lists(blocks, max_size=5))]
    media = draw(st.sampled_from([(), (PICTURE,), (PICTURE_WITH_FACTS,)]))
    if media:
        body.append(Block("image", media=PICTURE.name))
    flags: tuple[tuple[Label, bool], ...] = (
        ("paid", draw(st.booleans())),
        ("third-party", third),
        ("ai-assisted", draw(st.booleans())),
    )
    labels = [name for name, on in flags if on]
    return Edition(
        release=ReleaseId("k7m2x9qd4w"),
        version=1,
        event_id="evt_1",
        type="released",
        language=language,
        original_language=Language("en"),
        slug="acme-opens",
        headline=draw(texts),
        issuer=IssuerRef("acme", draw(texts)),
        wire="Dateline",
        subhead=draw(st.one_of(st.just(""), texts)),
        byline=draw(st.one_of(st.just(""), texts)),
        dateline=DatelineLine(PLACES[language], "2026-11-24", "Dateline"),
        blocks=tuple(body),
        boilerplate=tuple(draw(st.lists(_paragraphs, max_size=2))),
        contacts=tuple(draw(st.lists(contacts, max_size=2, unique=True))),
        media=media,
        sections=draw(st.sampled_from([(), ("Top Story", "Daily News")])),
        disclaimer=draw(texts) if third else "",
        labels=tuple(labels),
        on_behalf_of=draw(st.one_of(st.just(""), _words)),
        origin="third-party" if third else "issuer",
        provider="Prov Inc" if third else "",
        sectors=(Sector("04000000"),),
        countries=(Country("KR"), Country("NO")),
        keywords=("energy",),
        tickers=("Nasdaq:ACME",),
        isins=("US0378331005",),
        restrict=draw(st.sampled_from([(), (Country("US"),)])),
        translation=draw(
            st.sampled_from([None, Translation("human"), Translation("machine", "memory", "Ana")])
        )
        if language != "en"
        else None,
    )
