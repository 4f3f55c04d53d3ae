"""The `nitf` format: NITF 3.6 as newsrooms have long taken it; written here, read in `nitf_reading`."""

from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree

from dateline.core.sectors import label as sector_label
from dateline.core.words import Edition, Story
from dateline.formats import wording
from dateline.formats.carried import URGENCY, facts_of, is_gone, label_lines, note_of
from dateline.formats.facts import PageFacts, edition_url
from dateline.formats.nitf_blocks import body_xml, notes_xml
from dateline.formats.nitf_reading import read_nitf
from dateline.formats.subject_codes import subject_code
from dateline.formats.xml_out import (
    Element,
    GappedXml,
    Gaps,
    Link,
    body_here,
    element,
    links_here,
    written,
)

NITF: Final = "http://iptc.org/std/NITF/2006-10-18/"
_NAMES: Final[Any] = {None: NITF}
VERSION: Final = "-//IPTC//DTD NITF 3.6//EN"


def nitf_document(edition: Edition, page: PageFacts) -> bytes:
    """The document with its gaps open."""
    gaps = Gaps(edition, page)
    root = etree.Element(f"{{{NITF}}}nitf", nsmap=_NAMES)
    root.set("version", VERSION)
    root.set("baselang", edition.language)
    _head(root, edition, page, gaps)
    body = _child(root, "body")
    head = _child(body, "body.head")
    hedline = _child(head, "hedline")
    _child(hedline, "hl1", edition.headline)
    if edition.subhead and not is_gone(edition):
        _child(hedline, "hl2", edition.subhead)
    _child(head, "note")  # replaced below by one note for each label
    _rights(head, edition)
    if edition.byline and not is_gone(edition):
        _child(head, "byline", edition.byline)
    _child(_child(head, "distributor"), "org", page.wire)
    _dateline(head, edition)
    if edition.summary and not is_gone(edition):
        _child(_child(head, "abstract"), "p", edition.summary)
    body_here(body)
    data = written(root, gaps, body_xml(edition, page))
    lines = [("notice", note)] if (note := note_of(edition)) else []
    return data.replace(b"<note/>", notes_xml([*lines, *label_lines(edition)]).encode(), 1)


def _child(parent: Element, tag: str, text: str = "", /, **attributes: str) -> Element:
    return element(parent, f"{{{NITF}}}{tag}", text, **attributes)


def _head(root: Element, edition: Edition, page: PageFacts, gaps: Gaps) -> None:
    head = _child(root, "head")
    _child(head, "title", edition.headline)
    for name, value in facts_of(edition, page, gaps.sha256):
        _child(head, "meta", name=f"dateline-{name}", content=value)
    links_here(head)
    _subjects(head, edition)
    _docdata(head, edition, page, gaps)
    _child(head, "pubdata", type="web", date__publication=gaps.basic, ex_ref="")
    head[-1].set("ex-ref", edition_url(edition, page.base_url))
    if edition.type == "corrected":
        history = _child(head, "revision-history", function="editor", norm=gaps.basic)
        history.set("comment", note_of(edition))


def _subjects(head: Element, edition: Edition) -> None:
    tobject = _child(head, "tobject")
    tobject.set("tobject.type", "news")
    _child(tobject, "tobject.property").set("tobject.property.type", "press release")
    for code in dict.fromkeys(subject_code(sector) for sector in edition.sectors):
        if code:
            _child(tobject, "tobject.subject").set("tobject.subject.refnum", code)
    for sector in edition.sectors:
        subject = _child(tobject, "tobject.subject")
        subject.set("tobject.subject.ipr", "medtop")
        subject.set("tobject.subject.refnum", sector)
        subject.set("tobject.subject.type", sector_label(sector))


def _docdata(head: Element, edition: Edition, page: PageFacts, gaps: Gaps) -> None:
    data = _child(head, "docdata")
    data.set("management-status", "canceled" if is_gone(edition) else "usable")
    host = urlsplit(page.base_url).hostname or "wire.invalid"
    name = f"{edition.release}-{edition.language}"
    if edition.type != "released" and (note := note_of(edition)):
        correction = _child(data, "correction", info=note, regsrc=host)
        correction.set("id-string", name)
    _child(data, "doc-id", regsrc=host).set("id-string", name)
    _child(data, "urgency").set("ed-urg", str(URGENCY[edition.release_class]))
    _child(data, "date.issue", norm=gaps.basic)
    _child(data, "date.release", norm=gaps.basic)
    for country in edition.countries:
        _child(data, "evloc").set("iso-cc", country)
    if note := note_of(edition):
        _child(data, "ed-msg", info=note)
    _child(data, "du-key", key=edition.slug, version=str(edition.version))
    _child(data, "doc.copyright", year=gaps.year, holder=edition.issuer.name)
    if edition.restrict:
        limits = wording.restriction(edition.restrict, edition.language)
        _child(data, "doc.rights", owner=edition.issuer.name, limitations=limits)
    if edition.keywords or edition.tickers:
        words = _child(data, "key-list")
        for word in (*edition.keywords, *edition.tickers):
            _child(words, "keyword", key=word)
    _issuer(_child(data, "identified-content"), edition)


def _issuer(parent: Element, edition: Edition) -> None:
    """The issuer with its codes; children of `identified-content` hold no text."""
    org = _child(parent, "org", idsrc="issuer", value=edition.issuer.name)
    for ticker in edition.tickers:
        exchange, _, symbol = ticker.rpartition(":")
        _child(org, "alt-code", idsrc=exchange or "ticker", value=symbol)
    for isin in edition.isins:
        _child(org, "alt-code", idsrc="ISIN", value=isin)
    if edition.lei:
        _child(org, "alt-code", idsrc="LEI", value=edition.lei)


def _rights(head: Element, edition: Edition) -> None:
    rights = _child(head, "rights")
    _child(rights, "rights.owner", edition.issuer.name)
    if edition.provider:
        _child(rights, "rights.agent", edition.provider)
    if edition.restrict:
        _child(rights, "rights.limitations", wording.restriction(edition.restrict, edition.language))


def _dateline(head: Element, edition: Edition) -> None:
    line = edition.dateline
    if line is None or is_gone(edition):
        return
    made = _child(head, "dateline")
    if line.place:
        _child(made, "location", line.place)
    if line.date:
        _child(made, "story.date", wording.dateline(line, edition.language), norm=line.date.replace("-", ""))


def _link(link: Link) -> str:
    name = "original" if link.original else "translation"
    return f'<meta name="dateline-{name}-{link.language}" content="{link.urn} {link.url}"/>'


class NitfCodec(GappedXml):
    """Carries all words, shapes and facts; provenance in `meta` of the head, labels as notes above all."""

    name = "nitf"
    media_type = "application/nitf+xml"
    extension = ".xml"
    version = "3.6"

    def read(self, data: bytes) -> Story:
        return read_nitf(data)


CODEC = NitfCodec(nitf_document, _link)
