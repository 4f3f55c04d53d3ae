"""The fields of the filters, with what was typed and whether it can be used."""

from dataclasses import dataclass
from typing import Final

from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.phrases.terminal import terminal_phrase
from dateline.core.sectors import slug
from dateline.faces.newsroom.sector_words import FRONT
from dateline.faces.terminal.asked import Asked, words_of

_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "language": tuple(WIRE_LANGUAGES),
    "sector": tuple(slug(code) for code in FRONT),
    "class": ("regulated", "priority", "normal"),
    "origin": ("issuer", "third-party"),
}
_TEXTS: Final = ("keyword", "ticker", "isin", "country", "issuer", "sector")
_HINTS: Final = {"country": "hint-country", "issuer": "hint-issuer", "sector": "hint-sector"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One box to tick. `language` is that of its words where they differ from the page's."""

    value: str
    words: str
    chosen: bool
    language: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One filter: boxes, or a line of text with its hint and its faults."""

    name: str
    label: str
    choices: tuple[Choice, ...] = ()
    value: str = ""
    hint: str = ""
    faults: tuple[str, ...] = ()


def fields_of(asked: Asked, language: str) -> list[Field]:
    """Lines of text first, then the boxes."""
    return [_text(name, asked, language) for name in _TEXTS] + [
        _boxes(name, asked, language) for name in _CHOICES
    ]


def _boxes(name: str, asked: Asked, language: str) -> Field:
    choices = tuple(
        Choice(
            value,
            words_of(name, value, language),
            value in asked.good[name],
            value if name == "language" and value != language else "",
        )
        for value in _CHOICES[name]
    )
    return Field(name, terminal_phrase(name, language), choices)


def _text(name: str, asked: Asked, language: str) -> Field:
    typed = [value for value in asked.typed[name] if value not in _CHOICES.get(name, ())]
    label = terminal_phrase("sector-other" if name == "sector" else name, language)
    faults = tuple(
        terminal_phrase("fault", language, value=fault.value, field=label)
        for fault in asked.faults
        if fault.name == name
    )
    hint = terminal_phrase(_HINTS.get(name, "hint-commas"), language)
    return Field(name, label, (), ", ".join(typed), hint, faults)
