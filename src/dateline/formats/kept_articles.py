"""Articles of feeds, kept for a while: a release stands in lists of its language, sectors, countries and
issuer, in three forms each, and every release renders those lists anew.
"""

from collections import OrderedDict
from functools import cached_property
from threading import Lock
from typing import Final

from dateline.core.words import Edition
from dateline.formats.facts import PageFacts
from dateline.formats.html import article_html
from dateline.formats.xml_strings import xml_section

MOST_CHARACTERS: Final = 12_000_000
"""Of all articles of this process together: the newest thousand of 7 KB, with their marks."""
_ONE: Final = 200_000
_Key = tuple[str, str, str, str, int]


class KeptArticle:
    """One article as HTML, and as the section that Atom and RSS both hold, made when first asked for."""

    def __init__(self, html: str) -> None:
        self.html = html

    @cached_property
    def section(self) -> bytes:
        """`xml_section` of it."""
        return xml_section(self.html)


class KeptArticles:
    """The articles used last, `size` characters in all. Safe between threads."""

    def __init__(self, most: int = MOST_CHARACTERS) -> None:
        self._most, self.size = most, 0
        self._kept: OrderedDict[_Key, KeptArticle] = OrderedDict()
        self._of: dict[str, set[_Key]] = {}
        self._lock = Lock()

    def article(self, edition: Edition, page: PageFacts, sha256: str) -> KeptArticle:
        """`article_html`. The hash names the words; an edition whose blocks a list left out has fewer."""
        key = (edition.release, sha256, page.base_url, page.wire, len(edition.blocks))
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        made = KeptArticle(article_html(edition, page, sha256))
        if len(made.html) <= _ONE:
            self._keep(key, made)
        return made

    def _keep(self, key: _Key, made: KeptArticle) -> None:
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = made
            self._of.setdefault(key[0], set()).add(key)
            self.size += len(made.html)
            while self.size > self._most:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: _Key) -> None:
        self.size -= len(self._kept.pop(key).html)
        keys = self._of[key[0]]
        keys.discard(key)
        if not keys:
            del self._of[key[0]]

    def forget(self, release: str) -> None:
        """Drops every article of a release that was killed or withdrawn: its words are gone everywhere."""
        with self._lock:
            for key in tuple(self._of.get(release, ())):
                self._drop(key)

    def clear(self) -> None:
        """Forgets all."""
        with self._lock:
            self._kept.clear()
            self._of.clear()
            self.size = 0


KEPT: Final = KeptArticles()
