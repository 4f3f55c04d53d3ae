"""Reads a feed entry by entry: the tree of one stands at a time, however many there are."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from lxml import etree

from dateline.formats.feed_entries import FeedEntry, ReadFeed
from dateline.formats.feeds_reading import (
    MOST_ENTRIES,
    TOMBSTONE,
    Kind,
    about_feed,
    entries_of,
    kind_of_feed,
    read_feed,
    ref_of,
)
from dateline.formats.xml_in import MAX_DEPTH, PARSING, Element, below, local, mended_xml
from dateline.formats.xml_scanning import refuse_deeper

_SLICE: Final = 1 << 16


def stream_feed(data: bytes) -> tuple[ReadFeed, Iterator[FeedEntry]]:
    """What `read_feed` gives: the feed without its entries, and those, each read when it is asked for.

    Two walks over the text, since a feed may speak of itself behind its entries. One that is not well-formed
    is read as a whole, for only a tree can be mended. Raises BadInput as `read_feed`.
    """
    notes, text = mended_xml(data, "feed")
    slim = text.encode("utf-8", "replace")
    del text
    walk = _Walk(slim)
    try:
        for _ in walk.items():
            pass
    except etree.XMLSyntaxError:
        whole = read_feed(data)
        return replace(whole, entries=()), iter(whole.entries)
    notes.root = walk.root
    feed = replace(about_feed(notes, walk.kind), gone=tuple(walk.gone))
    return feed, entries_of(walk.kind, islice(_Walk(slim).items(), MOST_ENTRIES))


class _Walk:
    """One walk over a feed. Afterwards `root` holds all but the items."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._before: Element | None = None
        self.kind: Kind = "rss"
        self.root: Element | None = None
        self.gone: list[str] = []

    def _events(self) -> Iterator[tuple[str, Element]]:
        parser = etree.XMLPullParser(("start", "end"), **PARSING)
        for start in range(0, len(self._data), _SLICE):
            parser.feed(self._data[start : start + _SLICE])
            yield from parser.read_events()
        parser.close()
        yield from parser.read_events()

    def items(self) -> Iterator[Element]:
        """Items in the order of the text; each is emptied when the next one is asked for."""
        depth, inside = 0, 0
        for event, element in self._events():
            if event == "end":
                depth -= 1
                if local(element) == TOMBSTONE:
                    self.gone += [ref] if (ref := ref_of(element)) else []
                if inside == depth + 1:
                    inside = 0
                    yield from self._one(element)
                continue
            depth += 1
            refuse_deeper(depth, MAX_DEPTH, "feed")
            if self.root is None:
                self.root, self.kind = element, kind_of_feed(element)
            if not inside and self._opens(element, depth):
                inside = depth

    def _opens(self, element: Element, depth: int) -> bool:
        """Atom's entries are children of its root; RSS of the field has its items anywhere."""
        return local(element) == "item" if self.kind == "rss" else depth == 2 and local(element) == "entry"

    def _one(self, element: Element) -> Iterator[Element]:
        if self.kind == "rss":
            yield from below(element, "item")  # itself, and what hostile feeds put inside
        else:
            yield element
        element.clear(keep_tail=True)
        # The parser may still be at work on what follows the last one, so that only those before it go.
        before, self._before = self._before, element
        if before is not None and (parent := before.getparent()) is not None:
            parent.remove(before)
