"""Files of other wires: oddities become warnings with their place, nothing is fetched or
expanded, and no character is replaced silently.
"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.core.errors import BadInput
from dateline.core.words import DatelineLine, Story
from dateline.formats import newsml_g2_reading, registry
from dateline.formats.tests.agency import XML
from dateline.formats.tests.test_round_trips import AFTER, _fixed
from dateline.testing.shared_data import shared

pytestmark = pytest.mark.unit
NAR = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'


def codes(story: Story) -> set[str]:
    return {finding.code for finding in story.findings}


def test_the_guidelines_text_item_is_read_with_its_body_and_subjects() -> None:
    path = shared("samples/newsml-g2-listings/LISTING_2_NewsML-G2_Text_Document.xml")
    story = registry.codec("newsml-g2").read(path.read_bytes())
    assert story.headline == 'Fed to halt QE to avert "bubble"'
    assert story.sectors == ("04000000", "20000350", "20000379") and story.provider == "Associated Press"
    assert len(story.blocks) == 2 and story.blocks[0].text.startswith("(New York, NY - October 21)")
    assert story.slug == "us-finance-fed" and story.language.startswith("en")


def test_the_guidelines_financial_item_is_read_with_its_instruments() -> None:
    path = shared("samples/newsml-g2-listings/LISTING_27_Company_Financial_Information.xml")
    story = registry.codec("newsml-g2").read(path.read_bytes())
    assert story.tickers


FOREIGN_NITF = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE nitf SYSTEM "http://nowhere.invalid/nitf-2-5.dtd">
<nitf change.date="June 3, 2005"><head><title>T</title><tobject><tobject.subject
tobject.subject.refnum="04000000"/></tobject>
<docdata><date.release norm="20301124T090000+0900"/></docdata></head>
<body><body.head><hedline><hl1>Caf\u00e9 \u201copens\u201d</hl1></hedline><byline>By Ana Lima</byline>
<dateline><location>Lisbon</location><story.date norm="20261124">Nov 24</story.date></dateline></body.head>
<body.content><p>First&nbsp;line with <em>weight</em>.</p><ul><li>one</li></ul>
</body.content></body></nitf>"""


def test_an_old_nitf_with_a_doctype_and_a_wrong_charset_is_read_whole() -> None:
    """The DTD is not fetched; windows-1252 under the name of Latin-1 keeps its quotes."""
    story = registry.codec("nitf").read(FOREIGN_NITF.encode("cp1252"))
    assert story.headline == "Caf\u00e9 \u201copens\u201d" and story.byline == "By Ana Lima"
    assert story.blocks[0].text == "First\u00a0line with weight." and story.blocks[1].kind == "list"
    assert story.dateline == DatelineLine("Lisbon", "2026-11-24") and story.sectors == ("04000000",)
    assert story.embargo == "2030-11-24T09:00:00+09:00"
    assert {"change-date", "language-missing"} <= codes(story)


NEWSML1 = """<?xml version="1.0" encoding="{}"?><NewsML><NewsEnvelope>
<DateAndTime>20261124T120000+0000</DateAndTime>
</NewsEnvelope><NewsItem><Identification><NewsIdentifier><ProviderId>w.example</ProviderId>
<DateId>20261124</DateId>
<NewsItemId>1</NewsItemId><RevisionId PreviousRevision="1" Update="N">2</RevisionId>
<PublicIdentifier>urn:x</PublicIdentifier>
</NewsIdentifier></Identification><NewsManagement>
<NewsItemType FormalName="News"/><FirstCreated/><ThisRevisionCreated/>
<Status FormalName="Embargoed"/><StatusWillChange><FutureStatus FormalName="Usable"/>
<DateAndTime>20301124T120000+0000</DateAndTime></StatusWillChange></NewsManagement>
<NewsComponent><NewsLines><HeadLine>\u65b0\u88fd\u54c1\u3092\u767a\u58f2</HeadLine></NewsLines>
<DescriptiveMetadata><Language FormalName="ja"/></DescriptiveMetadata>
<Metadata><MetadataType FormalName="Securities Identifier"/>
<Property FormalName="Ticker Symbol" Value="TSE:0000"/>
<Property FormalName="ISIN" Value="JP3633400001"/></Metadata>
<NewsComponent><ContentItem><DataContent><p>\u8981\u7d04</p></DataContent></ContentItem></NewsComponent>
<NewsComponent><ContentItem><DataContent><html><body><p>\u672c\u6587\u306e\u4e00\u3064\u76ee\u3002</p>
<p>\u4e8c\u3064\u76ee\u3067\u3059\u3002</p></body></html></DataContent></ContentItem>
</NewsComponent></NewsComponent></NewsItem></NewsML>"""


@pytest.mark.parametrize("label", ["utf-8", "shift_jis", "x-sjis", "euc-jp", "utf-16"])
def test_a_newsml1_item_is_read_in_the_charsets_of_the_field(label: str) -> None:
    """Abstract and body as siblings: the longer is the body; a revision above 1 is called a correction."""
    codec = "shift_jis" if label == "x-sjis" else label
    story = registry.codec("newsml1").read(NEWSML1.format(label).encode(codec))
    assert story.headline == "\u65b0\u88fd\u54c1\u3092\u767a\u58f2" and story.language == "ja"
    assert [block.text for block in story.blocks] == [
        "\u672c\u6587\u306e\u4e00\u3064\u76ee\u3002", "\u4e8c\u3064\u76ee\u3067\u3059\u3002"
    ]  # fmt: skip
    assert story.tickers == ("TSE:0000",) and story.isins == ("JP3633400001",)
    assert story.embargo == "2030-11-24T12:00:00+00:00" and "correction" in codes(story)
    assert "characters-lost" not in codes(story)


