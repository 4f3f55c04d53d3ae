"""Feeds as readers of the field take them: newsboat and sfeed show titles, dates and bodies as meant (I8)."""

import re
import sqlite3
import subprocess
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest

from dateline.core.words import Edition
from dateline.formats.feeds import Feed, FeedItem, atom, rss
from dateline.formats.tests.test_agency_schemas import samples
from dateline.formats.tests.test_round_trips import AT

pytestmark = pytest.mark.unit
FORMS = {"atom": atom, "rss": rss}
_ESCAPED = {r"\n": "\n", r"\t": "\t", r"\\": "\\"}


class Seen(NamedTuple):
    """An item as a reader shows it. `words`: the text without elements and blanks."""

    id: str
    title: str
    link: str
    at: int
    words: str


def editions() -> list[Edition]:
    """One release in each language of the samples."""
    found: dict[str, Edition] = {}
    for edition in samples():
        if edition.type == "released":
            found.setdefault(str(edition.language), edition)
    assert len(found) > 5 and {"ar", "ja", "th", "zh-Hant"} <= set(found)
    return list(found.values())


def feed() -> Feed:
    items = tuple(
        FeedItem(edition, AT, AT, languages={edition.language: edition.path}) for edition in editions()
    )
    return Feed("Energy & <news>", "https://wire.example", "/en/feed.atom", "/en/", "en", "Dateline", items)


def _words(html: str) -> str:
    return re.sub(r"\s+", "", unescape(re.sub(r"<[^>]*>", " ", html)))


def newsboat(data: bytes, folder: Path) -> list[Seen]:
    """What newsboat keeps after it has loaded the feed."""
    (folder / "feed.xml").write_bytes(data)
    (folder / "urls").write_text(f"file://{folder}/feed.xml\n")
    (folder / "config").write_text("")
    command = ["newsboat", "-u", f"{folder}/urls", "-c", f"{folder}/cache.db", "-C", f"{folder}/config"]
    # Newsboat reads and writes below HOME as well.
    subprocess.run(
        [*command, "-x", "reload"], check=True, timeout=60, env={"HOME": str(folder), "LANG": "C.UTF-8"}
    )
    base = sqlite3.connect(folder / "cache.db")
    rows = base.execute("SELECT guid, title, url, pubDate, content FROM rss_item").fetchall()
    base.close()
    return [Seen(id_, title, link, int(at), _words(text)) for id_, title, link, at, text in rows]


def sfeed(data: bytes) -> list[Seen]:
    """What sfeed prints of the feed."""
    lines = subprocess.run(["sfeed"], input=data, capture_output=True, check=True, timeout=60).stdout.decode()
    found = []
    for line in lines.splitlines():
        at, title, link, text, kind, id_, *_ = line.split("\t")
        assert kind == "html"
        plain = re.sub(r"\\[nt\\]", lambda mark: _ESCAPED[mark.group()], text)
        found.append(Seen(id_, title, link, int(at), _words(plain)))
    return found


@pytest.mark.parametrize("form", FORMS)
def test_newsboat_and_sfeed_show_what_was_released(form: str, tmp_path: Path) -> None:
    data = FORMS[form](feed())
    for seen in (newsboat(data, tmp_path), sfeed(data)):
        by_link = {one.link: one for one in seen}
        assert len(by_link) == len(editions())
        for edition in editions():
            one = by_link["https://wire.example" + edition.path]
            assert one.title == " ".join(edition.headline.split())
            assert one.id.endswith(f"{edition.release}-{edition.language}")
            assert one.at == int(AT.timestamp())
            for block in edition.blocks:
                assert _words("".join(run.text for run in block.runs)) in one.words
