"""Reads OPML: a list of feeds that a program exports."""

from dataclasses import dataclass
from typing import Final

from dateline.core.errors import BadInput
from dateline.core.words import Finding
from dateline.formats.addresses import clean_href
from dateline.formats.xml_in import below, local, parse_xml

_MOST: Final = 5_000


@dataclass(frozen=True, slots=True)
class FeedLink:
    """One feed of the list. `folder` is the group it stands in, "" at the top."""

    url: str
    title: str = ""
    page: str = ""
    language: str = ""
    folder: str = ""


def read_opml(data: bytes) -> tuple[tuple[FeedLink, ...], tuple[Finding, ...]]:
    """(feeds in order, each address once; what was odd). Raises BadInput when `data` is no OPML."""
    parsed = parse_xml(data, "OPML")
    if local(parsed.root) != "opml":
        raise BadInput(f"<{local(parsed.root)}> is no OPML", where="OPML")
    found: dict[str, FeedLink] = {}
    for number, outline in enumerate(below(parsed.root, "outline"), 1):
        said = {str(key).lower(): str(value) for key, value in outline.attrib.items()}
        if "xmlurl" not in said:
            continue
        url = clean_href(said["xmlurl"])
        if not url:
            where = f"OPML outline {number}"
            parsed.warn("address-left-out", where, _why_not(said["xmlurl"]))
            continue
        above = outline.getparent()
        folder = str(above.get("text") or above.get("title") or "") if local(above) == "outline" else ""
        title = said.get("title") or said.get("text", "")
        page, language = clean_href(said.get("htmlurl", "")), said.get("language", "")
        found.setdefault(url, FeedLink(url, title, page, language, folder))
    if len(found) > _MOST:
        raise BadInput(f"{len(found)} feeds are more than {_MOST}; split the list", where="OPML")
    return tuple(found.values()), tuple(parsed.findings)


def _why_not(url: str) -> str:
    """What is wrong with an address; one that may hold a password is not repeated."""
    if "@" in url:
        return "its address holds a name or a password; take it out: feeds are asked without"
    return f"'{url[:80]}' is no http or https address"
