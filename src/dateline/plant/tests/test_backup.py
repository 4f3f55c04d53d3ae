"""A backup is of one moment, whatever is written meanwhile, and says when a byte of it is not its own."""

import gzip
import io
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from dateline.core.errors import BadInput
from dateline.plant.db.backup import kept_whole, move_into_place, read_backup, write_backup
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


def test_a_name_that_leads_out_of_the_home_is_refused(settings: Settings, tmp_path: Path) -> None:
    import json
    import tarfile

    out = io.BytesIO()
    manifest = json.dumps({
        "form": 1, "made_at": "2026-11-24T00:00:00+00:00", "dateline": "0", "database": "sqlite",
        "secrets": False, "parts": {"../evil": {"size": 1, "sha256": "0" * 64}},
    }).encode()  # fmt: skip
    with gzip.GzipFile(fileobj=out, mode="wb") as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        for name, body in (("manifest.json", manifest), ("../evil", b"x")):
            info = tarfile.TarInfo(name)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    out.seek(0)
    (tmp_path / "in").mkdir()
    with pytest.raises(BadInput):
        read_backup(out, tmp_path / "in")
    assert not (tmp_path / "evil").exists()


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
