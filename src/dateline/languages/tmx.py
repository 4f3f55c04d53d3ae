"""TMX 1.4b, the exchange format of translation memories: written in one order, so that what was read is
written again byte for byte. Slots are `<ph>` and `<bpt>`/`<ept>` with their kinds.

LISA/GALA, TMX 1.4b Specification (2005).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree

from dateline import __version__
from dateline.core.clock import Instant
from dateline.core.combining import MOST_MARKS, too_many_marks
from dateline.core.errors import BadInput
from dateline.core.languages import Language, parse_language
from dateline.formats.xml_in import parse_xml
from dateline.languages.masking import TOKEN, damage
from dateline.languages.translator import Slot, SlotKind

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_DATE: Final = "%Y%m%dT%H%M%SZ"
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PROPS: Final = ("issuer", "release", "reviewer", "role", "context")
_MOST: Final = 500_000
_MOST_VARIANTS: Final = 50
_LONGEST: Final = 20_000
"""Characters of a segment: longer ones are no paragraphs, and all are compared with every open block."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One pair of segments. `slots`: kinds in order of ids; `context`: hash of the neighbours."""

    source_language: Language
    target_language: Language
    source: str
    target: str
    slots: tuple[SlotKind, ...]
    role: str
    issuer: str
    release: str
    reviewer: str
    context: str
    at: Instant


def tmx_of(entries: Iterable[Entry]) -> bytes:
    """The file, sorted. Raises BadInput for characters that XML cannot carry."""
    lines = sorted(_unit(entry) for entry in entries)
    head = (
        f'<header creationtool="Dateline" creationtoolversion="{__version__}" segtype="paragraph" '
        'o-tmf="Dateline" adminlang="en" srclang="*all*" datatype="xml"/>'
    )
    body = "".join(f"{line}\n" for line in lines)
    top = '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
    return f"{top}{head}\n<body>\n{body}</body>\n</tmx>\n".encode()


def _unit(entry: Entry) -> str:
    unit = etree.Element("tu", creationdate=entry.at.astimezone(UTC).strftime(_DATE))
    for name in _PROPS:
        if value := getattr(entry, name):
            etree.SubElement(unit, "prop", type=f"x-{name}").text = _clean(value)
    for language, text in ((entry.source_language, entry.source), (entry.target_language, entry.target)):
        variant = etree.SubElement(unit, "tuv", {_LANG: str(language)})
        _write(etree.SubElement(variant, "seg"), text, entry.slots)
    return etree.tostring(unit, encoding="unicode")


def _write(seg: Any, text: str, slots: Sequence[SlotKind]) -> None:
    at, open_ = 0, ""
    last: Any = None

    def words(part: str) -> None:
        if last is None:
            seg.text = (seg.text or "") + _clean(part)
        else:
            last.tail = (last.tail or "") + _clean(part)

    for token in TOKEN.finditer(text):
        words(text[at : token.start()])
        at = token.end()
        if token[1]:
            kind = slots[int(token[1]) - 1] if int(token[1]) <= len(slots) else "keep"
            last = etree.SubElement(seg, "ph", x=token[1], type=kind)
        elif token[2]:
            open_ = token[2]
            last = etree.SubElement(seg, "bpt", i=open_, x=open_)
        else:
            last = etree.SubElement(seg, "ept", i=open_)
    words(text[at:])


def _clean(text: str) -> str:
    if found := _FORBIDDEN.search(text):
        raise BadInput(f"a control character (U+{ord(found[0]):04X}) that XML cannot carry", where="memory")
    return text


# --- reading ----------------------------------------------------------------------------------------------


def read_tmx(data: bytes, where: str, now: Instant) -> tuple[list[Entry], list[tuple[int, str]]]:
    """(entries, [(line, reason)] of units that cannot be used). Raises BadInput for what is no TMX.

    A unit with several translations gives one entry for each; the source is the header's language, or the
    first variant.
    """
    root = parse_xml(data, where).root
    body = root.find("body")
    if root.tag != "tmx" or body is None:
        raise BadInput("is no TMX; export the memory as TMX 1.4", where=where)
    header = root.find("header")
    told = "" if header is None else str(header.get("srclang", ""))
    entries: list[Entry] = []
    rejected: list[tuple[int, str]] = []
    for count, unit in enumerate(body.iter("tu")):
        if count >= _MOST:
            raise BadInput(f"has more than {_MOST} units; split it", where=where)
        try:
            entries += _read_unit(unit, told, now)
        except BadInput as error:
            rejected.append((unit.sourceline or 0, str(error)))
    return entries, rejected


