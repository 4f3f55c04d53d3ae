"""One file that holds everything of a wire: both databases as they were at one moment, and the home's files.

A gzipped tar: `manifest.json`, then the databases, then files. The ledger is copied before the main
database, so that it never knows of something that the other does not. Without `secrets` the file holds no
key, no webhook secret and no `dateline.toml`: whoever has it alone reads addresses of the audience, but no
text before its T0.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

from dateline import __version__
from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, Unavailable
from dateline.plant.db.databases import DEFAULT, LEDGER, databases
from dateline.plant.settings import TOML_NAME, Settings

FORM: Final = 1
MANIFEST: Final = "manifest.json"
SECRET: Final = ("keys", "secrets", TOML_NAME)
"""What is copied only when asked for: with it the file opens everything."""
_SIGNED_IN: Final = "django_session"
"""Never copied: its rows are what browsers show to be let in, and the file is kept where others may read."""
_LEFT_OUT: Final = ("logs", "postgres", "receivers")
DUMP: Final = "database.dump"
BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the backup."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a backup says of itself. `database` is sqlite or postgres; `made_at` is when its copying began."""

    made_at: Instant
    dateline: str
    database: str
    secrets: bool
    parts: dict[str, Part]


def write_backup(settings: Settings, out: IO[bytes], *, secrets: bool, clock: Clock | None = None) -> Facts:
    """Writes the tar to `out` while the wire runs. Raises Unavailable when a database cannot be copied."""
    made_at = (clock or SystemClock()).now()
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.home) as folder:
        files = dict(_databases(settings, Path(folder)))
        files.update(_home_files(settings.home, Path(folder), secrets=secrets))
        parts = {name: _part(path) for name, path in files.items()}
        facts = Facts(made_at, __version__, "postgres" if settings.on_postgres else "sqlite", secrets, parts)
        with (
            gzip.GzipFile(fileobj=out, mode="wb", compresslevel=3, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w|") as tar,
        ):
            _add(tar, MANIFEST, _manifest(facts))
            for name, path in files.items():
                _add_file(tar, name, path, parts[name])
    return facts


# --- databases ----------------------------------------------------------------------------------------------


def _databases(settings: Settings, folder: Path) -> Iterator[tuple[str, Path]]:
    if settings.on_postgres:
        target = folder / DUMP
        left_out = f"--exclude-table-data=*.{_SIGNED_IN}"
        run_postgres(
            settings,
            ["pg_dump", "--format=custom", "--compress=0", "--no-owner", left_out, "-f", str(target), "-d"],
        )
        yield DUMP, target
        return
    for alias in (LEDGER, DEFAULT):
        name = Path(databases(settings)[alias]["NAME"]).name
        _copy_sqlite(settings.home / name, folder / name)
        yield name, folder / name


def _copy_sqlite(source: Path, target: Path) -> None:
    """In one statement, under one snapshot: writers go on, and no write begins the copy anew. Only what the
    tables hold comes along: free pages still say what was deleted, people who were erased among it.
    """
    if not source.exists():
        raise Unavailable(f"{source} is not there; is this the home of a wire?")
    with closing(sqlite3.connect(source, timeout=60)) as live:
        live.execute("VACUUM INTO ?", [str(target)])
    with closing(sqlite3.connect(target)) as copy:
        # Readers of the copy need no side files.
        copy.execute("PRAGMA journal_mode=DELETE")
        if copy.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [_SIGNED_IN]).fetchone():
            copy.execute("PRAGMA secure_delete=ON")
            copy.execute(f"DELETE FROM {_SIGNED_IN}")  # noqa: S608 - our own constant
            copy.commit()


def run_postgres(settings: Settings, head: list[str], tail: list[str] | None = None) -> None:
    """Runs a program of PostgreSQL. The password goes by the environment: everybody can see arguments."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    told = conninfo_to_dict(settings.database_url.get_secret_value())
    password = told.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    try:
        done = subprocess.run(
            [*head, make_conninfo("", **dict[str, Any](told)), *(tail or [])],
            env=environment,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise Unavailable(f"{head[0]} is not installed; run: apt-get install postgresql-client") from None
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())[-400:]
        raise Unavailable(f"{head[0]} failed: {said}")


# --- files --------------------------------------------------------------------------------------------------


def _home_files(home: Path, folder: Path, *, secrets: bool) -> Iterator[tuple[str, Path]]:
    """Files that outlive a process, each held as it is now: no locks, journals, logs or databases.

    Drops, heartbeats and pictures come and go while a wire runs, always by renaming a whole file into place:
    a second name for it in `folder` keeps what was there when it was looked at.
    """
    held = folder / "files"
    held.mkdir()
    for number, path in enumerate(_lasting(home, secrets=secrets)):
        target = held / str(number)
        try:
            _hold(path, target)
        except FileNotFoundError:
            continue  # it went meanwhile
        yield str(path.relative_to(home)), target


def _lasting(home: Path, *, secrets: bool) -> Iterator[Path]:
    for parent, folders, names in os.walk(home, onerror=_unless_gone):
        if Path(parent) == home:
            for listed in (folders, names):
                listed[:] = [name for name in listed if not _is_left_out(name, secrets=secrets)]
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            if path.suffix == ".lock" or ".sqlite3" in name or (name[0] == "." and path.suffix == ".part"):
                continue
            if path.is_file() and not path.is_symlink():
                yield path


def _is_left_out(top: str, *, secrets: bool) -> bool:
    return top in _LEFT_OUT or top.startswith((".", "begun")) or (top in SECRET and not secrets)


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _hold(path: Path, target: Path) -> None:
    try:
        os.link(path, target, follow_symlinks=False)
    except FileNotFoundError:
        raise
    except OSError:  # another disk below the home, or one without second names
        shutil.copyfile(path, target)


def _part(path: Path) -> Part:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return Part(path.stat().st_size, digest.hexdigest())


def _manifest(facts: Facts) -> bytes:
    document = {"form": FORM, **asdict(facts), "made_at": facts.made_at.isoformat()}
    return json.dumps(document, indent=1).encode()


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))


def _add_file(tar: tarfile.TarFile, name: str, path: Path, part: Part) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = part.size, 0o600
    with path.open("rb") as file:
        tar.addfile(info, file)


@contextmanager
def kept_whole(target: Path) -> Iterator[IO[bytes]]:
    """A file that is there as a whole, and synced, or not at all. Raises BadInput when it exists, or when its
    folder takes none.
    """
    if target.exists():
        raise BadInput("there is a file already; name a new one", where=str(target))
    partial = target.with_name(f".{target.name}.part")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as fault:
        why = (fault.strerror or str(fault)).lower()
        raise BadInput(
            f"cannot be written: {why}; make the folder, or name another", where=str(target)
        ) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """What was renamed in the folder is on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
