"""Reads a release of the IPTC Media Topics: IPTC's own JSON (`conceptSet`), a plain list of concepts, or SKOS
as RDF/XML. Anything odd in it is an error: this is no news file, and half a vocabulary is none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dateline.core.errors import BadInput
from dateline.core.languages import WIRE_LANGUAGES, parse_language
from dateline.core.sector_labels import ENGLISH
from dateline.core.vocabularies import Vocabulary, checked
from dateline.formats.json_ import load_json
from dateline.formats.xml_in import parse_xml

MOST_BYTES: Final = 40 * 1024 * 1024
_MOST_CONCEPTS: Final = 20_000
_LONGEST_LABEL: Final = 200
_WHERE: Final = "vocabulary"
_CODE: Final = re.compile(r"(?:^|[:/])(\d{8})(?:\s*\(retired\))?/?$")
_DAY: Final = re.compile(r"\b(20\d\d-[01]\d-[0-3]\d)\b")
_SUCCESSORS: Final = ("isReplacedBy", "replacedBy", "supersededBy", "successor")
_LANGUAGES: Final = {
    "dk": "da",
    "se": "sv",
    "no-nb": "nb",
    "no-nn": "nn",
    "en-gb": "en",
    "zh-hans": "zh-Hans",
}
"""What IPTC writes and we store; British English is the one that its labels are complete in."""
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_SKOS: Final = "{http://www.w3.org/2004/02/skos/core#}"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(slots=True)
class _Concept:
    code: str
    broader: str = ""
    retired: str = ""
    successor: str = ""
    labels: dict[str, str] = field(default_factory=dict)


def read_media_topics(data: bytes, *, release: str = "") -> Vocabulary:
    """The vocabulary of a file. `release`: its day where the file does not say. Raises BadInput naming the
    concept, and for a file that is none.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(f"more than {MOST_BYTES // 1024 // 1024} MB; it is no vocabulary", where=_WHERE)
    if data.lstrip()[:1] == b"<":
        concepts, said = _of_skos(data)
    else:
        concepts, said = _of_json(load_json(data, _WHERE))
    found: dict[str, _Concept] = {}
    for concept in concepts:
        if concept.code in found:
            raise BadInput("it is there twice", where=f"concept {concept.code}")
        found[concept.code] = concept
        if len(found) > _MOST_CONCEPTS:
            raise BadInput(f"more than {_MOST_CONCEPTS} concepts", where=_WHERE)
    if not found:
        raise BadInput("it holds no concept of the Media Topics", where=_WHERE)
    return checked(_vocabulary(found, release or said))


def _vocabulary(found: Mapping[str, _Concept], release: str) -> Vocabulary:
    if not _DAY.fullmatch(release):
        raise BadInput("it does not say of which day it is; give --release YYYY-MM-DD", where=_WHERE)
    ours = {id_ for id_, _, _ in ENGLISH}
    active = {code: concept for code, concept in found.items() if not concept.retired}
    return Vocabulary(
        release=release,
        broader={code: concept.broader for code, concept in active.items()},
        retired={c: _last(c, found) for c, concept in found.items() if concept.retired},
        labels={code: dict(concept.labels) for code, concept in active.items() if code not in ours},
    )


def _last(code: str, found: Mapping[str, _Concept]) -> str:
    """The successor in use: successors are retired too, in time. Empty where the line ends or turns."""
    seen = {code}
    at = found[code].successor
    while at and at in found and found[at].retired and at not in seen:
        seen.add(at)
        at = found[at].successor
    return at if at in found and not found[at].retired else ""


# --- JSON ------------------------------------------------------------------------------------------------


def _of_json(document: Any) -> tuple[Iterable[_Concept], str]:
    listed = document
    if isinstance(document, dict):
        listed = document.get("conceptSet", document.get("concepts"))
    if not isinstance(listed, list):
        raise BadInput("it holds no `conceptSet`; download the JSON of IPTC's Media Topics", where=_WHERE)
    head = document if isinstance(document, dict) else {}
    said = " ".join(str(head.get(name, "")) for name in ("dateReleased", "modified", "versionInfo", "source"))
    days = _DAY.findall(said) or sorted(_days(listed))[-1:]
    return (_concept(entry, number) for number, entry in enumerate(listed)), (days or [""])[0]


