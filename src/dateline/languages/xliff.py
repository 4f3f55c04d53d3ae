"""XLIFF 2.1 for translators and their tools: one file per edition, one unit per block, slots as inline codes
that cannot be deleted. What is written reads back equal and is written again byte for byte.

OASIS XLIFF Version 2.1 (2018); namespace 2.0 with version 2.1, as the standard wants it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

from lxml import etree

from dateline.core.errors import BadInput
from dateline.core.languages import Language, parse_language
from dateline.formats.xml_in import parse_xml
from dateline.languages.masking import TOKEN
from dateline.languages.translator import Role, Segment, Slot, SlotKind

NAMESPACE: Final = "urn:oasis:names:tc:xliff:document:2.0"
OWN: Final = "urn:dateline:xliff"
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
State = Literal["initial", "translated", "reviewed", "final"]
_STATES: Final[tuple[str, ...]] = get_args(State)
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MOST_UNITS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Unit:
    """One segment with its translation, "" for none yet. `source_hash` is that of keys.source_hash; `made`
    says who: `machine`, `memory`, `human`, "" for nobody.
    """

    segment: Segment
    source_hash: str
    target: str = ""
    state: State = "initial"
    made: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An edition on its way to a translator and back. `name` is release or file; `version` of its text."""

    name: str
    source: Language
    target: Language
    units: tuple[Unit, ...]


def xliff_of(sheet: Sheet) -> bytes:
    """The file, the same bytes for the same sheet. Raises BadInput for characters XML cannot carry."""
    root = etree.Element(
        f"{{{NAMESPACE}}}xliff",
        {"version": "2.1", "srcLang": sheet.source, "trgLang": sheet.target},
        nsmap=cast("dict[str, str]", {None: NAMESPACE, "dl": OWN}),  # the stubs know no default namespace
    )
    file = _put(root, "file", id="f1", original=sheet.name)
    for number, unit in enumerate(sheet.units, 1):
        _unit(file, number, unit)
    _indent(root, 0)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="utf-8") + b"\n"


_HOLDS_TEXT: Final = frozenset(f"{{{NAMESPACE}}}{tag}" for tag in ("source", "target", "data"))


def _indent(element: Any, depth: int) -> None:
    """Lines for people, but never within text: blanks there mean something."""
    if element.tag in _HOLDS_TEXT or not len(element):
        return
    element.text = "\n" + "  " * (depth + 1)
    for child in element:
        _indent(child, depth + 1)
        child.tail = "\n" + "  " * (depth + 1)
    child.tail = "\n" + "  " * depth


def _put(parent: Any, tag: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)


def _unit(file: Any, number: int, unit: Unit) -> None:
    segment = unit.segment
    element = _put(file, "unit", id=f"u{number}", name=segment.id, canResegment="no")
    element.set(f"{{{OWN}}}hash", unit.source_hash)
    element.set(f"{{{OWN}}}role", segment.role)
    if segment.max_chars:
        element.set(f"{{{OWN}}}max", str(segment.max_chars))
    if segment.slots:
        data = _put(element, "originalData")
        for slot in segment.slots:
            kept = _put(data, "data", id=f"d{slot.id}")
            kept.text = _clean(slot.original, segment.id)
    piece = _put(element, "segment", id="s1", canResegment="no", state=unit.state)
    if unit.made:
        piece.set("subState", f"dateline:{unit.made}")
    _inline(_put(piece, "source"), segment.text, segment)
    if unit.target:
        _inline(_put(piece, "target"), unit.target, segment)


def _inline(element: Any, text: str, segment: Segment) -> None:
    element.set(f"{_XML}space", "preserve")
    known = {slot.id: slot for slot in segment.slots}
    at, inside = 0, element
    last: Any = None

    def words(part: str) -> None:
        part = _clean(part, segment.id)
        if last is None:
            inside.text = (inside.text or "") + part
        else:
            last.tail = (last.tail or "") + part

    for token in TOKEN.finditer(text):
        words(text[at : token.start()])
        at = token.end()
        if token[3]:
            last, inside = inside, element
            continue
        slot = known.get(int(token[1] or token[2]))
        if slot is None:
            raise BadInput("its translation holds a slot that its source has not", where=segment.id)
        if token[1]:
            last = _put(inside, "ph", id=token[1], canDelete="no", canCopy="no", dataRef=f"d{slot.id}")
            last.set("type", "other")
            last.set("subType", f"dateline:{slot.kind}")
        else:
            inside = _put(inside, "pc", id=token[2], canDelete="no", canCopy="no", dataRefStart=f"d{slot.id}")
            last = None
    words(text[at:])


