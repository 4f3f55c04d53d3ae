"""NewsML-G2 beyond one item: the `packageItem` that groups the languages of a release, and the `newsMessage`
that carries the package with all its news items; and which items of a message belong together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree

from dateline.core.clock import Instant, iso_z
from dateline.core.errors import BadInput
from dateline.core.words import Edition
from dateline.formats.carried import is_gone
from dateline.formats.facts import PageFacts, edition_url, identity, newsml_urn
from dateline.formats.newsml_g2 import CATALOG, CODEC, NAR
from dateline.formats.xml_in import below, child, children, local, parse_xml
from dateline.formats.xml_out import XML_LANG, Element, element

PACKAGE_TYPE: Final = "application/vnd.iptc.g2.packageitem+xml"
MESSAGE_TYPE: Final = "application/vnd.iptc.g2.newsmessage+xml"
ALTERNATIVES: Final = "pgrmod:alt"
_NAMES: Final[Any] = {None: NAR}
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
Public = tuple[Edition, PageFacts]


def package_item(items: Sequence[Public]) -> bytes:
    """The languages of one release as alternatives of one another, the original first.

    `items`: public editions with their facts, `at` set. Raises BadInput for none, or editions of several
    releases.
    """
    return _DECLARATION + etree.tostring(_package(items), encoding="unicode").encode() + b"\n"


def news_message(items: Sequence[Public], *, sent: Instant) -> bytes:
    """The package and every news item it names, whole, in one message. `sent`: when it is handed over."""
    root = etree.Element(f"{{{NAR}}}newsMessage", nsmap=_NAMES)
    ordered = _ordered(items)
    page = ordered[0][1]
    header = _child(root, "header")
    _child(header, "sent", iso_z(sent))
    _child(header, "sender", urlsplit(page.base_url).hostname or "wire.invalid")
    _child(header, "transmitId", f"{_guid(*ordered[0])}:{sent:%Y%m%dT%H%M%S%fZ}")
    _child(header, "origin", page.wire)
    item_set = _child(root, "itemSet")
    item_set.append(_package(ordered))
    for edition, facts in ordered:
        item_set.append(etree.fromstring(CODEC.render(edition, facts), _PARSER))
    return _DECLARATION + etree.tostring(root, encoding="unicode").encode() + b"\n"


_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _ordered(items: Sequence[Public]) -> list[Public]:
    if not items or any(page.at is None for _, page in items):
        raise BadInput("a package is made of public editions; there is none", where="NewsML-G2")
    if len({edition.release for edition, _ in items}) > 1:
        raise BadInput("a package groups the languages of one release", where="NewsML-G2")
    return sorted(items, key=lambda item: not item[0].is_original)


def _guid(edition: Edition, page: PageFacts) -> str:
    """The name of the release whatever its language, fixed for life."""
    first = page.first_at or page.at
    if first is None:
        raise BadInput("a package is made of public editions", where="NewsML-G2")
    return newsml_urn(page.base_url, first, edition.release, "x").removesuffix("-x")


def _package(items: Sequence[Public]) -> Element:
    ordered = _ordered(items)
    edition, page = ordered[0]
    root = etree.Element(f"{{{NAR}}}packageItem", nsmap=_NAMES)
    facts = {
        "guid": _guid(edition, page), "version": str(max(e.version for e, _ in ordered)),
        "standard": "NewsML-G2", "standardversion": "2.35", "conformance": "power",
        XML_LANG: edition.language,
    }  # fmt: skip
    for name, value in facts.items():
        root.set(name, value)
    _child(root, "catalogRef", href=CATALOG)
    holder = _child(_child(root, "rightsInfo"), "copyrightHolder", literal=edition.issuer.slug)
    _child(holder, "name", edition.issuer.name)
    meta = _child(root, "itemMeta")
    _child(meta, "itemClass", qcode="ninat:composite")
    _child(_child(meta, "provider", uri=page.base_url + "/"), "name", page.wire)
    newest = max(p.at for _, p in ordered if p.at is not None)
    _child(meta, "versionCreated", iso_z(newest))
    _child(meta, "firstCreated", iso_z(min(p.first_at or p.at or newest for _, p in ordered)))
    gone = all(is_gone(e) for e, _ in ordered)
    _child(meta, "pubStatus", qcode="stat:canceled" if gone else "stat:usable")
    _child(meta, "title", edition.headline)
    content = _child(root, "contentMeta")
    for other, _ in ordered:
        _child(content, "language", tag=other.language)
    for other, _ in ordered:
        _child(content, "headline", other.headline).set(XML_LANG, other.language)
    group_set = _child(root, "groupSet", root="languages")
    group = _child(
        group_set, "group", id="languages", mode=ALTERNATIVES, roleuri=page.base_url + "/terms/languages"
    )
    for other, other_page in ordered:
        _reference(group, other, other_page)
    return root


def _reference(group: Element, edition: Edition, page: PageFacts) -> None:
    first = page.first_at or page.at
    if first is None:
        return
    reference = _child(
        group, "itemRef", residref=identity(edition, page.base_url, first), version=str(edition.version),
        contenttype=CODEC.media_type, href=edition_url(edition, page.base_url),
    )  # fmt: skip
    _child(reference, "itemClass", qcode="ninat:text")
    _child(reference, "pubStatus", qcode="stat:canceled" if is_gone(edition) else "stat:usable")
    _child(reference, "title", edition.headline).set(XML_LANG, edition.language)
    _child(reference, "language", tag=edition.language)


def _child(parent: Element, tag: str, text: str = "", /, **attributes: str) -> Element:
    return element(parent, f"{{{NAR}}}{tag}", text, **attributes)


# --- reading ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reference:
    """One item that a package names. `language` and `title` are hints, empty where the package gives none."""

    guid: str
    language: str = ""
    title: str = ""
    href: str = ""


def alternatives(data: bytes) -> tuple[tuple[Reference, ...], ...]:
    """The groups of alternatives in the packages of a file, in its order. Raises BadInput as `parse_xml`."""
    root = parse_xml(data, "NewsML-G2").root
    packages = [root] if local(root) == "packageItem" else list(below(root, "packageItem"))
    groups = [group for package in packages for group in below(package, "group")]
    return tuple(
        tuple(_read(item) for item in children(group, "itemRef"))
        for group in groups
        if str(group.get("mode") or group.get("modeuri") or "").endswith(("alt", "alternative"))
    )


def _read(item: Element) -> Reference:
    language = next((str(e.get("tag") or "") for e in children(item, "language")), "")
    title = child(item, "title")
    tag = str(title.get(XML_LANG) or "") if title is not None else ""
    words = " ".join("".join(title.itertext()).split()) if title is not None else ""
    return Reference(str(item.get("residref") or ""), language or tag, words, str(item.get("href") or ""))


def grouped_items(data: bytes) -> tuple[int, ...]:
    """Numbers (from 1) of the news items of a message that its first package groups as alternatives and that
    are there, in the package's order. Empty where nothing is grouped.
    """
    root = parse_xml(data, "NewsML-G2").root
    if local(root) != "newsMessage":
        return ()
    numbers: Mapping[str, int] = {
        str(item.get("guid") or ""): number for number, item in enumerate(below(root, "newsItem"), 1)
    }
    for group in alternatives(data):
        found = [numbers[one.guid] for one in group if one.guid in numbers]
        if len(found) > 1:
            return tuple(dict.fromkeys(found))
    return ()
