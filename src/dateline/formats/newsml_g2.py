"""The `newsml-g2` format: one NewsML-G2 2.35 news item with the article as XHTML; written here, read in
`newsml_g2_reading`.
"""

from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree

from dateline.core.languages import direction
from dateline.core.sectors import label as sector_label
from dateline.core.words import Contact, Edition, Media, Story
from dateline.formats import wording
from dateline.formats.carried import URGENCY, digital_source, facts_of, is_gone, label_lines, note_of
from dateline.formats.facts import PageFacts, media_url
from dateline.formats.newsml_g2_reading import read_items
from dateline.formats.xml_out import (
    XML_LANG,
    Element,
    GappedXml,
    Gaps,
    Link,
    article_xhtml,
    body_here,
    element,
    links_here,
    written,
)  # fmt: skip

NAR: Final = "http://iptc.org/std/nar/2006-10-01/"
_NAMES: Final[Any] = {None: NAR}
CATALOG: Final = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml"
NO_TRAINING: Final = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"
TRANSLATION_OF: Final = "https://schema.org/translationOfWork"
TRANSLATED_AS: Final = "https://schema.org/workTranslation"
# ISO 10383 of exchanges by the names that tickers carry; other markets travel by name alone.
_MARKETS: Final = {
    "nasdaq": "XNAS", "nyse": "XNYS", "lse": "XLON", "tse": "XTKS", "tyo": "XTKS", "hkex": "XHKG",
    "krx": "XKRX", "kosdaq": "XKOS", "sgx": "XSES", "xetra": "XETR", "euronext": "XPAR", "idx": "XIDX",
    "bursa": "XKLS", "set": "XBKK", "hose": "XSTC", "six": "XSWX", "bme": "XMAD", "b3": "BVMF",
    "tadawul": "XSAU", "adx": "XADS", "dfm": "XDFM", "asx": "XASX", "tsx": "XTSE", "twse": "XTAI",
}  # fmt: skip


def newsml_g2_document(edition: Edition, page: PageFacts) -> bytes:
    """The item with its gaps open."""
    gaps = Gaps(edition, page)
    root = etree.Element(f"{{{NAR}}}newsItem", nsmap=_NAMES)
    facts: dict[str, str] = {
        "guid": gaps.urn(urlsplit(page.base_url).hostname or "wire.invalid"),
        "version": str(edition.version),
        "standard": "NewsML-G2",
        "standardversion": "2.35",
        "conformance": "power",
        XML_LANG: edition.language,
        "dir": direction(edition.language),
    }
    for name, value in facts.items():
        root.set(name, value)
    _child(root, "catalogRef", href=CATALOG)
    _rights(root, edition)
    _item_meta(root, edition, page, gaps)
    _content_meta(root, edition, page)
    _issuer(root, edition)
    if is_gone(edition):
        return written(root, gaps)
    inline = _child(_child(root, "contentSet"), "inlineXML", contenttype="application/xhtml+xml")
    body_here(inline)
    return written(root, gaps, article_xhtml(edition, page, gaps.sha256))


def _child(parent: Element, tag: str, text: str = "", /, **attributes: str) -> Element:
    return element(parent, f"{{{NAR}}}{tag}", text, **attributes)


def _rights(root: Element, edition: Edition) -> None:
    rights = _child(root, "rightsInfo")
    holder = _child(rights, "copyrightHolder", literal=edition.issuer.slug)
    _child(holder, "name", edition.issuer.name)
    _child(rights, "copyrightNotice", f"© {edition.issuer.name}")
    if edition.disclaimer:
        _child(rights, "usageTerms", edition.disclaimer)
    if edition.restrict:
        _child(rights, "usageTerms", wording.restriction(edition.restrict, edition.language))
    _child(rights, "dataMining", uri=NO_TRAINING)


def _item_meta(root: Element, edition: Edition, page: PageFacts, gaps: Gaps) -> None:
    meta = _child(root, "itemMeta")
    terms = page.base_url + "/terms/"
    _child(meta, "itemClass", qcode="ninat:text")
    _child(_child(meta, "provider", uri=page.base_url + "/"), "name", page.wire)
    _child(meta, "versionCreated", gaps.at)
    if edition.version == 1 or page.first_at is not None:
        _child(meta, "firstCreated", gaps.first)
    _child(meta, "embargoed", gaps.at)
    _child(meta, "pubStatus", qcode="stat:canceled" if is_gone(edition) else "stat:usable")
    _child(meta, "title", edition.headline)
    if note := note_of(edition):
        _child(meta, "edNote", note)
    for name, words in label_lines(edition):
        _child(meta, "edNote", words, roleuri=terms + "label-" + name)
    if edition.type == "corrected":
        _child(meta, "signal", qcode="sig:correction")
    _child(meta, "hash", gaps.sha256, hashtypeuri="urn:ietf:rfc:6234#sha-256")
    links_here(meta)
    if not is_gone(edition):
        for item in edition.media:
            _media(meta, item, page)
    for name, value in facts_of(edition, page, gaps.sha256):
        _child(meta, "itemMetaExtProperty", reluri=terms + name, value=value)


