"""Pictures of a release: found beside it or in its document, measured before anything decodes them."""

import io
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from dateline.core.words import Finding, Media, sha256_hex
from dateline.intake.credentials import has_credentials
from dateline.intake.errors import Unreadable
from dateline.intake.picture_words import PictureWords, words_in
from dateline.plant.settings import get_settings

MAX_PIXELS = 50_000_000
MAX_PICTURES = 100
# Atomic: a comment that has ended is never read again as a longer one.
_SVG = re.compile(
    rb"\s*+(?:<\?xml[^>]*+>\s*+)?(?:(?><!--.*?-->)\s*+)*+(?:<!DOCTYPE[^>]*+>\s*+)?<svg\b",
    re.DOTALL | re.IGNORECASE,
)
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its facts and its bytes."""

    media: Media
    data: bytes
    position: bool = False
    """It tells where it was taken."""


def measured(
    name: str, data: bytes, *, alt: str = "", caption: str = "", credit: str = "", language: str = ""
) -> Picture:
    """The picture with type and dimensions from its own head; words that nobody gave are those it carries
    itself (IPTC), in the language where it has several. Raises Unreadable naming it and the remedy.
    """
    where = f"media {name}"
    if not data:
        raise Unreadable("the picture is empty; export it again", where=where)
    if _SVG.match(data[:4096]):
        raise Unreadable("SVG can hold scripts and is not accepted; export it as PNG", where=where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            kind, width, height, own = _head(data, where, language)
    except Unreadable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable("more than 50 million pixels; scale it down", where=where) from None
    except Exception as error:  # Pillow's readers raise whatever their format's parser meets
        detail = f"{type(error).__name__} {str(error)[:80]}"
        message = f"not a readable JPEG, PNG, WebP or GIF ({detail}); export it again"
        raise Unreadable(message, where=where) from None
    facts = Media(
        name,
        TYPES[kind],
        sha256_hex(data),
        len(data),
        alt or own.alt,
        caption or own.caption,
        credit or own.credit,
        width,
        height,
        own.copyright,
        own.source,
        has_credentials(data),
    )
    return Picture(facts, data, own.position)


def _head(data: bytes, where: str, language: str) -> tuple[str, int, int, PictureWords]:
    """(format, width, height, words); the dimensions are judged before a pixel is decoded."""
    with Image.open(io.BytesIO(data), formats=tuple(TYPES)) as image:
        kind, (width, height) = str(image.format), image.size
        if width * height > MAX_PIXELS:
            raise Unreadable(
                f"{width} x {height} pixels are more than 50 million; scale it down", where=where
            )
        own = words_in(image, language)
        image.verify()
    return kind, width, height, own


def from_folder(
    entries: Iterable[Mapping[str, str]], folder: Path | None, language: str = ""
) -> tuple[Picture, ...]:
    """The files that `media:` names, relative to the release file and inside its folder.

    Raises Unreadable for a path that leads out, a file that is not there, one too large, or no picture.
    """
    out = []
    for entry in entries:
        name = entry["file"]
        where = f"front matter `media` {name}"
        if folder is None:
            raise Unreadable(
                "the release came without its folder, so its pictures cannot be found; send them along",
                where=where,
            )
        words = {key: entry.get(key, "") for key in ("alt", "caption", "credit")}
        out.append(measured(name, _read_inside(folder, name, where), **words, language=language))
        if len(out) > MAX_PICTURES:
            raise Unreadable(
                f"more than {MAX_PICTURES} pictures; leave some out", where="front matter `media`"
            )
    return tuple(out)


def from_bytes(
    entries: Iterable[Mapping[str, str]], data: Mapping[str, bytes], language: str = ""
) -> tuple[Picture, ...]:
    """The pictures of these `media:` entries among those that came along. Raises Unreadable as `measured`."""
    kept = list(entries)
    if len(kept) > MAX_PICTURES:
        raise Unreadable(f"more than {MAX_PICTURES} pictures; leave some out", where="front matter `media`")
    return tuple(
        measured(
            entry["file"],
            data[entry["file"]],
            alt=entry.get("alt", ""),
            caption=entry.get("caption", ""),
            credit=entry.get("credit", ""),
            language=language,
        )
        for entry in kept
    )


def _read_inside(folder: Path, name: str, where: str) -> bytes:
    root = folder.resolve()
    try:
        path = (root / name).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise Unreadable("there is no such file; the path is relative to the release", where=where) from None
    if not path.is_relative_to(root):
        raise Unreadable(
            "the path leads out of the release's folder; put the picture beside the release", where=where
        )
    if not path.is_file():
        raise Unreadable("it is not a file; name a picture", where=where)
    limit = get_settings().upload_limit_mb * 1024 * 1024
    if path.stat().st_size > limit:
        raise Unreadable(f"larger than {limit // 1024 // 1024} MB; scale it down", where=where)
    return path.read_bytes()


def alt_findings(pictures: Iterable[Media]) -> tuple[Finding, ...]:
    """A warning for each picture without words for those who cannot see it."""
    return tuple(
        Finding(
            "alt-missing", "warn", f"media {item.name}", "the picture has no alternative text; add `alt:`"
        )
        for item in pictures
        if not item.alt
    )


def position_findings(pictures: Iterable[Picture]) -> tuple[Finding, ...]:
    """A warning for each picture that tells where it was taken: the original is offered as it came."""
    return tuple(
        Finding(
            "picture-position",
            "warn",
            f"media {item.media.name}",
            "the picture tells where it was taken, and the original is offered for download; remove its "
            "position (Exif GPS) if that is not meant to be public",
        )
        for item in pictures
        if item.position
    )