def _days(listed: list[Any]) -> Iterator[str]:
    for entry in listed:
        if isinstance(entry, dict):
            for name in ("modified", "created", "retired"):
                yield from _DAY.findall(str(entry.get(name) or ""))


def _concept(entry: Any, number: int) -> _Concept:
    if not isinstance(entry, dict):
        raise BadInput("it is no object", where=f"concept {number + 1}")
    code = _code(entry.get("qcode") or entry.get("uri"), f"concept {number + 1}")
    where = f"concept {code}"
    labels = entry.get("prefLabel", entry.get("name", {}))
    if not isinstance(labels, dict):
        raise BadInput("its prefLabel is no object of languages", where=where)
    return _Concept(
        code,
        _one(entry.get("broader"), where),
        str(entry.get("retired") or ""),
        next((_one(entry[name], where) for name in _SUCCESSORS if entry.get(name)), ""),
        _labels((str(tag), text) for tag, text in labels.items()),
    )


def _code(value: Any, where: str) -> str:
    found = _CODE.search(str(value or "").strip())
    if not found:
        raise BadInput(f"'{str(value)[:60]}' is no code of the Media Topics", where=where)
    return found[1]


def _one(value: Any, where: str) -> str:
    """The first of perhaps several codes; of a thesaurus with one parent there is one."""
    values = value if isinstance(value, list) else [value]
    first = next((one for one in values if one), None)
    if isinstance(first, dict):
        first = first.get("qcode") or first.get("uri")
    return _code(first, where) if first else ""


def _labels(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Labels in languages of this wire."""
    out: dict[str, str] = {}
    for tag, text in pairs:
        words = " ".join(str(text or "").split())[:_LONGEST_LABEL]
        if not words or tag.lower() in {"en-us", "pt-pt"}:
            continue
        try:
            language = parse_language(_LANGUAGES.get(tag.lower(), tag))
        except BadInput:
            continue
        if language in WIRE_LANGUAGES:
            out.setdefault(language, words)
    return out


# --- SKOS ------------------------------------------------------------------------------------------------


def _of_skos(data: bytes) -> tuple[Iterable[_Concept], str]:
    root = parse_xml(data, _WHERE).root
    if root.tag != f"{_RDF}RDF":
        raise BadInput("it is XML, but no SKOS (rdf:RDF); download RDF/XML or JSON", where=_WHERE)
    nodes = [n for n in root if isinstance(n.tag, str) and _is_concept(n)]
    days = sorted(day for node in root for day in _DAY.findall("".join(node.itertext())))
    return (_of_node(node) for node in nodes), (days or [""])[-1]


def _is_concept(node: Any) -> bool:
    if node.tag == f"{_SKOS}Concept":
        return True
    kinds = (str(kind.get(f"{_RDF}resource")) for kind in node.iter(f"{_RDF}type"))
    return any(kind.endswith("core#Concept") for kind in kinds)


def _of_node(node: Any) -> _Concept:
    code = _code(node.get(f"{_RDF}about"), "concept")
    concept = _Concept(code)
    labels = []
    for child in node:
        if not isinstance(child.tag, str):
            continue
        name = child.tag.rpartition("}")[2]
        target = child.get(f"{_RDF}resource")
        if name == "prefLabel":
            labels.append((str(child.get(_XML_LANG) or ""), child.text))
        elif name == "broader" and target and not concept.broader:
            concept.broader = _code(target, f"concept {code}")
        elif name in _SUCCESSORS and target:
            concept.successor = _code(target, f"concept {code}")
        elif name == "retired" or (name == "deprecated" and (child.text or "").strip() in {"true", "1"}):
            concept.retired = (child.text or "retired").strip() or "retired"
    concept.labels = _labels(labels)
    return concept
