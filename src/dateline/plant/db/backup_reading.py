"""Reads a backup back, believing nothing of it: sizes are bounded before they are read, hashes checked."""

import gzip
import hashlib
import json
import os
import shutil
import tarfile
import zlib
from pathlib import Path
from typing import IO, Any, Final, Self

from dateline.core.clock import from_iso
from dateline.core.errors import BadInput, Unavailable
from dateline.plant.db.backup import BLOCK, DUMP, FORM, MANIFEST, Facts, Part, run_postgres, sync_folder
from dateline.plant.settings import Settings

_MOST_MANIFEST: Final = 256 << 20
"""Bytes of the list of parts: some 200 for each, so a million files."""
_MOST_NAME: Final = 64 << 10
"""Bytes of what a tar may say before a member of a long name: it is read whole into memory."""
_MOST_PADDING: Final = 1 << 20
"""Bytes after the last member: a tar ends in zeros up to its next full record."""
_SPARE: Final = 64 << 20
"""Bytes of the disk that a restore leaves free."""


def read_backup(source: IO[bytes], folder: Path) -> Facts:
    """Lays the files out in `folder`, each checked against its hash. Raises BadInput for what is no backup of
    ours, is cut short, damaged, or of a later version, Unavailable when the disk has no room for what it says
    it holds. Nothing of it is read or written beyond what its list of parts says.
    """
    try:
        with (
            gzip.GzipFile(fileobj=source, mode="rb") as packed,
            tarfile.open(fileobj=packed, mode="r|", tarinfo=_Bounded) as tar,
        ):
            members = iter(tar)
            facts = _facts(tar, next(members, None))
            _must_have_room(folder, facts)
            left = dict(facts.parts)
            for member in members:
                _extract(tar, member, folder, left.pop(member.name, None))
            _read_to_its_end(packed)
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not the file
        raise BadInput(f"this is no backup of Dateline, or it is damaged ({type(error).__name__})") from None
    if left:
        raise BadInput(f"the backup is cut short: {', '.join(sorted(left)[:3])} is missing")
    return facts


def load_dump(settings: Settings, folder: Path) -> None:
    """Brings the dump in `folder` into the PostgreSQL of the settings, and removes it. Raises BadInput when
    that is not empty, Unavailable with the program's words.
    """
    _must_be_empty(settings)
    dump = folder / DUMP
    run_postgres(
        settings, ["pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "-d"],
        [str(dump)],
    )  # fmt: skip
    dump.unlink()


def _must_be_empty(settings: Settings) -> None:
    import psycopg

    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        found = connection.execute(
            """SELECT COUNT(*) FROM information_schema.tables
            WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"""
        ).fetchone()
    if found and found[0]:
        raise BadInput(
            "the database is not empty; make a new one (createdb) and name it", where="DATELINE_DATABASE_URL"
        )


# --- what the tar holds -------------------------------------------------------------------------------------


def _facts(tar: tarfile.TarFile, first: tarfile.TarInfo | None) -> Facts:
    if first is None or first.name != MANIFEST:
        raise ValueError("no manifest")
    if first.size > _MOST_MANIFEST or not _is_plain(first):
        raise ValueError("no manifest of ours")
    stream = tar.extractfile(first)
    document: dict[str, Any] = json.loads(stream.read()) if stream else {}
    if document["form"] != FORM:
        raise BadInput(f"the backup has form {document['form']}; this version reads {FORM}: use a later one")
    return Facts(
        made_at=from_iso(document["made_at"]),
        dateline=str(document["dateline"]),
        database=str(document["database"]),
        secrets=bool(document["secrets"]),
        parts={name: _told(part) for name, part in document["parts"].items()},
    )


def _told(part: dict[str, Any]) -> Part:
    size, digest = part["size"], part["sha256"]
    if type(size) is not int or size < 0 or not (isinstance(digest, str) and len(digest) == 64):
        raise ValueError("a part without size or hash")
    return Part(size, digest)


def _must_have_room(folder: Path, facts: Facts) -> None:
    needed = sum(part.size for part in facts.parts.values()) + _SPARE
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise Unavailable(
            f"the backup needs {needed / 1e6:.0f} MB and {folder} has {free / 1e6:.0f} MB; make room or name "
            "a home on another disk"
        )


def _read_to_its_end(packed: gzip.GzipFile) -> None:
    """There the checksum of everything stands."""
    left = _MOST_PADDING
    while block := packed.read(BLOCK):
        left -= len(block)
        if left < 0:
            raise ValueError("something stands behind the last part")


class _Bounded(tarfile.TarInfo):
    """A header whose long names and the like are no longer than names are."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        found = super().frombuf(buf, encoding, errors)
        if not _is_plain(found) and found.size > _MOST_NAME:
            raise tarfile.HeaderError("a header without end")
        return found


def _is_plain(member: tarfile.TarInfo) -> bool:
    return member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, part: Part | None) -> None:
    target = (folder / member.name).resolve()
    if part is None or not _is_plain(member) or not target.is_relative_to(folder.resolve()):
        raise ValueError("a part that the manifest does not name")
    if member.size != part.size:
        raise BadInput(f"{member.name} in the backup is damaged: it has {member.size} bytes, not {part.size}")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    stream = tar.extractfile(member)
    digest = hashlib.sha256()
    with target.open("xb") as file:
        while stream is not None and (block := stream.read(BLOCK)):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    target.chmod(0o600)
    if digest.hexdigest() != part.sha256:
        raise BadInput(f"{member.name} in the backup is damaged: its hash is another")


def move_into_place(folder: Path, home: Path) -> None:
    """Makes the laid-out folder the home, in one rename; an empty folder of that name gives way."""
    if home.is_dir():
        home.rmdir()
    try:
        folder.rename(home)
    except OSError:
        shutil.move(folder, home)
    sync_folder(home.parent)
