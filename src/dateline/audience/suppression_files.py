"""Reads lists of addresses as other systems export them: one a line, or CSV under whatever delimiter."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from dateline.core.errors import BadInput

_ADDRESS_NAMES: Final = (
    "email",
    "e-mail",
    "address",
    "email address",
    "email_address",
    "emailaddress",
    "mail",
    "recipient",
    "subscriber",
)
_REASON_NAMES: Final = ("reason", "status", "type")
_DELIMITERS: Final = ",;\t|"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list; `fault` says why it cannot be read. `number` counts lines of the file from 1."""

    number: int
    address: str = ""
    reason: str = ""
    fault: str = ""


def lines(path: Path) -> Iterator[Line]:
    """The rows; blank lines and `#` remarks are left out. Call `check_encoding` of csv_reading first.

    A first line that names an address column is a header; without one each row must hold one address. Raises
    BadInput for a header that has no such column.
    """
    with path.open("r", encoding="utf-8-sig", newline="") as file:
        first = _first_line(file)
        file.seek(0)
        delimiter = _delimiter(first)
        header = _header(first, delimiter, path)
        for number, cells in _records(file, delimiter):
            if isinstance(cells, str):
                yield Line(number, fault=cells)
            elif header is not None and [cell.strip().lower() for cell in cells] == header:
                continue  # the header itself; files glued together have it twice
            else:
                yield _line(number, cells, header)


def _first_line(file: TextIO) -> str:
    return next((line.strip() for line in file if line.strip() and not line.startswith("#")), "")


def _delimiter(first: str) -> str:
    """The mark that parts the first line most often; a comma where none does."""
    return max(_DELIMITERS, key=first.count)


def _header(first: str, delimiter: str, path: Path) -> list[str] | None:
    if "@" in first or not first:
        return None
    names = [cell.strip().lower() for cell in next(csv.reader([first], delimiter=delimiter), [])]
    if not any(name in _ADDRESS_NAMES for name in names):
        raise BadInput(
            f"no column of addresses among '{first[:60]}'; call it 'email', or write one address a line",
            where=f"{path}: line 1",
        )
    return names


def _line(number: int, cells: list[str], header: list[str] | None) -> Line:
    if header is None:
        found = [cell for cell in cells if "@" in cell]
        if len(found) != 1:
            return Line(number, fault=f"holds {'no' if not found else 'more than one'} address")
        return Line(number, _bare(found[0]))
    if len(cells) != len(header):
        return Line(number, fault=f"has {len(cells)} fields where the header has {len(header)}")
    named = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    address = next(named[name] for name in _ADDRESS_NAMES if name in named)
    return Line(number, _bare(address), next((named[name] for name in _REASON_NAMES if named.get(name)), ""))


def _bare(cell: str) -> str:
    """The address of `Ana Kim <ana@daily.example>`, and of one in quotes."""
    cell = cell.strip().strip("'\"").strip()
    if cell.endswith(">") and "<" in cell:
        return cell.rpartition("<")[2].removesuffix(">").strip()
    return cell.removeprefix("<").removesuffix(">")


def _records(file: TextIO, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Cells with their line; a quote that is never closed spoils its own line only."""
    for number, line in enumerate(file, start=1):
        text = line.rstrip("\r\n")
        if not text.strip() or text.startswith("#"):
            continue
        try:
            yield number, next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error as error:
            yield number, f"is not CSV: {error}"
