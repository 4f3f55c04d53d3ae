"""Removes characters that no release needs and that hide what it says; every removal is reported."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from dateline.core.combining import MOST_MARKS, fewer_marks
from dateline.core.words import Block, Contact, DatelineLine, Finding, Media, Runs, Story

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TAGS = re.compile("[\U000e0000-\U000e007f]")
_VARIATION = re.compile(
    "[\ufe00-\ufe0d\U000e0100-\U000e01ef]|(?<![\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001ffff#*0-9])[\ufe0e\ufe0f]"
)
_ZERO_WIDTH = re.compile("[\u200b\u2060-\u2064\ufeff\u00ad\u180e\u206a-\u206f\ufff9-\ufffb]")
_NONCHARACTERS = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_JOINER = re.compile("[\u200c\u200d]")
_MARK = re.compile("[\u200e\u200f\u061c]")
JOINING_SCRIPTS: Final = (
    "ARABIC",
    "SYRIAC",
    "MONGOLIAN",
    "DEVANAGARI",
    "BENGALI",
    "GUJARATI",
    "GURMUKHI",
    "KANNADA",
    "MALAYALAM",
    "ORIYA",
    "SINHALA",
    "TAMIL",
    "TELUGU",
    "KHMER",
    "MYANMAR",
    "THAANA",
    "NKO",
    "TIBETAN",
)

_KINDS: Final[tuple[tuple[str, str, re.Pattern[str]], ...]] = (
    ("control-removed", "control characters", _CONTROLS),
    (
        "bidi-removed",
        "direction overrides or isolates, which can show text in another order than it is written",
        _BIDI,
    ),
    ("tag-removed", "tag characters, which hide text", _TAGS),
    ("invisible-removed", "variation selectors that change nothing visible", _VARIATION),
    ("invisible-removed", "zero-width characters or soft hyphens", _ZERO_WIDTH),
    ("invalid-removed", "characters that no text may hold", _NONCHARACTERS),
)


@dataclass
class Cleaner:
    """Cleans texts and keeps what it removed: (code, where) -> (words, count)."""

    removed: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def text(self, text: str, where: str) -> str:
        """`text` in NFC without what trust forbids. Line ends become LF; U+0085, U+2028 and U+2029 too."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = re.sub("[\x85\u2028\u2029]", "\n", text)
        for code, words, pattern in _KINDS:
            text = self._cut(text, where, code, words, pattern.sub)
        if _JOINER.search(text):
            text = self._cut(
                text, where, "invisible-removed", "joiners where no script joins", lambda _, t: _joiners(t)
            )
        if _MARK.search(text):
            text = self._cut(
                text,
                where,
                "invisible-removed",
                "direction marks outside Arabic and Hebrew",
                lambda _, t: _marks(t),
            )
        if not unicodedata.is_normalized("NFC", text):
            # Marks first: to put a long run of them in order takes the square of its length, and the
            # interpreter's lock for as long. Four times what stays, for some become one with their letter.
            text = unicodedata.normalize("NFC", self._fewer_marks(text, where, 4 * MOST_MARKS))
        return self._fewer_marks(text, where, MOST_MARKS)

    def _fewer_marks(self, text: str, where: str, most: int) -> str:
        return self._cut(
            text,
            where,
            "marks-removed",
            f"more than {MOST_MARKS} combining marks in a row",
            lambda _, t: fewer_marks(t, most),
        )

    def _cut(self, text: str, where: str, code: str, words: str, sub: Callable[[str, str], str]) -> str:
        shorter = sub("", text)
        if len(shorter) < len(text):
            key = (code, where, words)
            self.removed[key] = self.removed.get(key, 0) + len(text) - len(shorter)
        return shorter

    def findings(self) -> tuple[Finding, ...]:
        """One warning per kind and place."""
        return tuple(
            Finding(code, "warn", where, f"{count} removed: {words}")
            for (code, where, words), count in self.removed.items()
        )


def _script_beside(text: str, position: int, scripts: tuple[str, ...]) -> bool:
    near = text[max(0, position - 1) : position] + text[position + 1 : position + 2]
    return any(unicodedata.name(character, "").startswith(scripts) for character in near)