def _read_unit(unit: Any, told: str, now: Instant) -> list[Entry]:
    variants: list[tuple[Language, str, dict[int, SlotKind]]] = []
    for variant in unit.iter("tuv"):
        tag = variant.get(_LANG) or variant.get("lang") or ""
        seg = variant.find("seg")
        if seg is None:
            raise BadInput(f"the variant in '{tag}' has no <seg>")
        slots: dict[int, SlotKind] = {}
        variants.append((parse_language(tag), _read(seg, slots), slots))
        if len(variants) > _MOST_VARIANTS:
            raise BadInput(f"a unit has more than {_MOST_VARIANTS} variants")
        if len(variants[-1][1]) > _LONGEST:
            raise BadInput(f"the segment in '{tag}' has more than {_LONGEST} characters")
        if too_many_marks(variants[-1][1]):
            raise BadInput(f"the segment in '{tag}' has more than {MOST_MARKS} combining marks in a row")
    if len(variants) < 2:
        raise BadInput("a unit needs a source and a translation")
    first = _source_of(unit.get("srclang") or told, [tag for tag, _, _ in variants])
    language, source, slots = variants.pop(first)
    props = {str(p.get("type", "")).removeprefix("x-"): p.text or "" for p in unit.findall("prop")}
    kinds = tuple(slots[n] for n in sorted(slots))
    wanted = tuple(Slot(n, kind, "") for n, kind in sorted(slots.items()))
    if sorted(slots) != list(range(1, len(slots) + 1)):
        raise BadInput("its slots are not numbered from 1")
    entries = []
    for tag, text, _ in variants:
        if said := damage(text, wanted):
            raise BadInput(f"the translation in {tag}: {said}")
        if not source.strip() or not text.strip():
            raise BadInput("an empty segment")
        entries.append(
            Entry(
                language, tag, source, text, kinds, (props.get("role") or "body")[:12],
                props.get("issuer", "")[:60], props.get("release", "")[:16],
                props.get("reviewer", "")[:80], props.get("context", "")[:64],
                _instant(unit.get("changedate") or unit.get("creationdate"), now),
            )
        )  # fmt: skip
    return entries


def _source_of(told: str, tags: Sequence[Language]) -> int:
    if not told or told == "*all*":
        return 0
    wanted = parse_language(told)
    return next((n for n, tag in enumerate(tags) if tag == wanted), 0)


def _read(seg: Any, slots: dict[int, SlotKind]) -> str:
    out = [seg.text or ""]
    opened: dict[str, int] = {}
    for child in seg:
        name = child.tag if isinstance(child.tag, str) else ""
        if name in {"ph", "it", "ut"}:
            number = _number(child.get("x"), slots)
            slots[number] = _kind(child.get("type"))
            out.append(f'<x id="{number}"/>')
        elif name == "bpt":
            number = _number(child.get("x") or child.get("i"), slots)
            slots[number] = "open"
            opened[str(child.get("i"))] = number
            out.append(f'<g id="{number}">')
        elif name == "ept":
            if opened.pop(str(child.get("i")), None) is None:
                raise BadInput("an <ept> without its <bpt>")
            out.append("</g>")
        elif name:
            raise BadInput(f"<{name}> within a segment is not understood")
        out.append(child.tail or "")
    return "".join(out)


def _number(told: str | None, slots: dict[int, SlotKind]) -> int:
    if told and told.isdecimal() and len(told) < 5 and int(told) not in slots:
        return int(told)
    return len(slots) + 1


def _kind(told: str | None) -> SlotKind:
    return told if told in SlotKind.__args__ else "keep"  # type: ignore[attr-defined,return-value]


def _instant(told: str | None, now: Instant) -> Instant:
    try:
        return Instant(datetime.strptime(told or "", _DATE).replace(tzinfo=UTC))
    except ValueError:
        return now
