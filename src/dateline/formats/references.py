"""Films and documents that lie elsewhere: told with title, kind and size, and a picture that stands for them.
Their bytes are never taken in.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from dateline.core.errors import BadInput
from dateline.core.words import Block, Run
from dateline.formats.addresses import clean_href

KEYS: Final = frozenset({"href", "title", "type", "size", "poster", "alt"})
"""What a `media:` entry of the front matter may say of one."""
_MEDIA_TYPE: Final = re.compile(r"(?:video|audio|application|text|image)/[a-z0-9][a-z0-9.+-]{0,80}")
_MOST_BYTES: Final = 10**13
_WHERE: Final = "front matter `media`"


def reference_block(entry: Mapping[str, str]) -> Block:
    """The block of one entry. Raises BadInput naming what is wrong with it."""
    address = clean_href(entry["href"])
    if not address.startswith(("https://", "http://")):
        raise BadInput(f"'{entry['href'][:80]}' is no web address", where=_WHERE)
    kind, size = entry.get("type", "").lower(), entry.get("size", "")
    if kind and not _MEDIA_TYPE.fullmatch(kind):
        raise BadInput(f"'{kind[:40]}' is no media type; write for example video/mp4", where=_WHERE)
    if size and not (size.isascii() and size.isdecimal() and 0 < int(size[:20]) < _MOST_BYTES):
        raise BadInput(f"'{size[:20]}' is no size in bytes", where=_WHERE)
    title = " ".join(entry.get("title", "").split())
    runs = (Run(title),) if title and title != address else ()
    if runs and not (kind or size):
        raise BadInput("a reference with a title says its type or its size too", where=_WHERE)
    return Block("embed", href=address, runs=runs, media_type=kind, size_bytes=int(size or 0))


def reference_blocks(entries: Iterable[Mapping[str, str]]) -> tuple[Block, ...]:
    """Blocks of all references among the entries, each behind the picture that stands for it."""
    out: list[Block] = []
    for entry in entries:
        if "href" in entry:
            if poster := entry.get("poster"):
                out.append(Block("image", media=poster))
            out.append(reference_block(entry))
    return tuple(out)


def picture_entries(entries: Iterable[Mapping[str, str]]) -> tuple[dict[str, str], ...]:
    """The pictures that the entries name, posters among them."""
    out = []
    for entry in entries:
        if "href" not in entry:
            out.append(dict(entry))
        elif poster := entry.get("poster"):
            out.append({"file": poster, "alt": entry.get("alt", "") or entry.get("title", "")})
    return tuple(out)


def reference_words(block: Block) -> str:
    """`(MP4, 12.3 MB)`; empty where nothing is known."""
    kind = re.split(r"[/.+-]", block.media_type)[-1].upper()
    size, unit = float(block.size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size >= 1000:
            size, unit = size / 1000, larger
    amount = f"{size:.1f}".removesuffix(".0") + f" {unit}" if block.size_bytes else ""
    words = ", ".join(part for part in (kind, amount) if part)
    return f"({words})" if words else ""
