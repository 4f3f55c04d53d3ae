"""What commands print: one JSON document, or tables for people."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from dateline.cli.main import EXIT_BLOCKED

_WIDEST = 1000


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A table for people."""
    table = Table(*columns, title=title or None, title_justify="left", header_style="bold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    # Cells hold words of others (servers, outlets, headlines): they are no markup.
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:  # a file or a pipe has no width to keep to
        console.width = console.measure(table, options=console.options.update(max_width=_WIDEST)).maximum
    console.print(table)


def tell_import(found: Mapping[str, Any], *, as_json: bool) -> None:
    """What an import came to. Raises typer.Exit 1 when lines were rejected."""
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{found['created']} new, {found['updated']} changed, {found['unchanged']} as before")
        for row in found["rejected"]:
            typer.echo(f"line {row['line']}: {row['reason']}", err=True)
    if found["rejected"]:
        raise typer.Exit(EXIT_BLOCKED)


def one_line(words: str) -> str:
    """`words` without control and format characters, which a terminal would obey."""
    return "".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} else c for c in words)
