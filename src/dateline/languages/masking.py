"""Runs of a block as text with slots, and back. What comes back with a slot lost, doubled or moved into
another's pair is damage, never text.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

from dateline.core.errors import BadInput
from dateline.core.words import Run, Runs
from dateline.languages.translator import Slot, SlotKind

TOKEN: Final = re.compile(r'<x id="(\d{1,6})"/>|<g id="(\d{1,6})">|(</g>)')
_TORN: Final = re.compile(r"</?\s*[xg]\b[^<>]{0,24}>?", re.IGNORECASE)
_EXCHANGES: Final = (
    "NYSE|NASDAQ|AMEX|KRX|KOSPI|KOSDAQ|TSE|TYO|JPX|LSE|HKEX|SEHK|HKG|SSE|SZSE|TWSE|TPE|SGX|IDX|KLSE|BURSA|"
    "SET|HOSE|HNX|MOEX|ETR|FRA|XETRA|EPA|BME|B3|BVMF|BMV|TSX|ASX|NSE|BSE|TADAWUL|ADX|DFM|OTCQB|OTCQX"
)
_PATTERNS: Final[tuple[tuple[SlotKind, str], ...]] = (
    ("keep", r"</?[xg]\b[^<>]{0,24}>|⟦[^⟦⟧]{0,8}⟧"),  # looks like a slot of ours: it must not become one
    ("url", r"\b(?:https?://|www\.)[^\s<>\"'“”«»、。，）)\]]*[^\s<>\"'“”«»、。，）)\].,;:!?]"),
    ("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("isin", r"\b[A-Z]{2}[A-Z0-9]{9}\d\b"),
    ("ticker", rf"\b(?:{_EXCHANGES})\s?:\s?[A-Z0-9][A-Z0-9.\-]{{0,11}}\b"),
    ("phone", r"(?<!\w)\+\d[\d\s().\-/]{6,20}\d(?!\w)"),
    ("handle", r"(?<![\w@#&/])[@#][^\W\d_]\w{1,48}"),
)
_MASK: Final = re.compile("|".join(f"(?P<{kind}_{i}>{p})" for i, (kind, p) in enumerate(_PATTERNS)))


class SlotsDamaged(BadInput):
    """A text does not hold exactly the slots of its segment."""


@dataclass(frozen=True, slots=True)
class Masked:
    """Text with tokens, and what they stand for."""

    text: str
    slots: tuple[Slot, ...]


def masked(runs: Runs, keep: Sequence[str] = ()) -> Masked:
    """`runs` as one text. Addresses, tickers, ISINs, phones, handles and the names in `keep` are cut out;
    looks and links become pairs.

    >>> m = masked((Run("See "), Run("the site", href="https://a.example"), Run(" or x@y.example.")))
    >>> m.text
    'See <g id="1">the site</g> or <x id="2"/>.'
    """
    slots: list[Slot] = []
    parts: list[str] = []
    for run in runs:
        look = {"href": run.href, "strong": run.strong, "em": run.em}
        if any(look.values()) and run.text.strip():
            slots.append(Slot(len(slots) + 1, "open", json.dumps(look, ensure_ascii=False)))
            parts += [f'<g id="{len(slots)}">', _cut(run.text, slots, keep), "</g>"]
        else:
            parts.append(_cut(run.text, slots, keep))
    return Masked("".join(parts), tuple(slots))


def _cut(text: str, slots: list[Slot], keep: Sequence[str]) -> str:
    out, at = [], 0
    for start, end, kind in _found(text, keep):
        slots.append(Slot(len(slots) + 1, kind, text[start:end]))
        out += [text[at:start], f'<x id="{len(slots)}"/>']
        at = end
    return "".join([*out, text[at:]])


def _found(text: str, keep: Sequence[str]) -> Iterator[tuple[int, int, SlotKind]]:
    spans: list[tuple[int, int, SlotKind]] = [
        (m.start(), m.end(), cast(SlotKind, str(m.lastgroup).partition("_")[0])) for m in _MASK.finditer(text)
    ]
    for name in sorted((name for name in keep if name), key=len, reverse=True):
        for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            if all(m.end() <= start or m.start() >= end for start, end, _ in spans):
                spans.append((m.start(), m.end(), "keep"))
    return iter(sorted(spans))


def runs_of(text: str, slots: Sequence[Slot]) -> Runs:
    """Puts back what `masked` cut out. Raises SlotsDamaged naming the slots."""
    if said := damage(text, slots):
        raise SlotsDamaged(said)
    known = {slot.id: slot for slot in slots}
    runs: list[Run] = []
    look: dict[str, object] = {}
    buffer: list[str] = []

    def flush() -> None:
        if words := "".join(buffer):
            runs.append(Run(words, **look))  # type: ignore[arg-type]
        buffer.clear()

    at = 0
    for token in TOKEN.finditer(text):
        buffer.append(text[at : token.start()])
        at = token.end()
        if token[1]:
            buffer.append(known[int(token[1])].original)
            continue
        flush()
        look = json.loads(known[int(token[2])].original) if token[2] else {}
    buffer.append(text[at:])
    flush()
    return tuple(runs)


def damage(text: str, slots: Sequence[Slot]) -> str:
    """What is wrong with the slots in `text`, in a sentence; "" when nothing is.

    `slots` are those of the source in its order, whose pairs say which of them lie inside which.
    """
    seen = _places(text)
    if seen is None:
        return "a pair of slots is torn or crossed"
    wanted = {slot.id for slot in slots}
    found = [number for number, _ in seen]
    if twice := sorted({n for n in found if found.count(n) > 1}):
        return f"slot {', '.join(map(str, twice))} is there twice"
    if lost := sorted(wanted - set(found)):
        return f"slot {', '.join(map(str, lost))} is lost"
    if strange := sorted(set(found) - wanted):
        return f"slot {', '.join(map(str, strange))} is not of this text"
    if _TORN.search(TOKEN.sub("", text)):
        return "a slot is torn"
    return ""


def _places(text: str) -> list[tuple[int, int]] | None:
    """(slot, the pair it lies in, 0 for none) in order; None where pairs do not close or nest."""
    found: list[tuple[int, int]] = []
    inside = 0
    for token in TOKEN.finditer(text):
        if token[1]:
            found.append((int(token[1]), inside))
        elif token[2]:
            if inside:
                return None
            inside = int(token[2])
            found.append((inside, 0))
        elif not inside:
            return None
        else:
            inside = 0
    return None if inside else found


def moved(source: str, target: str) -> str:
    """What moved into or out of a pair between two texts with the same slots, or whose words left it."""
    before, after = dict(_places(source) or ()), dict(_places(target) or ())
    strayed = sorted(n for n, pair in before.items() if after.get(n, pair) != pair)
    if strayed:
        return f"slot {', '.join(map(str, strayed))} moved out of its place"
    full, now = _filled(source), _filled(target)
    if emptied := sorted(n for n, has in full.items() if has and not now.get(n, has)):
        return f"slot {', '.join(map(str, emptied))} holds no words any more"
    return ""


def _filled(text: str) -> dict[int, bool]:
    return {
        int(m[1]): bool(m[2].strip())
        for m in re.finditer(r'<g id="(\d{1,6})">(.*?)</g>', text, flags=re.DOTALL)
    }


def words_only(text: str) -> str:
    """The text of a segment without its slots, for counting and for looking at letters."""
    return TOKEN.sub("", text)


def has_words(text: str) -> bool:
    """Whether there is anything to translate: a letter outside the slots."""
    return any(c.isalpha() for c in words_only(text))


def shown(text: str, slots: Sequence[Slot]) -> str:
    """The text as a reader sees it, slots filled in; for checks. A damaged text is shown as it is."""
    known = {slot.id: slot for slot in slots}

    def fill(token: re.Match[str]) -> str:
        slot = known.get(int(token[1])) if token[1] else None
        return slot.original if slot else "" if not token[1] else token[0]

    return TOKEN.sub(fill, text)
