"""Looks for words where they must not be: in files, in rows of databases, in processes, in whatever form."""

import base64
import json
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

_PACKED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
"""How gzip and zlib begin."""
_LONGEST_UNPACKED = 1 << 24


@lru_cache(maxsize=256)
def forms(word: str) -> dict[str, bytes]:
    """Name of a form -> the word in it: raw, UTF-16, hex, base64 at each alignment, JSON, URL."""
    raw = word.encode()
    found = {
        "raw": raw,
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "json": json.dumps(word)[1:-1].encode(),
        "url": quote(word).encode(),
        "turned": raw[::-1],
    }
    for shift in range(3):
        # The first and last groups also hold what stands beside the word, so they are left out.
        text = base64.b64encode(b"\0" * shift + raw + b"\0" * ((3 - (shift + len(raw)) % 3) % 3))
        inner = text[4:-4] if shift or (shift + len(raw)) % 3 else text
        found[f"base64 +{shift}"] = inner
        found[f"base64url +{shift}"] = inner.translate(bytes.maketrans(b"+/", b"-_"))
    return {name: form for name, form in found.items() if name == "raw" or (form != raw and len(form) >= 8)}


def found_in(data: bytes, words: Mapping[str, str], *, packed: bool = True) -> Iterator[str]:
    """`FIELD (FORM)` for every word that `data` holds, packed or not. `words`: field -> canary."""
    for field, word in words.items():
        for form, shape in forms(word).items():
            if shape in data:
                yield f"{field} ({form})"
    for at in (match.start() for match in _PACKED.finditer(data)) if packed else ():
        for inner in _unpacked(data[at:]):
            yield from (f"{hit} packed" for hit in found_in(inner, words, packed=False))


def _unpacked(data: bytes) -> Iterator[bytes]:
    try:
        inner = zlib.decompressobj(wbits=47).decompress(data, _LONGEST_UNPACKED)
    except zlib.error:
        return
    if inner:
        yield inner


def in_files(folder: Path, words: Mapping[str, str]) -> list[str]:
    """Hits in every byte of every file below `folder`, and in their names: databases with their WAL, logs,
    locks.
    """
    hits = []
    for path in sorted(folder.rglob("*")):
        hits += [f"name of {path.name}: {hit}" for hit in found_in(str(path).encode(), words)]
        if path.is_file():
            hits += [f"{path.relative_to(folder)}: {hit}" for hit in found_in(path.read_bytes(), words)]
    return hits


def in_rows(home: Path, database_url: str, words: Mapping[str, str]) -> list[str]:
    """Hits in every value of every row of every table."""
    hits: list[str] = []
    for table, row in _postgres_rows(database_url) if database_url else _sqlite_rows(home):
        for value in row:
            data = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            hits += [f"table {table}: {hit}" for hit in found_in(data, words)]
    return hits


def _sqlite_rows(home: Path) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for path in sorted(home.glob("*.sqlite3")):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.text_factory = bytes
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in tables:
                table = name.decode()
                yield from ((table, row) for row in connection.execute(f'SELECT * FROM "{table}"'))


def _postgres_rows(url: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    import psycopg

    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for (table,) in tables:
            # The row as text, in which bytes are hex, and its values, in which they are bytes.
            for row in connection.execute(f"SELECT t::text, t.* FROM {table} t"):
                yield table, row


def in_processes(pids: Iterable[int], words: Mapping[str, str]) -> list[str]:
    """Hits in command line and environment of processes: what `ps` shows."""
    hits = []
    for pid in pids:
        for name in ("cmdline", "environ"):
            data = Path(f"/proc/{pid}/{name}").read_bytes()
            hits += [f"{name} of {pid}: {hit}" for hit in found_in(data, words)]
    return hits


def on_pages(fetch: Callable[[str], bytes], addresses: Iterable[str], words: Mapping[str, str]) -> list[str]:
    """Hits in what each address answers."""
    return [f"{address}: {hit}" for address in addresses for hit in found_in(fetch(address), words)]
