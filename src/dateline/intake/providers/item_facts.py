"""What an item of a news standard says of itself beside its text: id, version, state, rights, end of use,
the provider's own categories. Read by the names of the elements, as wires write them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from dateline.core.clock import Instant, parse_instant
from dateline.core.errors import BadInput
from dateline.core.words import Finding
from dateline.formats.json_ import load_json
from dateline.formats.ninjs_reading import Ninjs
from dateline.formats.xml_in import Element, below, child, children, parse_xml, words

State = Literal["live", "killed"]
_DEAD: Final = ("cancel", "withheld", "deleted")
_BASIC: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)?(Z|[+-]\d\d:?\d\d)?)?")


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """`id` is empty where the item has none; `version` is a number or an instant as text."""

    id: str = ""
    version: str = ""
    state: State = "live"
    rights: str = ""
    expires: Instant | None = None
    categories: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def facts_of_xml(kind: str, data: bytes) -> list[ItemFacts]:
    """Of every item, in the order in which the readers give their stories."""
    root = parse_xml(data, kind).root
    if kind == "newsml-g2":
        return [_g2(item) for item in below(root, "newsItem")]
    if kind == "newsml1":
        items = [e for e in below(root, "NewsItem") if child(e, "Identification") is not None]
        return [_newsml1(item) for item in items or below(root, "NewsItem")]
    return [_nitf(root)]


def _said_dead(text: object) -> State:
    return "killed" if any(word in str(text).lower() for word in _DEAD) else "live"


def _g2(item: Element) -> ItemFacts:
    meta, content, rights = (child(item, name) for name in ("itemMeta", "contentMeta", "rightsInfo"))
    status = child(meta, "pubStatus")
    notes: list[Finding] = []
    names = [
        words(child(subject, "name")) or str(subject.get("qcode") or subject.get("uri") or "")
        for subject in children(content, "subject")
        if not str(subject.get("qcode") or "").startswith(("iso3166", "isin"))
    ]
    return ItemFacts(
        id=str(item.get("guid") or ""),
        version=str(item.get("version") or ""),
        state=_said_dead((status.get("qcode") or status.get("uri")) if status is not None else ""),
        rights=_first_words(rights, "usageTerms", "copyrightNotice"),
        expires=_instant(words(next(below(item, "expires"), None)), "expires", notes),
        categories=_each(*names, *_media_topics(content)),
        findings=tuple(notes),
    )


def _media_topics(content: Element | None) -> Iterator[str]:
    for subject in children(content, "subject"):
        code = str(subject.get("qcode") or subject.get("uri") or "")
        if found := re.search(r"medtop(?:ic/|:)\s*(\d{8})", code):
            yield found[1]


def _newsml1(item: Element) -> ItemFacts:
    identifier = child(item, "Identification", "NewsIdentifier")
    parts = [words(child(identifier, name)) for name in ("ProviderId", "DateId", "NewsItemId")]
    status = next(below(child(item, "NewsManagement"), "Status"), None)
    names = [
        str(e.get("FormalName") or "")
        for name in ("Subject", "SubjectMatter", "SubjectDetail")
        for e in below(item, name)
    ]
    return ItemFacts(
        id=":".join(parts) if parts[2] else _stem(words(child(identifier, "PublicIdentifier"))),
        version=words(child(identifier, "RevisionId")),
        state=_said_dead(status.get("FormalName") if status is not None else ""),
        rights=_first_words(item, "UsageRights", "CopyrightLine", deep=True),
        categories=_each(*names),
    )


def _stem(public: str) -> str:
    """A public identifier without the revision at its end (RFC 3085)."""
    return re.sub(r":\d+[A-Z]?$", "", public)


def _nitf(root: Element) -> ItemFacts:
    head = child(root, "head")
    docdata = child(head, "docdata")
    ident = child(docdata, "doc-id")
    notes: list[Finding] = []
    names = [
        str(e.get("tobject.subject.type") or e.get("tobject.subject.refnum") or "")
        for e in below(head, "tobject.subject")
    ]
    id_ = str(ident.get("id-string") or "") if ident is not None else ""
    source = str(ident.get("regsrc") or "") if ident is not None else ""
    key, end = child(docdata, "du-key"), child(docdata, "date.expire")
    return ItemFacts(
        id=f"{source}:{id_}" if id_ else "",
        version=str(key.get("version") or "") if key is not None else "",
        state=_said_dead(docdata.get("management-status") if docdata is not None else ""),
        rights=_rights_of_nitf(root, docdata),
        expires=_instant(str(end.get("norm") or "") if end is not None else "", "date.expire", notes),
        categories=_each(*names),
        findings=tuple(notes),
    )


def _rights_of_nitf(root: Element, docdata: Element | None) -> str:
    said = words(next(below(child(root, "body", "body.head"), "rights"), None))
    copyright_ = child(docdata, "doc.copyright")
    if said or copyright_ is None:
        return said
    parts = (str(copyright_.get(key) or "") for key in ("year", "holder"))
    return " ".join(part for part in parts if part)


def _first_words(element: Element | None, *names: str, deep: bool = False) -> str:
    for name in names:
        found = below(element, name) if deep else children(element, name)
        if text := next((words(e) for e in found if words(e)), ""):
            return text
    return ""


# --- JSON ---------------------------------------------------------------------------------------------------


def facts_of_json(kind: str, data: bytes) -> ItemFacts:
    """Of a ninjs item, or of an edition in our own JSON."""
    document = load_json(data, kind)
    if not isinstance(document, dict):
        return ItemFacts()
    if kind == "json":
        return _edition(document)
    item = Ninjs(document)
    notes: list[Finding] = []
    subjects = list(item.items("subjects", "subject"))
    names = [s.text("name", "literal", "code", "uri") for s in subjects]
    codes = [
        found[1]
        for s in subjects
        for key in ("uri", "code", "qcode")
        if (found := re.search(r"(?:^|medtop(?:ic)?[:/]|mediatopic/)(\d{8})$", s.text(key)))
    ]
    return ItemFacts(
        id=item.text("uri"),
        version=item.text("version"),
        state=_said_dead(item.text("pubStatus")),
        rights=item.text("usageTerms", "copyrightNotice", "copyrightHolder"),
        expires=_instant(item.text("expires"), "expires", notes),
        categories=_each(*names, *codes),
        findings=tuple(notes),
    )


def _edition(document: Mapping[str, Any]) -> ItemFacts:
    found = document.get("edition")
    edition = found if isinstance(found, dict) else {}
    gone = edition.get("type") in {"killed", "withdrawn"}
    return ItemFacts(
        id=f"{edition.get('release', '')}-{edition.get('language', '')}" if edition.get("release") else "",
        version=str(edition.get("version", "")),
        state="killed" if gone else "live",
        categories=tuple(str(code) for code in edition.get("sectors") or ()),
    )


def _each(*values: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(v.split()) for v in values if v.strip()))


def _instant(text: str, where: str, notes: list[Finding]) -> Instant | None:
    """RFC 3339 or ISO 8601's basic form. What has no zone, or is no time, is reported and not believed."""
    text = text.strip()
    if not text:
        return None
    try:
        return parse_instant(text)
    except BadInput:
        pass
    if (found := _BASIC.fullmatch(text)) and found[7]:
        zone = found[7] if found[7] == "Z" or ":" in found[7] else f"{found[7][:3]}:{found[7][3:]}"
        try:
            return parse_instant(
                f"{found[1]}-{found[2]}-{found[3]}T{found[4]}:{found[5]}:{found[6] or '00'}{zone}"
            )
        except BadInput:
            pass
    notes.append(Finding("expiry-unclear", "hold", where, f"'{text[:60]}' is no time with a zone"))
    return None