def _clean(text: str, where: str) -> str:
    if found := _FORBIDDEN.search(text):
        raise BadInput(f"a control character (U+{ord(found[0]):04X}) that XML cannot carry", where=where)
    return text


# --- reading ----------------------------------------------------------------------------------------------


def read_xliff(data: bytes, where: str = "XLIFF") -> Sheet:
    """The sheet of a file that we wrote and a tool may have changed. Raises BadInput naming unit and fault.

    Nothing outside the file is fetched and no entity is expanded.
    """
    root = parse_xml(data, where).root
    if root.tag != f"{{{NAMESPACE}}}xliff" or not str(root.get("version", "")).startswith("2."):
        raise BadInput("is no XLIFF 2; export it again as XLIFF 2.1", where=where)
    files = root.findall(f"{{{NAMESPACE}}}file")
    if len(files) != 1:
        raise BadInput(f"has {len(files)} <file>; one edition has one", where=where)
    units = tuple(_read_units(files[0], where))
    if twice := next((name for name, n in Counter(u.segment.id for u in units).items() if n > 1), None):
        raise BadInput("the unit is there twice", where=f"{where}: {twice[:80]}")
    return Sheet(
        str(files[0].get("original", "")),
        _language(root.get("srcLang"), where, "srcLang"),
        _language(root.get("trgLang"), where, "trgLang"),
        units,
    )


def _language(tag: str | None, where: str, name: str) -> Language:
    try:
        return parse_language(tag or "")
    except BadInput as error:
        raise BadInput(error.message, where=f"{where}: {name}") from None


def _read_units(file: Any, where: str) -> Iterator[Unit]:
    for count, element in enumerate(file.iter(f"{{{NAMESPACE}}}unit")):
        if count >= _MOST_UNITS:
            raise BadInput(f"has more than {_MOST_UNITS} units", where=where)
        yield _read_unit(element, f"{where}: {(element.get('name') or element.get('id') or '')[:80]}")


def _read_unit(element: Any, where: str) -> Unit:
    pieces = element.findall(f"{{{NAMESPACE}}}segment")
    if len(pieces) != 1:
        raise BadInput("has been cut into several segments; join them again", where=where)
    (piece,) = pieces
    data = {
        d.get("id", ""): d.text or ""
        for d in element.findall(f"{{{NAMESPACE}}}originalData/{{{NAMESPACE}}}data")
    }
    slots: dict[int, Slot] = {}
    source = _read_text(piece.find(f"{{{NAMESPACE}}}source"), data, slots, where)
    found = piece.find(f"{{{NAMESPACE}}}target")
    target = "" if found is None else _read_text(found, data, None, where)
    state = piece.get("state", "initial")
    longest = element.get(f"{{{OWN}}}max", "")
    return Unit(
        Segment(
            str(element.get("name", "")),
            source,
            tuple(slots[n] for n in sorted(slots)),
            int(longest) if longest.isdecimal() and len(longest) < 7 else None,
            _role(element.get(f"{{{OWN}}}role")),
        ),
        str(element.get(f"{{{OWN}}}hash", "")),
        target,
        state if state in _STATES else "initial",
        str(piece.get("subState", "")).removeprefix("dateline:"),
    )


def _role(name: str | None) -> Role:
    return name if name in Role.__args__ else "body"  # type: ignore[attr-defined,return-value]


def _read_text(element: Any, data: dict[str, str], slots: dict[int, Slot] | None, where: str) -> str:
    """Text with tokens; `slots` is filled from a source. Other inline elements are refused by name."""
    if element is None:
        raise BadInput("has no <source>", where=where)
    out = [element.text or ""]
    for child in element:
        name = etree.QName(child).localname if isinstance(child.tag, str) else "comment"
        if name not in {"ph", "pc"}:
            if name == "comment":
                out.append(child.tail or "")
                continue
            raise BadInput(f"holds <{name}>, which the original has not", where=where)
        number = child.get("id", "")
        if not number.isdecimal() or len(number) > 4:
            raise BadInput(f"<{name}> has the id '{number[:20]}', which is none of ours", where=where)
        if slots is not None:
            ref = child.get("dataRef" if name == "ph" else "dataRefStart", "")
            kind = "open" if name == "pc" else _kind(child)
            slots[int(number)] = Slot(int(number), kind, data.get(ref, ""))
        if name == "ph":
            out.append(f'<x id="{number}"/>')
        else:
            out.append(f'<g id="{number}">{_read_text(child, data, slots, where)}</g>')
        out.append(child.tail or "")
    return "".join(out)


def _kind(element: Any) -> SlotKind:
    found = str(element.get("subType", "")).removeprefix("dateline:")
    return cast(SlotKind, found) if found in get_args(SlotKind) else "keep"
