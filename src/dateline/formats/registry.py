"""Finds the codec of a format by name: the built-in ones and the entry points of other packages."""

from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Protocol, cast

from dateline.core.clock import Instant
from dateline.core.errors import BadInput, NotFound
from dateline.core.words import Edition, Story
from dateline.formats.facts import PageFacts

GROUP = "dateline.formats"
_BUILT_IN = {
    "json": "dateline.formats.json_:CODEC",
    "html": "dateline.formats.html:CODEC",
    "text": "dateline.formats.text:CODEC",
    "ninjs": "dateline.formats.ninjs:CODEC",
    "markdown": "dateline.formats.markdown_:CODEC",
    "mail": "dateline.formats.mail:CODEC",
    "newsml-g2": "dateline.formats.newsml_g2:CODEC",
    "nitf": "dateline.formats.nitf:CODEC",
    "ninjs2": "dateline.formats.ninjs2:CODEC",
    "newsml1": "dateline.formats.newsml1:CODEC",
    "rss": "dateline.formats.feed_items:RSS",
    "atom": "dateline.formats.feed_items:ATOM",
    "jsonfeed": "dateline.formats.feed_items:JSON_FEED",
    "embed": "dateline.formats.embed:CODEC",
}
_FILES = {
    "email": "dateline.formats.email_:CODEC",
    "pdf": "dateline.formats.pdf:CODEC",
}
"""For `dateline export` alone: no webhook can carry a PDF, and a message is what the mail channel makes."""


class Codec(Protocol):
    """A format: pure functions, no I/O.

    `read(render(edition, page))` gives back every part of the edition that the format can carry (I8).
    """

    @property
    def name(self) -> str:
        """The word in the audience's `format` column."""
        ...

    @property
    def media_type(self) -> str: ...

    @property
    def extension(self) -> str:
        """Of files, with its dot."""
        ...

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        """The edition in this format. Before T0 `page.at` is None; `opened` fills the gap."""
        ...

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        """What `render` made before T0, with what only T0 knows filled in."""
        ...

    def read(self, data: bytes) -> Story:
        """Raises BadInput when `data` is not of this format."""
        ...


def names() -> tuple[str, ...]:
    """All formats in which a release is delivered, sorted."""
    return tuple(sorted({*_BUILT_IN, *_added()}))


def export_names() -> tuple[str, ...]:
    """All formats in which a release can be written to a file, sorted."""
    return tuple(sorted({*_BUILT_IN, *_FILES, *_added()} - {"mail"}))


@lru_cache(maxsize=64)
def codec(name: str) -> Codec:
    """The codec called `name`. Raises NotFound naming those that exist."""
    built_in = _BUILT_IN.get(name) or _FILES.get(name)
    if built_in:
        module, _, attribute = built_in.partition(":")
        return cast(Codec, getattr(import_module(module), attribute))
    added = _added()
    if name not in added:
        raise NotFound(f"there is no format '{name}'; there are {', '.join(export_names())}")
    found = added[name].load()
    made = found() if isinstance(found, type) else found
    missing = [
        part for part in ("name", "media_type", "extension", "render", "read") if not hasattr(made, part)
    ]
    if missing:
        raise BadInput(
            f"it lacks {', '.join(missing)}; see docs/extending",
            where=f"format '{name}' ({added[name].value})",
        )
    return cast(Codec, made)


def _added() -> dict[str, Any]:
    return {
        point.name: point for point in entry_points(group=GROUP) if point.name not in {**_BUILT_IN, **_FILES}
    }