def _joiners(text: str) -> str:
    """ZWJ and ZWNJ stay in scripts that join, and ZWJ between emoji."""

    def keep(match: re.Match[str]) -> str:
        at = match.start()
        emoji = (
            match[0] == "\u200d"
            and at > 0
            and ord(text[at - 1]) >= 0x2190
            and unicodedata.category(text[at - 1]) in {"So", "Sk", "Mn"}
        )
        return match[0] if emoji or _script_beside(text, at, JOINING_SCRIPTS) else ""

    return _JOINER.sub(keep, text)


def _marks(text: str) -> str:
    """LRM, RLM and ALM stay in a text that holds letters written from right to left."""
    rtl = any(
        unicodedata.bidirectional(character) in {"R", "AL"}
        for character in text
        if character not in "\u200e\u200f\u061c"
    )
    return text if rtl else _MARK.sub("", text)


def clean_story(story: Story, cleaner: Cleaner | None = None) -> Story:
    """Every text of the story cleaned, for what came in through entities or YAML escapes; findings
    appended.
    """
    cleaner = cleaner or Cleaner()

    def line(text: str, where: str) -> str:
        return " ".join(cleaner.text(text, where).split("\n")).strip(" \t")

    def words(texts: tuple[str, ...], where: str) -> tuple[str, ...]:
        return tuple(cleaned for text in texts if (cleaned := line(text, where)))

    cleaned = replace(
        story,
        headline=line(story.headline, "headline"),
        subhead=line(story.subhead, "subhead"),
        byline=line(story.byline, "byline"),
        disclaimer=line(story.disclaimer, "disclaimer"),
        provider=line(story.provider, "provider"),
        on_behalf_of=line(story.on_behalf_of, "on_behalf_of"),
        circuit=line(story.circuit, "circuit"),
        embargo=line(story.embargo, "embargo"),
        sections=words(story.sections, "sections"),
        keywords=words(story.keywords, "keywords"),
        tickers=words(story.tickers, "tickers"),
        isins=words(story.isins, "isins"),
        dateline=_dateline(story.dateline, line),
        blocks=_blocks(story.blocks, "blocks", cleaner),
        boilerplate=_blocks(story.boilerplate, "boilerplate", cleaner),
        contacts=tuple(
            Contact(*(line(part, "contacts") for part in (c.name, c.role, c.email, c.phone)))
            for c in story.contacts
        ),
        media=tuple(_media(item, line) for item in story.media),
    )
    return replace(cleaned, findings=(*story.findings, *cleaner.findings()))


def _dateline(value: DatelineLine | None, line: Callable[[str, str], str]) -> DatelineLine | None:
    if value is None:
        return None
    return DatelineLine(
        line(value.place, "dateline"), line(value.date, "dateline"), line(value.source, "dateline")
    )


def _media(item: Media, line: Callable[[str, str], str]) -> Media:
    return replace(
        item,
        alt=line(item.alt, "media"),
        caption=line(item.caption, "media"),
        credit=line(item.credit, "media"),
        copyright=line(item.copyright, "media"),
    )


def _runs(runs: Runs, where: str, cleaner: Cleaner) -> Runs:
    cleaned = (replace(run, text=cleaner.text(run.text, where)) for run in runs)
    return tuple(run for run in cleaned if run.text)


def _blocks(blocks: tuple[Block, ...], name: str, cleaner: Cleaner) -> tuple[Block, ...]:
    out = []
    for number, block in enumerate(blocks):
        where = f"{name}[{number}]"
        out.append(
            replace(
                block,
                runs=_runs(block.runs, where, cleaner),
                items=tuple(_runs(item, where, cleaner) for item in block.items),
                rows=tuple(tuple(_runs(cell, where, cleaner) for cell in row) for row in block.rows),
                attribution=cleaner.text(block.attribution, where).strip(),
            )
        )
    return tuple(block for block in out if block.kind in {"image", "embed"} or block.text.strip())
