"""Documents as providers send them, one small one of each format."""

from collections.abc import Sequence

BODY = (
    "The harbour museum of Busan opens its new hall on {day} after three years of work, the museum said. "
    "It shows two hundred ships from nine countries and expects many visitors from abroad, among them "
    "schools, sailors and builders of boats. Tickets are free on the first day, when the doors stay open "
    "until midnight, and cost as much as a cup of coffee afterwards. The oldest vessel was found by "
    "divers beneath the former fish market, where it had lain since a storm that no living person "
    "remembers. Its wood was kept in fresh water while scholars argued about its origin, until rings in "
    "its keel proved that the oak had grown far to the north. A second building, planned for later, will "
    "hold charts, letters and the songs that crews sang on long voyages; volunteers have begun to record "
    "them with retired captains."
)
OTHER = (
    "The central bank keeps its rate where it was and says that prices rise more slowly than it had feared "
    "in spring, because energy has become cheaper and wages follow with a delay of some months."
)


def item(guid: str, *, title: str = "", body: str = "", more: str = "", category: str = "Local") -> str:
    """One RSS item."""
    title = title or f"Harbour museum opens its hall ({guid})"
    text = body or BODY.format(day="Tuesday")
    return (
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title><category>{category}</category>"
        f"<description>&lt;p&gt;{text}&lt;/p&gt;</description>{more}</item>"
    )


def rss(*items: str, language: str = "en") -> bytes:
    """A feed of items."""
    return (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' "
        "xmlns:prism='http://prismstandard.org/namespaces/basic/2.0/'><channel><title>Kyoto</title>"
        f"<link>https://kyoto.example/</link><language>{language}</language>"
        f"<copyright>Kyoto 2026</copyright>{''.join(items)}</channel></rss>"
    ).encode()


def distinct(count: int) -> Sequence[str]:
    """Items that are not near to one another."""
    words = ["alpha", "bravo", "delta", "echo", "golf", "hotel", "india", "kilo", "lima", "mike"]
    return [
        item(f"n{n}", title=f"News number {n}", body=" ".join(f"{w}{n}x{k}" for k in range(4) for w in words))
        for n in range(count)
    ]


def g2(version: int, *, status: str = "usable", day: str = "Tuesday") -> bytes:
    """A NewsML-G2 item."""
    body = "" if status == "canceled" else f"<p>{BODY.format(day=day)}</p>"
    return f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:kyoto.example:1"
 version="{version}" standard="NewsML-G2" standardversion="2.35" xml:lang="en">
 <rightsInfo><usageTerms>Editorial use only</usageTerms></rightsInfo>
 <itemMeta><itemClass qcode="ninat:text"/><provider literal="kyoto"/>
  <versionCreated>2026-11-24T00:00:00Z</versionCreated><pubStatus qcode="stat:{status}"/></itemMeta>
 <contentMeta><language tag="en"/><subject qcode="medtop:04000000"><name>Economy</name></subject>
  <headline>Harbour museum opens its hall</headline></contentMeta>
 <contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><body>
 {body}</body></html></inlineXML></contentSet></newsItem>""".encode()


def ninjs(version: int, *, status: str = "usable") -> bytes:
    """A ninjs 1.x item."""
    text = "" if status == "canceled" else f'"body_text": "{BODY.format(day="Tuesday")}",'
    return f"""{{"uri": "http://kyoto.example/1", "version": "{version}", "pubstatus": "{status}", {text}
 "language": "en", "headline": "Harbour museum opens its hall", "usageterms": "Editorial use only",
 "expires": "2026-12-01T00:00:00Z", "subject": [{{"name": "Museums", "code": "20000038"}}]}}""".encode()


def nitf(version: int, *, status: str = "usable") -> bytes:
    """A NITF document."""
    return f"""<nitf><head><title>Harbour museum opens its hall</title><tobject>
 <tobject.subject tobject.subject.refnum="04000000" tobject.subject.type="Economy"/></tobject>
 <docdata management-status="{status}"><doc-id regsrc="kyoto.example" id-string="1"/>
 <date.expire norm="20261201T000000Z"/><du-key version="{version}"/>
 <doc.copyright year="2026" holder="Kyoto"/></docdata></head>
 <body xml:lang="en"><body.head><hedline><hl1>Harbour museum opens its hall</hl1></hedline></body.head>
 <body.content><p>{BODY.format(day="Tuesday")}</p></body.content></body></nitf>""".encode()


def newsml1(revision: int, *, status: str = "Usable") -> bytes:
    """A NewsML 1.2 document."""
    return f"""<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>kyoto.example</ProviderId>
 <DateId>20261124</DateId><NewsItemId>1</NewsItemId>
 <RevisionId PreviousRevision="0" Update="N">{revision}</RevisionId>
 <PublicIdentifier>urn:newsml:kyoto.example:20261124:1:{revision}</PublicIdentifier></NewsIdentifier>
 </Identification><NewsManagement><NewsItemType FormalName="News"/>
 <FirstCreated>20261124T000000Z</FirstCreated>
 <ThisRevisionCreated>20261124T000000Z</ThisRevisionCreated><Status FormalName="{status}"/></NewsManagement>
 <NewsComponent xml:lang="en"><NewsLines><HeadLine>Harbour museum opens its hall</HeadLine>
 <CopyrightLine>Kyoto 2026</CopyrightLine></NewsLines><DescriptiveMetadata><Language FormalName="en"/>
 </DescriptiveMetadata><ContentItem><DataContent>{BODY.format(day="Tuesday")}</DataContent></ContentItem>
 </NewsComponent></NewsItem></NewsML>""".encode()
