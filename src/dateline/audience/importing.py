"""Imports recipients: checks every row, tells new from changed from equal, writes in bulk."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from django.db import transaction

from dateline.audience import addresses, csv_reading, statements
from dateline.audience.columns import COLUMNS, Columns, Kind, Row
from dateline.audience.csv_reading import Line, Rejected
from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import BadInput
from dateline.plant.db.databases import DEFAULT

_CHOSEN = "chosen"
_KEPT = ("source", "added_at")
"""Columns that say where a row first came from (I13): set once, never compared, never replaced."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or would do. Rejected rows by line; all others are stored."""

    created: int
    updated: int
    unchanged: int
    rejected: tuple[Rejected, ...]


def import_file(path: Path, kind: Kind, *, dry_run: bool = False, clock: Clock | None = None) -> ImportResult:
    """Imports a CSV file with the columns of DESIGN.md. The same file again changes nothing.

    Raises BadInput for a file that is unreadable, empty, not UTF-8 or whose header does not fit; nothing is
    stored then. Columns a file leaves out keep what is stored.
    """
    columns = _columns(kind)
    csv_reading.check_encoding(path)
    lines = csv_reading.lines(path, columns.required, columns.optional)
    return _Import(kind, columns, f"file {path.name}", dry_run, clock or SystemClock()).run(lines)


def import_rows(
    rows: Iterable[Mapping[str, str]], kind: Kind, *, dry_run: bool = False, clock: Clock | None = None
) -> ImportResult:
    """Imports rows by the same rules. Lines are counted as in a file: the first row is line 2.

    Every row has the columns of the first one. Raises BadInput for unknown or missing columns.
    """
    columns = _columns(kind)
    run = _Import(kind, columns, "rows", dry_run, clock or SystemClock())
    return run.run(_numbered(rows, columns))


def _columns(kind: str) -> Columns:
    for known, columns in COLUMNS.items():
        if kind == known:
            return columns
    raise BadInput(f"'{kind}' is not outlet, journalist or desktop", where="kind")


def _numbered(rows: Iterable[Mapping[str, str]], columns: Columns) -> Iterator[Line]:
    header: list[str] | None = None
    for line, cells in enumerate(rows, start=2):
        if header is None or cells.keys() != set(header):
            found = list(cells)
            csv_reading.check_columns(found, columns.required, columns.optional, f"row {line}")
            if header is not None:
                raise BadInput("has other columns than the first row", where=f"row {line}")
            header = found
        yield line, dict(cells)


@dataclass
class _Import:
    """One run over one file."""

    kind: Kind
    columns: Columns
    source: str
    dry_run: bool
    clock: Clock
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    """Recipient -> the line that won."""

    def run(self, lines: Iterator[Line]) -> ImportResult:
        lines, header = self._header(lines)
        key = addresses.key_of_the_house()
        good = (values for line in lines if (values := self._checked(line, key)) is not None)
        for chunk in statements.chunked(good):
            self._store(chunk, header)
        return ImportResult(self.created, self.updated, self.unchanged, tuple(self.rejected))

    def _header(self, lines: Iterator[Line]) -> tuple[Iterator[Line], frozenset[str]]:
        """The lines again, and the columns that the first good one has."""
        passed: list[Line] = []
        for line in lines:
            passed.append(line)
            if not isinstance(line, Rejected):
                return chain(passed, lines), frozenset(line[1])
        return iter(passed), frozenset()

    def _checked(self, line: Line, key: bytes) -> dict[str, Any] | None:
        if isinstance(line, Rejected):
            self.rejected.append(line)
            return None
        number, cells = line
        row = Row(cells)
        values = self.columns.read(row, key)
        if row.faults:
            self.rejected.append(Rejected(number, ". ".join(row.faults)))
            return None
        first = self.seen.setdefault(values["recipient"], number)
        if first != number:
            self.rejected.append(Rejected(number, f"same {self.columns.same} as line {first}"))
            return None
        return values

    def _store(self, chunk: list[dict[str, Any]], header: frozenset[str]) -> None:
        """Compares a chunk with what is there and writes what differs, in one transaction."""
        if self.dry_run:
            self._changes(self._not_erased(chunk), header)
            return
        with transaction.atomic(using=DEFAULT):
            changed = self._changes(self._not_erased(chunk), header)
            if changed:
                now = statements.stored_instant(self.clock.now())
                statements.upsert(
                    statements.TABLES[self.kind],
                    (*changed[0], *_KEPT),
                    [(*values.values(), self.source, now) for values in changed],
                    self._replaced(changed[0], header),
                    _CHOSEN if self.kind == "journalist" else "",
                )

    def _not_erased(self, chunk: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Without people who asked to be erased: a list that still has them brings nothing back (I13)."""
        if self.kind != "journalist":
            return chunk
        erased = statements.erased([values["person"] for values in chunk])
        for values in chunk:
            if values["person"] in erased:
                reason = "this person asked to be erased; take the row out of the list"
                self.rejected.append(Rejected(self.seen[values["recipient"]], reason))
        return [values for values in chunk if values["person"] not in erased]

    def _changes(self, chunk: list[dict[str, Any]], header: frozenset[str]) -> list[dict[str, Any]]:
        if not chunk:
            return []
        names = self._replaced(chunk[0], header)
        asked = [*names, _CHOSEN] if self.kind == "journalist" else names
        there = statements.stored(
            statements.TABLES[self.kind], asked, [values["recipient"] for values in chunk]
        )
        changed = []
        for values in chunk:
            old = there.get(values["recipient"])
            if old is not None and old[: len(names)] == _with_choices(values, names, old):
                self.unchanged += 1
                continue
            self.created += old is None
            self.updated += old is not None
            changed.append(values)
        return changed

    def _replaced(self, values: Mapping[str, Any], header: frozenset[str]) -> list[str]:
        """Table columns this file speaks of: an optional column it leaves out keeps what is stored."""
        left_out = set(self.columns.optional) - header
        return [name for name in values if name != "recipient" and name not in left_out]


def _with_choices(values: Mapping[str, Any], names: list[str], old: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row as it will be stored: what a person chose themselves stays (I13)."""
    chosen = old[-1].split(";") if len(old) > len(names) else ()
    kept = dict(zip(names, old, strict=False))
    return tuple(kept[name] if name in chosen else values[name] for name in names)
