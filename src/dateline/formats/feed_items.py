"""The formats `rss`, `atom` and `jsonfeed`: one edition as a feed of one item, as the feeds of the newsroom
show it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from dateline.core.clock import Instant, iso_z, parse_instant
from dateline.core.errors import BadInput
from dateline.core.words import Edition, Story, edition_document, edition_from, page_path
from dateline.formats.facts import PageFacts
from dateline.formats.feed_entries import ReadFeed
from dateline.formats.feeds import Feed, FeedItem, State, atom, json_feed, rss
from dateline.formats.feeds_reading import read_feed
from dateline.formats.json_ import dump_json
from dateline.formats.json_feed_reading import read_json_feed

_WAITING: Final = b'{\n "waiting": '
"""How a rendering before T0 begins: a feed says its instants in many forms, so it is written at T0."""
_STATES: Final[dict[str, State]] = {"corrected": "corrected", "killed": "killed", "withdrawn": "withdrawn"}


def feed_of(edition: Edition, page: PageFacts, at: Instant, file: str) -> Feed:
    """The feed of the edition's language with this item alone; `file` is the name it is public under."""
    paths = {tag: page_path(tag, edition.slug, edition.release) for tag in page.languages}
    item = FeedItem(
        edition,
        at,
        page.first_at or at,
        state=_STATES.get(edition.type, "released"),
        notice=edition.reason,
        languages=paths,
    )
    home = f"/{edition.language}/"
    return Feed(page.wire, page.base_url, home + file, home, edition.language, page.wire, (item,))


@dataclass(frozen=True, slots=True)
class FeedItemCodec:
    """Carries words, structure and labels in the article, and sectors, tickers, ISINs, countries and keywords
    as categories; of pictures all but their alternative text's neighbours.
    """

    name: str
    media_type: str
    extension: str
    standard: str
    version: str
    file: str
    write: Callable[[Feed], bytes]
    entries: Callable[[bytes], ReadFeed]

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        if page.at is not None:
            return self.write(feed_of(edition, page, page.at, self.file))
        waiting = {
            "base_url": page.base_url,
            "wire": page.wire,
            "first_at": iso_z(page.first_at) if page.first_at else None,
            "edition": edition_document(edition),
        }
        return dump_json({"waiting": waiting})

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        if not data.startswith(_WAITING):
            return data
        waiting: dict[str, Any] = json.loads(data)["waiting"]
        first_at = parse_instant(waiting["first_at"]) if waiting["first_at"] else None
        page = PageFacts(waiting["base_url"], waiting["wire"], at, languages, first_at)
        return self.render(edition_from(waiting["edition"]), page)

    def read(self, data: bytes) -> Story:
        """The first entry."""
        found = self.entries(data)
        if not found.entries:
            raise BadInput("the feed has no entry", where=self.name)
        return found.story()


RSS: Final = FeedItemCodec("rss", "application/rss+xml", ".rss", "RSS", "2.0", "feed.rss", rss, read_feed)
ATOM: Final = FeedItemCodec(
    "atom", "application/atom+xml", ".atom", "Atom (RFC 4287)", "1.0", "feed.atom", atom, read_feed
)
JSON_FEED: Final = FeedItemCodec(
    "jsonfeed", "application/feed+json", ".json", "JSON Feed", "1.1", "feed.json", json_feed, read_json_feed
)
