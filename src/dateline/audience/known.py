"""Names of channels and formats that an import may use: ours, and those other packages bring as entry points.

`audience` lies below `formats` and `channels`, so it knows their names and nothing else of them.
"""

from functools import lru_cache
from importlib.metadata import entry_points
from typing import Final

from dateline.audience.rules import PULL
from dateline.core.drops import DROP_CHANNELS

_CHANNELS: Final = ("webhook", "mail", PULL, *DROP_CHANNELS)
_WEBHOOK_FORMATS: Final = (
    "json", "html", "text", "ninjs", "markdown", "newsml-g2", "nitf", "newsml1", "ninjs2", "rss", "atom",
    "jsonfeed", "embed",
)  # fmt: skip


@lru_cache(maxsize=1)
def channels() -> tuple[str, ...]:
    """Ways to a recipient; `feed` = it fetches."""
    return tuple(dict.fromkeys((*_CHANNELS, *_installed("dateline.channels"))))


@lru_cache(maxsize=1)
def webhook_formats() -> tuple[str, ...]:
    """Forms of a text that a webhook can carry."""
    return tuple(dict.fromkeys((*_WEBHOOK_FORMATS, *_installed("dateline.formats"))))


def formats() -> tuple[str, ...]:
    """All forms of a text."""
    return (*webhook_formats(), "mail")


def _installed(group: str) -> list[str]:
    return sorted(point.name for point in entry_points(group=group))