def test_several_items_of_a_message_become_several_stories() -> None:
    meta = "<contentMeta><headline>H{0}</headline></contentMeta>"
    item = '<newsItem guid="urn:x:{0}" xml:lang="en">' + meta + "</newsItem>"
    data = f"<newsMessage {NAR}><itemSet>{item.format(1)}{item.format(2)}</itemSet></newsMessage>".encode()
    stories = newsml_g2_reading.read_items(data)
    assert [story.headline for story in stories] == ["H1", "H2"]
    assert "several-items" in codes(stories[0]) and "body-missing" in codes(stories[1])


def test_bytes_that_fit_no_charset_are_reported_and_never_hidden() -> None:
    head = b"<body.head><hedline><hl1>A\xff\xff</hl1></hedline></body.head>"
    data = b'<?xml version="1.0" encoding="GB2312"?><nitf><body>' + head + b"</body></nitf>"
    story = registry.codec("nitf").read(data)
    assert "\ufffd" not in story.headline or "characters-lost" in codes(story)
    assert codes(story) & {"encoding-wrong", "characters-lost"}
    assert any("byte" in finding.where for finding in story.findings)


def test_control_characters_and_unknown_entities_are_named_with_their_line() -> None:
    data = b"<nitf>\n<body><body.head><hedline><hl1>A\x07 &oops; B</hl1></hedline></body.head></body></nitf>"
    story = registry.codec("nitf").read(data)
    assert story.headline == "A &oops; B"
    assert {"control-removed", "entity-unknown"} <= codes(story)
    assert sum("line 2" in finding.where for finding in story.findings) == 2


def test_a_file_that_breaks_off_is_read_as_far_as_it_goes_and_said_so() -> None:
    data = FOREIGN_NITF.encode("cp1252")
    story = registry.codec("nitf").read(data[: data.index(b"<ul>")])
    assert story.blocks[0].text.startswith("First") and "xml-broken" in codes(story)


_DAMAGE = (
    b"", b"<", b">", b"&", b"\x00", b"\xff\xfe", b"&#xD800;", b"&#99999999999;", b"</p>", b"]]>",
    b"<![CDATA[", b"<!--", b"<!DOCTYPE a>", b"\xd9\x8a",
)  # fmt: skip
HOSTILE = (
    b"",
    b"not xml at all",
    b"\xff\xfe\x00",
    b"<html><body/></html>",
    b'<!DOCTYPE a [<!ENTITY x "y">]><nitf><body>&x;</body></nitf>',
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><NewsML>&x;</NewsML>',
    b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><newsItem>&b;</newsItem>',
    b"<nitf>" + b"<p>" * 5_000,
    b"<newsItem>" * 200,
    b"<NewsML>" + b"<NewsItem>" * 240 + b"</NewsItem>" * 240 + b"</NewsML>",
)


@pytest.mark.parametrize("name", XML)
@pytest.mark.parametrize("data", HOSTILE)
def test_hostile_or_foreign_bytes_end_in_words(name: str, data: bytes) -> None:
    """I14: refused with the place, within no time and without opening any file."""
    with pytest.raises(BadInput):
        registry.codec(name).read(data)


@pytest.mark.parametrize("name", XML)
def test_scripts_in_a_body_are_taken_out_and_said_so(name: str) -> None:
    inside = '<p onclick="x()">Hello</p><script>alert(1)</script>'
    body = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{inside}</body></html>'
    g2 = f"<contentSet><inlineXML>{body}</inlineXML></contentSet>"
    part = f"<ContentItem><DataContent>{body}</DataContent></ContentItem>"
    link = '<p>Hello <a href="javascript:x()">y</a></p>'
    files = {
        "newsml-g2": f'<newsItem {NAR} guid="urn:x" xml:lang="en">{g2}</newsItem>',
        "newsml1": f"<NewsML><NewsItem><NewsComponent>{part}</NewsComponent></NewsItem></NewsML>",
        "nitf": f'<nitf baselang="en"><body><body.content>{link}</body.content></body></nitf>',
    }
    story = registry.codec(name).read(files[name].encode())
    shown = json.dumps([[run.text + run.href for run in block.runs] for block in story.blocks])
    assert "alert" not in shown and "javascript" not in shown


def test_references_to_what_is_no_character_are_named_and_those_of_windows_mended() -> None:
    head = b"<body.head><hedline><hl1>It&#146;s &#0;an&#xD800; apple&#x2014;</hl1></hedline></body.head>"
    story = registry.codec("nitf").read(b"<nitf><body>" + head + b"</body></nitf>")
    assert story.headline == "It\u2019s an apple\u2014"
    assert {"reference-mended", "control-removed"} <= codes(story)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_becomes_a_story_or_is_refused_in_words(data: st.DataObject) -> None:
    """I14: cut, doubled, overwritten anywhere."""
    name = data.draw(st.sampled_from(XML))
    whole = bytearray(registry.codec(name).render(_fixed(), AFTER))
    for _ in range(data.draw(st.integers(1, 4))):
        at, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
        whole[at : min(end, at + 60)] = data.draw(st.sampled_from(_DAMAGE))
    try:
        read = registry.codec(name).read(bytes(whole))
    except BadInput as error:
        assert str(error)
    else:
        assert {finding.severity for finding in read.findings} <= {"warn"}
