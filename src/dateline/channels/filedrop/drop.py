"""From a task to files: names, folders and bytes in the order in which they are put."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from dateline.core.clock import Instant
from dateline.core.drop_names import filled, keeps_versions_apart
from dateline.core.encodings import encoding_name, transcoded
from dateline.core.errors import BadInput
from dateline.core.words import Media, OpenedParcel, Task
from dateline.formats.registry import codec

_EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
_HASH_IN_NAME: Final = 12
TEST_RELEASE: Final = "testpack22"
"""The release of `endpoint test`: sent again and again, under the same names, with other words each time."""

_XML: Final = re.compile(r"""\A(\ufeff?<\?xml\b[^>]*?\bencoding\s*=\s*["'])[^"']*(["'])""")
_META: Final = re.compile(r"""(<meta\s+charset\s*=\s*["']?)[\w-]+""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DropFile:
    """One file. `folder` are the parts below the endpoint's own folder."""

    folder: tuple[str, ...]
    name: str
    data: bytes

    @property
    def part(self) -> str:
        """Its name while it is written: hidden, so that no collector takes half a file."""
        return f".{self.name}.part"

    @property
    def done(self) -> str:
        """The empty file that says it is whole, where a server refuses to rename."""
        return f"{self.name}.done"


@dataclass(frozen=True, slots=True)
class Drop:
    """The files of one delivery. Pictures go first, so that nobody reads a text without them."""

    text: DropFile
    pictures: tuple[DropFile, ...] = ()
    overwrites: bool = False
    """What bears a name may be replaced by something else: a template without a version, where a correction
    takes the place of what it corrects, and test packs.
    """

    @property
    def files(self) -> tuple[DropFile, ...]:
        return (*self.pictures, self.text)


def drop_of(task: Task) -> Drop:
    """The files of a task; the same names and bytes at every repeat (I5).

    Raises BadInput where the outlet's encoding lacks a character, or its template does not work.
    """
    parcel, options = task.parcel, task.endpoint.options
    template = options.get("path", "")
    parts = filled(template, _values(parcel))
    data = encoded(parcel.body, options.get("encoding", ""), parcel.format)
    text = DropFile(parts[:-1], parts[-1], data)
    pictures = tuple(_picture(parts[:-1], parcel, media, found) for media, found in parcel.media)
    overwrites = not keeps_versions_apart(template) or parcel.release == TEST_RELEASE
    return Drop(text, pictures, overwrites)


def _values(parcel: OpenedParcel) -> dict[str, str]:
    extension = codec(parcel.format).extension.removeprefix(".")
    first: Instant | None = parcel.first_at or parcel.at
    return {
        "slug": parcel.slug,
        "release": parcel.release,
        "language": parcel.language,
        "version": str(parcel.version),
        "ext": extension,
        "format": parcel.format,
        "yyyy": f"{first:%Y}" if first else "undated",
        "mm": f"{first:%m}" if first else "undated",
        "dd": f"{first:%d}" if first else "undated",
    }


def _picture(folder: tuple[str, ...], parcel: OpenedParcel, media: Media, data: bytes) -> DropFile:
    """Named by release and content: editions that share a picture share the file, and JSON formats name it by
    the same hash.
    """
    extension = _EXTENSIONS.get(media.media_type) or PurePosixPath(media.name).suffix[1:]
    extension = re.sub(r"[^a-z0-9]", "", extension.lower()) or "bin"
    (name,) = filled(
        "{slug}-{release}-{hash}.{ext}",
        {
            "slug": parcel.slug,
            "release": parcel.release,
            "hash": media.sha256[:_HASH_IN_NAME],
            "ext": extension,
        },
    )
    return DropFile(folder, name, data)


def encoded(body: bytes, encoding: str, form: str) -> bytes:
    """`body` (UTF-8, as every codec writes) in the outlet's encoding, with its own declaration corrected.

    Raises BadInput naming what the encoding lacks; nothing is ever replaced.
    """
    name = encoding_name(encoding)
    if name == "utf-8":
        return body
    if form in {"json", "ninjs", "ninjs2", "jsonfeed"}:
        raise BadInput(f"{form} is UTF-8 always (RFC 8259); empty the outlet's encoding")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput(f"format {form} is not text; empty the outlet's encoding") from None
    text = _XML.sub(rf"\g<1>{name}\g<2>", text, count=1)
    return transcoded(_META.sub(rf"\g<1>{name}", text, count=1), name)
