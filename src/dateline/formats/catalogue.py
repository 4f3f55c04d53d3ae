"""What `dateline formats` lists: every format that is written or read."""

from dataclasses import dataclass
from typing import Final

from dateline.formats import registry

_STANDARDS: Final = {"newsml-g2": "IPTC NewsML-G2", "nitf": "IPTC NITF", "newsml1": "IPTC NewsML"}
_ONLY_WRITTEN: Final = frozenset({"pdf"})


@dataclass(frozen=True, slots=True)
class FormatCard:
    """`writes`: a release can be exported in it; `reads`: a file of it becomes a release; `delivered`: an
    outlet may ask for it. `reads_versions` says what is read where that is more than what is written.
    """

    name: str
    standard: str
    version: str
    media_type: str
    extension: str
    writes: bool
    reads: bool
    delivered: bool
    reads_versions: str = ""


_READ_VERSIONS: Final = {
    "newsml-g2": "1.x, 2.x",
    "newsml1": "1.0 to 1.2",
    "nitf": "2.5 to 3.6",
    "ninjs": "1.x, 2.x, 3.x",
    "ninjs2": "1.x, 2.x, 3.x",
    "rss": "0.9x, 1.0, 2.0",
    "atom": "0.3, 1.0",
    "jsonfeed": "1.0, 1.1",
    "email": "saved messages",
    "html": "pages and fragments",
    "embed": "pages and fragments",
    "text": "agency text in any charset",
}
_READ_ONLY: Final = (
    FormatCard("docx", "Office Open XML", "", "application/vnd.openxmlformats-officedocument."
               "wordprocessingml.document", ".docx", False, True, False),
    FormatCard("iptc7901", "IPTC 7901, ANPA 1312", "", "text/plain", ".txt", False, True, False),
    FormatCard("opml", "OPML", "2.0", "text/x-opml", ".opml", False, True, False, "lists of feeds"),
)  # fmt: skip


def formats() -> tuple[FormatCard, ...]:
    """All of them by name."""
    delivered = set(registry.names())
    return tuple(
        sorted(
            (*_READ_ONLY, *(_card(name, name in delivered) for name in registry.export_names())),
            key=lambda card: card.name,
        )
    )


def _card(name: str, delivered: bool) -> FormatCard:
    codec = registry.codec(name)
    return FormatCard(
        name,
        str(getattr(codec, "standard", "") or _STANDARDS.get(name, name)),
        str(getattr(codec, "version", "")),
        codec.media_type,
        codec.extension,
        writes=True,
        reads=name not in _ONLY_WRITTEN,
        delivered=delivered,
        reads_versions=_READ_VERSIONS.get(name, ""),
    )
