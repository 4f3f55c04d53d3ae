"""A backup is of one moment, whatever is written meanwhile, and says when a byte of it is not its own."""

import gzip
import hashlib
import io
import json
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from dateline.core.errors import BadInput, Unavailable
from dateline.plant.db import backup
from dateline.plant.db.backup import Facts, kept_whole, write_backup
from dateline.plant.db.backup_reading import move_into_place, read_backup
from dateline.plant.settings import Settings

pytestmark = pytest.mark.unit


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with two databases whose rows belong together: the main one is always written first."""
    home = tmp_path / "home"
    (home / "keys").mkdir(parents=True)
    (home / "keys" / "vault").write_bytes(b"k" * 32)
    (home / "logs").mkdir()
    (home / "logs" / "processes.log").write_text("noise")
    (home / "drops").mkdir()
    (home / "drops" / "story.txt").write_text("kept")
    for name in ("dateline", "ledger"):
        with closing(sqlite3.connect(home / f"{name}.sqlite3")) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    return Settings.model_validate({"home": home, "database_url": ""})


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Rows into the main database, then into the ledger, as fast as they go."""
    stop = threading.Event()

    def work() -> None:
        with (
            closing(sqlite3.connect(home / "dateline.sqlite3", timeout=60)) as main,
            closing(sqlite3.connect(home / "ledger.sqlite3", timeout=60)) as ledger,
        ):
            number = 0
            while not stop.is_set():
                number += 1
                for database in (main, ledger):
                    with database:
                        database.execute("INSERT INTO t VALUES (?)", [number])

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def rows(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        count, highest = database.execute("SELECT COUNT(*), COALESCE(MAX(n), 0) FROM t").fetchone()
        assert count == highest, "no row is missing in between"
        return int(count)


def test_under_load_the_ledger_never_knows_more_than_the_main_database(
    settings: Settings, tmp_path: Path
) -> None:
    with writing(settings.home):
        for number in range(5):
            out = io.BytesIO()
            write_backup(settings, out, secrets=False)
            out.seek(0)
            folder = tmp_path / f"out{number}"
            folder.mkdir()
            read_backup(out, folder)
            assert rows(folder / "ledger.sqlite3") <= rows(folder / "dateline.sqlite3")


def test_keys_are_in_it_only_when_asked_for(settings: Settings) -> None:
    bare, full = io.BytesIO(), io.BytesIO()
    told = write_backup(settings, bare, secrets=False)
    assert set(told.parts) == {"ledger.sqlite3", "dateline.sqlite3", "drops/story.txt"}
    assert b"k" * 32 not in bare.getvalue()
    assert "keys/vault" in write_backup(settings, full, secrets=True).parts
    assert sorted(p.name for p in settings.home.iterdir()) == [
        "dateline.sqlite3", "drops", "keys", "ledger.sqlite3", "logs",
    ]  # fmt: skip


def test_files_that_come_and_go_while_it_is_written_spoil_no_backup(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A heartbeat is renamed into place and a drop deleted after both were hashed."""
    drops = settings.home / "drops"
    (drops / "beat.txt").write_text("09:00")
    (drops / ".half.txt.part").write_text("half")
    told = backup._manifest

    def meanwhile(facts: Facts) -> bytes:
        (drops / "new").write_text("09:05")
        (drops / "new").rename(drops / "beat.txt")
        (drops / "story.txt").unlink()
        return told(facts)

    monkeypatch.setattr(backup, "_manifest", meanwhile)
    out = io.BytesIO()
    write_backup(settings, out, secrets=False)
    out.seek(0)
    (tmp_path / "back").mkdir()
    read_backup(out, tmp_path / "back")
    found = {path.name: path.read_text() for path in (tmp_path / "back" / "drops").iterdir()}
    assert found == {"beat.txt": "09:00", "story.txt": "kept"}
    assert (drops / "beat.txt").read_text() == "09:05"


def test_a_changed_byte_is_noticed_or_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    out = io.BytesIO()
    write_backup(settings, out, secrets=True)
    data = out.getvalue()
    for number, place in enumerate(range(20, len(data) - 9, len(data) // 40)):
        spoilt = bytearray(data)
        spoilt[place] ^= 0x41
        folder = tmp_path / f"spoilt{number}"
        folder.mkdir()
        try:
            read_backup(io.BytesIO(bytes(spoilt)), folder)
        except BadInput:
            continue
        # The few bits that gzip can write in two ways.
        assert gzip.decompress(bytes(spoilt)) == gzip.decompress(data)


def packed(parts: dict[str, Any], *members: tuple[tarfile.TarInfo, bytes], after: bytes = b"") -> io.BytesIO:
    """A file as `write_backup` makes one, with whatever parts it claims and members it has."""
    manifest = json.dumps({
        "form": 1, "made_at": "2026-11-24T00:00:00+00:00", "dateline": "0", "database": "sqlite",
        "secrets": False, "parts": parts,
    }).encode()  # fmt: skip
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as file:
        with tarfile.open(fileobj=file, mode="w|") as tar:
            for info, body in ((named("manifest.json", len(manifest)), manifest), *members):
                tar.addfile(info, io.BytesIO(body))
        file.write(after)
    out.seek(0)
    return out


def named(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    return info


def part(body: bytes, *, size: int | None = None) -> dict[str, Any]:
    return {"size": len(body) if size is None else size, "sha256": hashlib.sha256(body).hexdigest()}


def test_a_name_that_leads_out_of_the_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(BadInput):
        read_backup(packed({"../evil": part(b"x")}, (named("../evil", 1), b"x")), tmp_path / "in")
    assert not (tmp_path / "evil").exists()


def test_what_the_list_of_parts_says_is_read_and_no_byte_more(tmp_path: Path) -> None:
    """A hundred kilobytes can unfold to terabytes: what is longer than it says ends before it is written."""
    good = b"x" * 1000
    read_backup(packed({"a": part(good)}, (named("a", 1000), good)), tmp_path)
    (tmp_path / "a").unlink()
    with pytest.raises(BadInput, match="1000 bytes, not 10"):
        read_backup(packed({"a": part(good, size=10)}, (named("a", 1000), good)), tmp_path)
    assert not (tmp_path / "a").exists()
    with pytest.raises(BadInput):
        read_backup(packed({"a": part(good)}, (named("a", 1000), good), (named("b", 4), b"more")), tmp_path)


@pytest.mark.parametrize("size", [-1, 10**30, 1.5, None, "1000"])
def test_a_part_of_impossible_size_is_refused(tmp_path: Path, size: Any) -> None:
    claimed = {"a": {"size": size, "sha256": "0" * 64}}
    with pytest.raises((BadInput, Unavailable)):
        read_backup(packed(claimed, (named("a", 4), b"more")), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="make room"):
        read_backup(packed({"a": part(b"", size=1 << 60)}), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_names_and_padding_without_end_are_refused(tmp_path: Path) -> None:
    long = named("a" * 200_000, 1)
    with pytest.raises(BadInput):
        read_backup(packed({"a": part(b"x")}, (long, b"x")), tmp_path)
    with pytest.raises(BadInput):
        read_backup(packed({"b": part(b"x")}, (named("b", 1), b"x"), after=bytes(3 << 20)), tmp_path)


def test_a_list_of_parts_without_end_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.plant.db.backup_reading._MOST_MANIFEST", 1000)
    with pytest.raises(BadInput):
        read_backup(packed({"a" * 1000: part(b"x")}), tmp_path)


def test_what_was_deleted_is_not_in_it(settings: Settings, tmp_path: Path) -> None:
    """A file of SQLite keeps deleted rows on its free pages: people who were erased, for one."""
    gone = "mei@paper.example"
    with closing(sqlite3.connect(settings.home / "dateline.sqlite3")) as database:
        database.execute("PRAGMA secure_delete=OFF")
        database.execute("CREATE TABLE people (email TEXT)")
        database.executemany("INSERT INTO people VALUES (?)", [[gone]] * 5000)
        database.commit()
        database.execute("DELETE FROM people")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert gone.encode() in (settings.home / "dateline.sqlite3").read_bytes(), "else this shows nothing"
    out = io.BytesIO()
    write_backup(settings, out, secrets=False)
    out.seek(0)
    read_backup(out, tmp_path)
    copy = tmp_path / "dateline.sqlite3"
    assert gone.encode() not in copy.read_bytes()
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)
    assert copy.stat().st_size < (settings.home / "dateline.sqlite3").stat().st_size


def test_a_file_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "wire.backup"
    with pytest.raises(RuntimeError), kept_whole(target) as file:
        file.write(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with kept_whole(target) as file:
        file.write(b"whole")
    assert target.stat().st_mode & 0o077 == 0
    with pytest.raises(BadInput, match="a file already"), kept_whole(target):
        pass
    assert target.read_bytes() == b"whole"


def test_an_empty_folder_gives_way_to_the_home(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "f").write_text("x")
    (tmp_path / "home").mkdir()
    move_into_place(tmp_path / "new", tmp_path / "home")
    assert (tmp_path / "home" / "f").read_text() == "x"
