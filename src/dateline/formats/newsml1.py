"""The `newsml1` format: NewsML 1.2 with an XHTML body, as older receivers take it; written here, read in
`newsml1_reading`.
"""

from html import escape
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from dateline.core.sectors import label as sector_label
from dateline.core.words import Edition, Media, Story
from dateline.formats import wording
from dateline.formats.carried import URGENCY, facts_of, is_gone, label_lines, note_of
from dateline.formats.facts import PageFacts, edition_url, media_url
from dateline.formats.newsml1_reading import read_items
from dateline.formats.subject_codes import subject_code
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

_TYPES: Final = {"image": "Photo", "video": "Video", "audio": "Audio"}


def newsml1_document(edition: Edition, page: PageFacts) -> bytes:
    """The document with its gaps open."""
    gaps = Gaps(edition, page)
    root = etree.Element("NewsML", Version="1.2")
    envelope = element(root, "NewsEnvelope")
    element(envelope, "DateAndTime", gaps.basic)
    element(envelope, "NewsService", FormalName=page.wire)
    element(envelope, "NewsProduct", FormalName="Press releases")
    element(envelope, "Priority", FormalName=str(URGENCY[edition.release_class]))
    item = element(root, "NewsItem")
    item.set(XML_LANG, edition.language)
    _identification(item, edition, page, gaps)
    _management(item, edition, page, gaps)
    _component(item, edition, page, gaps)
    return written(root, gaps, "" if is_gone(edition) else article_xhtml(edition, page, gaps.sha256))


def _identification(item: Element, edition: Edition, page: PageFacts, gaps: Gaps) -> None:
    host = urlsplit(page.base_url).hostname or "wire.invalid"
    identification = element(item, "Identification")
    name = element(identification, "NewsIdentifier")
    element(name, "ProviderId", host)
    element(name, "DateId", gaps.day)
    element(name, "NewsItemId", f"{edition.release}-{edition.language}")
    element(
        name,
        "RevisionId",
        str(edition.version),
        PreviousRevision=str(edition.version - 1),
        Update="N",  # every revision of ours is whole
    )
    element(name, "PublicIdentifier", f"{gaps.urn(host)}:{edition.version}N")
    element(identification, "NameLabel", edition.slug)


def _management(item: Element, edition: Edition, page: PageFacts, gaps: Gaps) -> None:
    management = element(item, "NewsManagement")
    element(management, "NewsItemType", FormalName="News")
    element(management, "FirstCreated", gaps.first_basic)
    element(management, "ThisRevisionCreated", gaps.basic)
    element(management, "Status", FormalName="Canceled" if is_gone(edition) else "Usable")
    element(management, "Urgency", FormalName=str(URGENCY[edition.release_class]))
    links_here(management)
    if note := note_of(edition):
        element(management, "Property", FormalName="EditorialNote", Value=note)
    for name, value in facts_of(edition, page, gaps.sha256):
        element(management, "Property", FormalName=f"dateline-{name}", Value=value)


def _component(item: Element, edition: Edition, page: PageFacts, gaps: Gaps) -> None:
    whole = element(item, "NewsComponent", Essential="yes")
    whole.set(XML_LANG, edition.language)
    element(whole, "Role", FormalName="Main")
    _lines(element(whole, "NewsLines"), edition, page)
    _administration(whole, edition, page)
    _rights(whole, edition, gaps)
    _description(whole, edition)
    _securities(whole, edition)
    if is_gone(edition):
        return
    text = element(whole, "NewsComponent", Essential="yes")
    text.set(XML_LANG, edition.language)
    element(text, "Role", FormalName="Main")
    content = element(text, "ContentItem")
    element(content, "MediaType", FormalName="Text")
    element(content, "MimeType", FormalName="application/xhtml+xml")
    body_here(element(content, "DataContent"))
    for media in edition.media:
        _media(whole, media, page)


def _lines(lines: Element, edition: Edition, page: PageFacts) -> None:
    element(lines, "HeadLine", edition.headline)
    if not is_gone(edition):
        if edition.subhead:
            element(lines, "SubHeadLine", edition.subhead)
        if edition.byline:
            element(lines, "ByLine", edition.byline)
        if edition.dateline:
            element(lines, "DateLine", wording.dateline(edition.dateline, edition.language))
    element(lines, "CreditLine", f"{edition.issuer.name} / {page.wire}")
    element(lines, "CopyrightLine", f"© {edition.issuer.name}")
    element(lines, "SlugLine", edition.slug)
    if edition.keywords:
        element(lines, "KeywordLine", ", ".join(edition.keywords))
    notes = [("notice", note)] if (note := note_of(edition)) else []
    notes += label_lines(edition)
    notes += [("disclaimer", edition.disclaimer)] if edition.disclaimer else []
    for name, words in notes:
        line = element(lines, "NewsLine")
        element(line, "NewsLineType", FormalName=name)
        element(line, "NewsLineText", words)


