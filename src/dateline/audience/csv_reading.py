"""Reads import files: strict UTF-8 CSV with a header line; a broken line is a rejected row, not the end."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from dateline.core.errors import BadInput

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out. `line` counts from 1, the header being line 1."""

    line: int
    reason: str


Line = tuple[int, dict[str, str]] | Rejected


def check_encoding(path: Path) -> None:
    """Reads the whole file once, so that nothing is stored from one that turns out not to be text.

    Raises BadInput naming line and byte.
    """
    lines, empty = 1, True
    with _opened_bytes(path) as file:
        rest = b""
        while piece := file.read(_PIECE):
            if empty and piece[:2] in {b"\xff\xfe", b"\xfe\xff"}:
                raise BadInput("is UTF-16; save it as CSV in UTF-8", where=str(path))
            empty = empty and not piece.strip(b"\xef\xbb\xbf \t\r\n,;")
            rest = _undecoded(path, rest + piece, lines, last=False)
            lines += piece.count(b"\n")
        _undecoded(path, rest, lines, last=True)
    if empty:
        raise BadInput("is empty; the first line must name the columns", where=str(path))


def _opened_bytes(path: Path):  # type: ignore[no-untyped-def]
    try:
        return path.open("rb")
    except OSError as error:
        raise BadInput(f"cannot be read: {(error.strerror or str(error)).lower()}", where=str(path)) from None


def _undecoded(path: Path, data: bytes, line: int, *, last: bool) -> bytes:
    """The unfinished character at the end of `data`, which starts on `line`."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if not last and error.end == len(data) and error.reason == "unexpected end of data":
            return data[error.start :]
        bad = line + data.count(b"\n", 0, error.start)
        raise BadInput(
            f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as CSV in UTF-8",
            where=f"{path}: line {bad}",
        ) from None
    return b""


def lines(path: Path, required: tuple[str, ...], optional: tuple[str, ...]) -> Iterator[Line]:
    """Rows as (line of the file, cells by column), rejected ones in their place. Call `check_encoding` first.

    Raises BadInput for a header that does not fit, naming the column.
    """
    with path.open("r", encoding="utf-8-sig", newline="") as file:
        records = _records(file)
        header = _header(path, next((fields for _, fields in records if fields), []), required, optional)
        for line, fields in records:
            if isinstance(fields, str):
                yield Rejected(line, fields)
            elif len(fields) != len(header):
                yield Rejected(
                    line,
                    f"has {len(fields)} fields where the header has {len(header)};"
                    " put quotes around fields that hold commas",
                )
            else:
                yield line, dict(zip(header, fields, strict=True))


def _records(file: TextIO) -> Iterator[tuple[int, list[str] | str]]:
    """Records with the line they start on; a record that cannot be read is a sentence. Blank lines are left
    out."""
    reader = csv.reader(file, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, _csv_fault(str(error))
            continue
        if any(field.strip() for field in fields):
            yield line, fields


def _csv_fault(words: str) -> str:
    if "unexpected end of data" in words or "field larger" in words:
        return "opens a quote that is never closed; what follows it was left out"
    return f"is not CSV: {words}; double the quotes inside a quoted field"


def _header(
    path: Path, fields: list[str] | str, required: tuple[str, ...], optional: tuple[str, ...]
) -> list[str]:
    where = f"{path}: line 1"
    if isinstance(fields, str):
        raise BadInput(fields, where=where)
    if len(fields) == 1:
        for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if mark in fields[0]:
                raise BadInput(
                    f"columns are separated by {name}; save the file with commas between columns"
                    " (semicolons only inside lists)",
                    where=where,
                )
    header = [field.strip().lower() for field in fields]
    check_columns(header, required, optional, where)
    return header


def check_columns(
    header: list[str], required: tuple[str, ...], optional: tuple[str, ...], where: str
) -> None:
    """Raises BadInput for a column that is unknown, missing or there twice, naming it."""
    known = f"columns are {','.join(required)}" + (
        f" and optionally {','.join(optional)}" if optional else ""
    )
    if unknown := [name for name in header if name not in {*required, *optional}]:
        raise BadInput(f"unknown column '{unknown[0][:60]}'; {known}", where=where)
    if missing := [name for name in required if name not in header]:
        raise BadInput(f"column '{missing[0]}' is missing; {known}", where=where)
    if len(set(header)) != len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise BadInput(f"column '{twice}' is there twice; keep one", where=where)