def _media(meta: Element, item: Media, page: PageFacts) -> None:
    """A picture as a link with its words; whoever wants it fetches it by the hash of its bytes."""
    terms = page.base_url + "/terms/"
    link = _child(
        meta,
        "link",
        reluri=terms + "media",
        href=media_url(item, page.base_url),
        contenttype=item.media_type,
        size=str(item.size_bytes),
        title=item.name,
    )
    for name, text in (("alt", item.alt), ("caption", item.caption)):
        if text:
            _child(link, "description", text, roleuri=terms + name)
    if item.credit:
        _child(link, "creditline", item.credit)
    _child(link, "hash", item.sha256, hashtypeuri="urn:ietf:rfc:6234#sha-256")
    for name, number in (("width", item.width), ("height", item.height)):
        if number:
            _child(link, "itemMetaExtProperty", reluri=terms + name, value=str(number))
    for name, value in item.facts.items():
        _child(link, "itemMetaExtProperty", reluri=terms + name, value=value)


def _content_meta(root: Element, edition: Edition, page: PageFacts) -> None:
    meta = _child(root, "contentMeta")
    _child(meta, "urgency", str(URGENCY[edition.release_class]))
    if source := digital_source(edition):
        _child(meta, "digitalSourceType", qcode="digsrctype:" + source)
    if edition.dateline and edition.dateline.place:
        _child(_child(meta, "located", literal="dateline"), "name", edition.dateline.place)
    if edition.provider:
        _child(_child(meta, "infoSource", literal="provider"), "name", edition.provider)
    if edition.on_behalf_of:
        _child(_child(meta, "infoSource", literal="on-behalf-of"), "name", edition.on_behalf_of)
    _child(_child(meta, "creator", literal=edition.issuer.slug), "name", edition.issuer.name)
    _child(meta, "altId", edition.release, typeuri=page.base_url + "/terms/release")
    _child(meta, "language", tag=edition.language)
    genre = "Advertiser_Supplied" if "paid" in edition.labels else "Press_Release"
    _child(meta, "genre", qcode="genre:" + genre)
    for word in edition.keywords:
        _child(meta, "keyword", word)
    _subjects(meta, edition)
    _child(meta, "slugline", edition.slug)
    _child(meta, "headline", edition.headline)
    if is_gone(edition):
        return
    if edition.dateline:
        _child(meta, "dateline", wording.dateline(edition.dateline, edition.language))
    if edition.byline:
        _child(meta, "by", edition.byline)
    if edition.summary:
        _child(meta, "description", edition.summary, role="drol:summary")


def _subjects(meta: Element, edition: Edition) -> None:
    for code in edition.sectors:
        subject = _child(meta, "subject", type="cpnat:abstract", qcode="medtop:" + code)
        element(subject, f"{{{NAR}}}name", sector_label(code)).set(XML_LANG, "en")
    for country in edition.countries:
        _child(meta, "subject", type="cpnat:geoArea", qcode="iso3166-1a2:" + country)
    subject = _child(meta, "subject", type="cpnat:organisation", literal=edition.issuer.slug)
    _child(subject, "name", edition.issuer.name)


def _issuer(root: Element, edition: Edition) -> None:
    said = _child(root, "assert", literal=edition.issuer.slug)
    _child(said, "type", qcode="cpnat:organisation")
    _child(said, "name", edition.issuer.name)
    for isin in edition.isins:
        _child(said, "sameAs", qcode="isin:" + isin)
    if edition.lei:
        _child(said, "sameAs", uri="urn:lei:" + edition.lei)
    for ticker in edition.tickers:
        exchange, colon, symbol = ticker.rpartition(":")
        market = _MARKETS.get(exchange.casefold(), "")
        code = "mic:" + market if market else ""
        _child(said, "hasInstrument", symbol=symbol, market=code, marketlabel=exchange if colon else "")
    if edition.contacts:
        details = _child(said, "organisationDetails")
        for contact in edition.contacts:
            _contact(_child(details, "contactInfo"), contact)


def _contact(parent: Element, contact: Contact) -> None:
    for kind in ("email", "phone"):
        if value := getattr(contact, kind):
            _child(parent, kind, value)
    if words := ", ".join(part for part in (contact.name, contact.role) if part):
        _child(parent, "note", words)


def _link(link: Link) -> str:
    relation = TRANSLATION_OF if link.original else TRANSLATED_AS
    return (
        f'<link reluri="{relation}" residref="{escape(link.urn)}" href="{escape(link.url)}" '
        f'xml:lang="{escape(link.language)}"/>'
    )


class NewsmlG2Codec(GappedXml):
    """Carries everything an edition has: words and structure in the XHTML, facts in the item's own fields."""

    name = "newsml-g2"
    media_type = "application/vnd.iptc.g2.newsitem+xml"
    extension = ".xml"
    version = "2.35"

    def read(self, data: bytes) -> Story:
        return read_items(data)[0]


CODEC = NewsmlG2Codec(newsml_g2_document, _link)