def _administration(whole: Element, edition: Edition, page: PageFacts) -> None:
    administration = element(whole, "AdministrativeMetadata")
    element(administration, "SystemIdentifier", edition_url(edition, page.base_url))
    element(element(administration, "Provider"), "Party", FormalName=page.wire)
    element(element(administration, "Creator"), "Party", FormalName=edition.issuer.name)
    for name in (edition.provider, edition.on_behalf_of):
        if name:
            element(element(administration, "Source"), "Party", FormalName=name)
    for contact in () if is_gone(edition) else edition.contacts:
        entry = element(
            administration, "Property", FormalName="Contact", Value=contact.name or contact.email or "-"
        )
        for part in ("role", "email", "phone"):
            if value := getattr(contact, part):
                element(entry, "Property", FormalName=part.capitalize(), Value=value)


def _rights(whole: Element, edition: Edition, gaps: Gaps) -> None:
    rights = element(whole, "RightsMetadata")
    copyright_ = element(rights, "Copyright")
    element(copyright_, "CopyrightHolder", edition.issuer.name)
    element(copyright_, "CopyrightDate", gaps.year)
    if edition.restrict or edition.disclaimer:
        usage = element(rights, "UsageRights")
        if edition.restrict:
            element(usage, "Geography", wording.restriction(edition.restrict, edition.language))
        if edition.disclaimer:
            element(usage, "Limitations", edition.disclaimer)


def _description(whole: Element, edition: Edition) -> None:
    meta = element(whole, "DescriptiveMetadata")
    element(meta, "Language", FormalName=edition.language)
    element(meta, "Genre", FormalName="Advertiser Supplied" if "paid" in edition.labels else "Press Release")
    if edition.type == "corrected":
        element(meta, "Genre", FormalName="Correction")
    for code in dict.fromkeys(subject_code(sector) for sector in edition.sectors):
        if code:
            level = "Subject" if code.endswith("000000") else "SubjectMatter"
            level = level if code.endswith("000") else "SubjectDetail"
            element(element(meta, "SubjectCode"), level, FormalName=code, Scheme="IptcSubjectCodes")
    for country in edition.countries:
        element(element(meta, "Location"), "Property", FormalName="Country", Value=country)
    for sector in edition.sectors:
        topic = element(meta, "Property", FormalName="MediaTopic", Value=sector)
        element(topic, "Property", FormalName="Name", Value=sector_label(sector))


def _securities(whole: Element, edition: Edition) -> None:
    entries = [("Ticker Symbol", ticker) for ticker in edition.tickers]
    entries += [("ISIN", isin) for isin in edition.isins]
    entries += [("LEI", edition.lei)] if edition.lei else []
    if not entries:
        return
    meta = element(whole, "Metadata")
    element(meta, "MetadataType", FormalName="Securities Identifier")
    for name, value in entries:
        element(meta, "Property", FormalName=name, Value=value)


def _media(whole: Element, item: Media, page: PageFacts) -> None:
    kind = _TYPES.get(item.media_type.partition("/")[0], "ComplexData")
    part = element(whole, "NewsComponent")
    element(part, "Role", FormalName="Supporting")
    lines = element(part, "NewsLines")
    if item.caption:
        element(lines, "HeadLine", item.caption)
    if item.credit:
        element(lines, "CreditLine", item.credit)
    if item.alt:
        line = element(lines, "NewsLine")
        element(line, "NewsLineType", FormalName="AlternativeText")
        element(line, "NewsLineText", item.alt)
    element(element(part, "AdministrativeMetadata"), "FileName", item.name)
    content = element(part, "ContentItem", Href=media_url(item, page.base_url))
    element(content, "MediaType", FormalName=kind)
    element(content, "MimeType", FormalName=item.media_type or "application/octet-stream")
    traits = element(content, "Characteristics")
    element(traits, "SizeInBytes", str(item.size_bytes))
    element(traits, "Property", FormalName="SHA-256", Value=item.sha256)
    for name in ("Width", "Height"):
        if number := getattr(item, name.lower()):
            element(traits, "Property", FormalName=name, Value=str(number))
    for name, value in item.facts.items():
        element(traits, "Property", FormalName=name, Value=value)


def _link(link: Link) -> str:
    relation = "TranslationOf" if link.original else "Translation"
    return (
        f'<AssociatedWith FormalName="{relation}" NewsItem="{escape(link.urn)}">'
        f'<Comment xml:lang="{escape(link.language)}">{escape(link.url)}</Comment></AssociatedWith>'
    )


class Newsml1Codec(GappedXml):
    """Carries everything an edition has: words and structure in the XHTML, facts in lines and properties."""

    name = "newsml1"
    media_type = "text/vnd.IPTC.NewsML"
    extension = ".xml"
    version = "1.2"

    def read(self, data: bytes) -> Story:
        return read_items(data)[0]


CODEC = Newsml1Codec(newsml1_document, _link)
