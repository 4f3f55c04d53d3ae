"""The old site's pictures: found by their addresses in a copy of its uploads folder, never outside it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from dateline.intake import pictures
from dateline.intake.errors import Unreadable
from dateline.intake.wordpress.posts import Attachment
from dateline.plant.settings import get_settings

_UPLOADS: Final = "/wp-content/uploads/"
_SIZED: Final = re.compile(r"-\d{1,5}x\d{1,5}(?=\.[A-Za-z0-9]{2,5}$)")
_SCALED: Final = re.compile(r"-(?:scaled|rotated)(?=\.[A-Za-z0-9]{2,5}$)")
_PICTURE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)$", re.IGNORECASE)


class Uploads:
    """The folder that stood at `wp-content/uploads`. `folder` None: no picture is found."""

    def __init__(self, folder: Path | None) -> None:
        """Raises Unreadable when the folder is none."""
        if folder is not None and not folder.is_dir():
            raise Unreadable(
                "it is no folder; give the copy of wp-content/uploads", where=f"--media {folder}"
            )
        self._root = folder.resolve() if folder else None

    def find(self, url: str) -> Path | None:
        """The file of an address, the largest where the address names a smaller rendition of it."""
        relative = relative_of(url)
        if self._root is None or not relative:
            return None
        for name in _candidates(relative):
            try:
                path = (self._root / name).resolve(strict=True)
            except (OSError, ValueError, RuntimeError):
                continue
            if path.is_relative_to(self._root) and path.is_file():
                return path
        return None

    def name_of(self, path: Path) -> str:
        """A name that no other file of the folder has and that every format can carry."""
        relative = path.relative_to(self._root) if self._root else Path(path.name)
        return re.sub(r"[^\w.-]+", "-", "-".join(relative.parts)).strip("-.")[-120:].lstrip("-.") or "picture"

    def picture(self, path: Path, words: Mapping[str, str], language: str) -> pictures.Picture:
        """The picture in a file. Raises Unreadable naming it."""
        name = self.name_of(path)
        limit = get_settings().upload_limit_mb * 1024 * 1024
        if path.stat().st_size > limit:
            raise Unreadable(f"larger than {limit // 1024 // 1024} MB; scale it down", where=f"media {name}")
        return pictures.measured(name, path.read_bytes(), **words, language=language)


def relative_of(url: str) -> str:
    """`2019/05/hall.jpg` of an address below the uploads folder; empty for any other."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return ""
    relative = path.partition(_UPLOADS)[2]
    return "" if not relative or "\0" in relative or ".." in relative.split("/") else relative.lstrip("/")


def is_picture(url: str) -> bool:
    """Whether the address names a picture by its ending."""
    return bool(_PICTURE.search(relative_of(url) or urlsplit_path(url)))


def urlsplit_path(url: str) -> str:
    """The path of an address; empty for none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _candidates(relative: str) -> tuple[str, ...]:
    whole = _SIZED.sub("", relative)
    unscaled = _SCALED.sub("", whole)
    stem, dot, ending = unscaled.rpartition(".")
    return tuple(dict.fromkeys((unscaled, whole, f"{stem}-scaled{dot}{ending}", relative)))


def words_for(attachment: Attachment | None, alt: str, caption: str) -> dict[str, str]:
    """Alt text and caption: those at the place in the text first, then those of the library."""
    return {
        "alt": alt or (attachment.alt if attachment else ""),
        "caption": caption or (attachment.caption if attachment else ""),
    }
