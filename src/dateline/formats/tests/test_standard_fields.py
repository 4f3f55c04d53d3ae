"""What a receiver finds who knows the standard and nothing of us: each fact in the field of the standard,
looked up by its path and not by our readers (which take our own facts first and would not miss a field).
"""

import json
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest
from lxml import etree

from dateline.core.countries import Country
from dateline.core.sectors import Sector
from dateline.core.words import Contact, Edition
from dateline.formats import registry
from dateline.formats.tests.strategies import PICTURE
from dateline.formats.tests.test_agency_schemas import samples
from dateline.formats.tests.test_round_trips import AFTER

pytestmark = pytest.mark.unit
_SHA = PICTURE.sha256
_PLACES = {
    "newsml-g2": {
        "headline": "//contentMeta/headline",
        "byline": "//contentMeta/by",
        "slug": "//contentMeta/slugline",
        "keyword": "//contentMeta/keyword",
        "language": "//contentMeta/language/@tag",
        "issuer": "//copyrightHolder/name | //assert/name",
        "provider": "//infoSource[@literal='provider']/name",
        "sector": "//subject[@qcode='medtop:20000756']/@qcode",
        "country": "//subject[@qcode='iso3166-1a2:JP']/@qcode",
        "ticker": "//assert/hasInstrument[@market='mic:XNAS']/@symbol",
        "isin": "//assert/sameAs[@qcode='isin:US0378331005']/@qcode",
        "at": "//versionCreated",
        "rights": "//usageTerms",
        "email": "//assert//email",
        "picture": "//itemMeta/link/hash",
        "alt": "//itemMeta/link/description",
        "body": "//contentSet/inlineXML//p",
    },
    "nitf": {
        "headline": "//hl1",
        "byline": "//byline",
        "slug": "//du-key/@key",
        "keyword": "//key-list/keyword/@key",
        "language": "/nitf/@baselang",
        "issuer": "//rights.owner | //identified-content/org/@value",
        "provider": "//rights.agent",
        "sector": "//tobject.subject/@tobject.subject.refnum",
        "country": "//evloc/@iso-cc",
        "ticker": "//org/alt-code[@idsrc='Nasdaq']/@value",
        "isin": "//org/alt-code[@idsrc='ISIN']/@value",
        "at": "//date.issue/@norm",
        "rights": "//rights.limitations",
        "email": "//block[@class='contacts']",
        "picture": "//media/media-reference/@source",
        "alt": "//media/media-reference/@alternate-text",
        "body": "//body.content/p",
    },
    "newsml1": {
        "headline": "//HeadLine",
        "byline": "//ByLine",
        "slug": "//SlugLine",
        "keyword": "//KeywordLine",
        "language": "//DescriptiveMetadata/Language/@FormalName",
        "issuer": "//CopyrightHolder | //Creator/Party/@FormalName",
        "provider": "//Source/Party/@FormalName",
        "sector": "//Property[@FormalName='MediaTopic']/@Value",
        "country": "//Location/Property[@FormalName='Country']/@Value",
        "ticker": "//Metadata/Property[@FormalName='Ticker Symbol']/@Value",
        "isin": "//Metadata/Property[@FormalName='ISIN']/@Value",
        "at": "//ThisRevisionCreated",
        "rights": "//UsageRights/*",
        "email": "//Property[@FormalName='Email']/@Value",
        "picture": "//NewsComponent[Role/@FormalName='Supporting']//@Href",
        "alt": "//NewsLine[NewsLineType/@FormalName='AlternativeText']/NewsLineText",
        "body": "//DataContent//p",
    },
    "ninjs": {
        "headline": "headlines/value",
        "byline": "by",
        "slug": "slugline",
        "keyword": "subjects/name",
        "language": "language",
        "issuer": "copyrightHolder",
        "provider": "infoSources/name",
        "sector": "subjects/literal",
        "country": "places/literal",
        "ticker": "organisations/symbols/symbol",
        "isin": "organisations/symbols/symbol",
        "at": "versionCreated",
        "rights": "copyrightNotice",
        "email": "organisations/contactInfo/value",
        "picture": "associations/renditions/href",
        "alt": "associations/descriptions/value",
        "body": "bodies/value",
    },
}
_PLACES["ninjs2"] = {name: path.lower() for name, path in _PLACES["ninjs"].items()}


@lru_cache(maxsize=16)
def edition(language: str) -> Edition:
    found = next(one for one in samples() if one.language == language)
    return replace(
        found,
        byline="By A",
        keywords=("ferry",),
        sectors=(Sector("20000756"),),
        countries=(Country("JP"),),
        tickers=("Nasdaq:ACME",),
        isins=("US0378331005",),
        labels=("third-party",),
        origin="third-party",
        provider="Provider & Co",
        restrict=(Country("US"),),
        contacts=(Contact("Ana", "Press", "ana@acme.example", ""),),
        media=(PICTURE,),
    )


def wanted(language: str) -> dict[str, str]:
    """A word that must be in what stands at each place."""
    made = edition(language)
    return {
        "headline": made.headline, "byline": "By A", "slug": made.slug, "keyword": "ferry",
        "language": language, "issuer": made.issuer.name, "provider": "Provider & Co", "sector": "20000756",
        "country": "JP", "ticker": "ACME", "isin": "US0378331005", "at": "1124T000000Z", "rights": "",
        "email": "ana@acme.example", "picture": _SHA, "alt": PICTURE.alt,
        "body": next(block.text for block in made.blocks if block.kind == "paragraph").split()[-1],
    }  # fmt: skip


def standing(name: str, data: bytes, path: str) -> list[str]:
    """Every text at the path; XML without its namespaces."""
    if name.startswith("ninjs"):
        return list(_values(json.loads(data), path.split("/")))
    root = etree.fromstring(data)
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    found: Any = root.xpath(path)
    return [one if isinstance(one, str) else " ".join("".join(one.itertext()).split()) for one in found]


def _values(node: Any, path: list[str]) -> Any:
    if isinstance(node, list):
        for one in node:
            yield from _values(one, path)
    elif not path:
        yield str(node)
    elif isinstance(node, dict) and path[0] in node:
        yield from _values(node[path[0]], path[1:])


@pytest.mark.parametrize("language", ["en", "ar", "ja", "zh-Hant"])
@pytest.mark.parametrize("name", _PLACES)
def test_every_fact_stands_in_the_field_that_the_standard_has_for_it(name: str, language: str) -> None:
    """A format that validates and lost the ticker is a failure."""
    data = registry.codec(name).render(edition(language), AFTER)
    missing = {}
    for fact, word in wanted(language).items():
        found = standing(name, data, _PLACES[name][fact])
        shown = [text.replace("-", "").replace(":", "").replace(".000Z", "Z") for text in found]
        if not any(word in text for text in (shown if fact == "at" else found)):
            missing[fact] = (word, found)
    assert not missing
