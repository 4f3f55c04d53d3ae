"""What a file may weigh before anything opens it: bytes, entries, inflated bytes, ratio, pixels."""

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import IO

from dateline.intake.errors import Unreadable
from dateline.plant.settings import get_settings

INFLATED_BYTES = 50 * 1024 * 1024
RATIO = 100
ENTRIES = 2_000
RATIO_FROM_BYTES = 1024 * 1024
"""Below this much inflated text a high ratio harms nobody; short XML packs well."""
_CHUNK = 65_536
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,  # a packing method that zipfile does not know
    EOFError,
    RuntimeError,  # zipfile's word for encrypted entries
    OSError,
    ValueError,
)
_MACROS = ("vbaproject.bin", "vbadata.xml")
_NESTED = (".zip", ".jar", ".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".7z", ".rar", ".gz")


def checked_size(data: bytes, name: str) -> bytes:
    """`data`, unless it is empty or beyond `upload_limit_mb`."""
    limit = get_settings().upload_limit_mb
    if not data:
        raise Unreadable("the file is empty; save the release in it and try again", where=name)
    if len(data) > limit * 1024 * 1024:
        raise Unreadable(
            f"{len(data) / 1024 / 1024:.0f} MB are more than {limit} MB; "
            "raise DATELINE_UPLOAD_LIMIT_MB or shrink the pictures",
            where=name,
        )
    return data


def checked_zip(data: bytes, name: str) -> Mapping[str, bytes]:
    """Every entry, really inflated and counted; the sizes in the headers are not believed.

    Raises Unreadable on a bomb, a path outside the archive, links, encryption, archives within, or damage.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _entries(archive, len(data), name)
    except _DAMAGE as error:
        message = f"the archive is damaged or encrypted: {str(error)[:120]}; save the document again"
        raise Unreadable(message, where=name) from None


def _entries(archive: zipfile.ZipFile, packed: int, name: str) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > ENTRIES:
        message = f"the archive has {len(infos)} entries, more than {ENTRIES}; save the document again"
        raise Unreadable(message, where=name)
    out: dict[str, bytes] = {}
    total = 0
    for info in infos:
        _checked_name(info, name)
        with archive.open(info) as entry:
            out[info.filename] = _inflated(entry, packed, total, name)
        total += len(out[info.filename])
    return out


def _inflated(entry: IO[bytes], packed: int, before: int, name: str) -> bytes:
    parts = []
    total = before
    while chunk := entry.read(_CHUNK):
        total += len(chunk)
        if total > INFLATED_BYTES:
            message = f"it unpacks to more than {INFLATED_BYTES // 1024 // 1024} MB; shrink its pictures"
            raise Unreadable(message, where=name)
        if total > RATIO_FROM_BYTES and total > packed * RATIO:
            message = f"it unpacks to more than {RATIO} times its size, as zip bombs do; save it again"
            raise Unreadable(message, where=name)
        parts.append(chunk)
    return b"".join(parts)


def _checked_name(info: zipfile.ZipInfo, name: str) -> None:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    lower = info.filename.lower()
    if path.is_absolute() or ".." in path.parts or ":" in info.filename:
        raise Unreadable("an entry of the archive points outside it; save the document again", where=name)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Unreadable("the archive holds a link; save the document again", where=name)
    if lower.endswith(_MACROS) or "macrosheets/" in lower:
        raise Unreadable("the document holds macros; save it as .docx without them", where=name)
    if lower.endswith(_NESTED):
        raise Unreadable("the archive holds another archive or an embedded document; remove it", where=name)
