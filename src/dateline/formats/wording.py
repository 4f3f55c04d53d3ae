"""The words that formats put around a text, and the marks by which readers know its parts, in the edition's
language.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Final

from dateline.core.phrases import datelines, headings, phrase
from dateline.core.words import DatelineLine, Label, Translation

_NOTICES: Final[Mapping[str, str]] = {
    "corrected": "label.correction",
    "killed": "label.kill",
    "withdrawn": "label.withdrawn",
}

_COMMAS: Final[Mapping[str, str]] = {"ar": "\u060c ", "ja": "\u3001", "zh": "\uff0c"}


def notice(event_type: str, language: str) -> str:
    """The word above a corrected, killed or withdrawn version; "" for others."""
    key = _NOTICES.get(event_type)
    return phrase(key, language) if key else ""


def label(name: Label, language: str, provider: str = "") -> str:
    """A label that travels: paid, third-party (with its provider), state-affiliated, AI-assisted."""
    return phrase(f"label.{name}", language, provider=provider)


def translation(made: Translation, language: str) -> str:
    """Machine, machine checked by an editor, or human."""
    if made.kind == "human":
        return phrase("label.human-translation", language)
    return phrase("label.machine-checked" if made.reviewed_by else "label.machine-translation", language)


def original_prevails(language: str) -> str:
    return phrase("notice.original-prevails", language)


def on_behalf_of(name: str, language: str) -> str:
    return phrase("article.on-behalf-of", language, name=name)


def restriction(countries: Sequence[str], language: str) -> str:
    return phrase("label.restrict", language, countries=", ".join(countries))


def comma(language: str) -> str:
    """What stands between the parts of a line that counts things up."""
    return _COMMAS.get(language.partition("-")[0], ", ")


def contacts_heading(language: str) -> str:
    return phrase("article.contact", language)


def dateline(line: DatelineLine, language: str) -> str:
    """Place, date and source in the form of the language; without a date only what there is."""
    try:
        on = date.fromisoformat(line.date)
    except ValueError:
        return f"{line.place} /{line.source}/ --" if line.source else f"{line.place} --"
    return datelines.format_dateline(line.place, on, line.source, language)


def parsed_dateline(text: str, language: str) -> tuple[DatelineLine, str] | None:
    """(place, date, source; the rest) when the text opens with a dateline."""
    found = datelines.parse_dateline(text, language)
    if found is None:
        return None
    return DatelineLine(found.place, found.date.isoformat() if found.date else "", found.source), found.rest


# --- marks of the parts ----------------------------------------------------------------------------------

_SECTION_LABELS: Final[Mapping[str, str]] = {
    "en": "Section",
    "ko": "섹션",
    "ja": "セクション",
    "ar": "القسم",
    "zh-Hans": "版块",
    "zh-Hant": "版面",
    "vi": "Chuyên mục",
    "th": "หมวด",
    "id": "Rubrik",
    "ms": "Ruangan",
    "de": "Ressort",
    "ru": "Рубрика",
    "fr": "Rubrique",
    "es": "Sección",
    "pt-BR": "Seção",
}
_SECTION_ALSO = ("Sections", "Ressorts", "Rubriken", "Rubriques", "Secciones", "Seções", "Рубрики")
_SECTION_LINE: Final = re.compile(
    rf"^(?:{'|'.join((*_SECTION_LABELS.values(), *_SECTION_ALSO))})\s*[:：]\s*(?P<names>\S[^\n]{{0,300}})$",
    re.IGNORECASE,
)
_KNOWN_SECTIONS: Final = frozenset(
    (
        "top story",
        "top stories",
        "daily news",
        "breaking news",
        "latest news",
        "business news",
        "world news",
        "press release",
        "press releases",
        "featured",
    )
)
_BYLINE: Final = re.compile(
    r"^(?:by|von|par|por|oleh|da|автор\s*[:：]|โดย|بقلم\s*[:：]?|作者\s*[:：]|记者\s*[:：]|記者\s*[:：]"
    r"|文\s*[:：＝]|글\s*[:：]|tác giả\s*[:：]?)\s+(?P<name>\S[^\n]{0,90})$",
    re.IGNORECASE,
)
_FURNITURE: Final = re.compile(
    r"^(?:for immediate release|press release|news release|medienmitteilung|pressemitteilung"
    r"|communiqué de presse|보도자료|プレスリリース|新闻稿|新聞稿)\s*[:：]?$",
    re.IGNORECASE,
)
_END_MARK: Final = re.compile(
    r"^(?:-\s*0\s*-|#{3,}|# # #|-\s*30\s*-|\*\s*\*\s*\*|ends?|以上|끝\.?|\(끝\)|fin|ende)$", re.IGNORECASE
)


def section_line(text: str) -> tuple[str, ...]:
    """The names on a section line (`Section: Top Story, Daily News`), or none."""
    line = text.strip()
    labelled = _SECTION_LINE.match(line)
    names = tuple(
        name
        for part in re.split(r"[,،、，;|]", labelled["names"] if labelled else line)
        if (name := part.strip())
    )
    if labelled or (names and "\n" not in line and all(name.casefold() in _KNOWN_SECTIONS for name in names)):
        return names
    return ()


def section_line_of(sections: Sequence[str], language: str) -> str:
    """The line `section_line` reads."""
    return f"{_SECTION_LABELS.get(language, 'Section')}: {', '.join(sections)}"


def byline_name(text: str) -> str:
    """Who wrote it, when the line is a byline ("By Ana Lima"); else ""."""
    found = _BYLINE.match(text.strip())
    if not found or re.search(r"[.!?。！？]$", found["name"]) or len(found["name"].split()) > 10:
        return ""
    name = found["name"].strip()
    return name if not name[0].islower() else ""


def is_furniture(text: str) -> bool:
    """A line that says only what kind of paper this is ("FOR IMMEDIATE RELEASE")."""
    return _FURNITURE.match(text.strip()) is not None


def is_end_mark(text: str) -> bool:
    """`###`, `-30-`, `-0-` and their like."""
    return _END_MARK.match(text.strip()) is not None


def is_boilerplate_heading(text: str, language: str) -> bool:
    return headings.is_boilerplate_heading(text, language)


def is_contact_heading(text: str, language: str) -> bool:
    return headings.is_contact_heading(text, language)


def looks_like_disclaimer(text: str, language: str) -> bool:
    return headings.looks_like_disclaimer(text, language)


def escaped(text: str) -> str:
    """`text` safe inside HTML. To look for five marks takes half the time of replacing them."""
    if "&" in text or "<" in text or ">" in text or '"' in text or "'" in text:
        return escape(text)
    return text


def plain_line(text: str) -> str:
    """`text` on one line."""
    return " ".join(text.split())
