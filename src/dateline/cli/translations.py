"""`dateline translations`: editions of a release in other languages, and the sheets of human translators."""

from pathlib import Path
from typing import Any

import typer

from dateline.cli.home import AsOption, HomeOption, JsonOption, acting, open_home
from dateline.cli.lists import parse_tag, split
from dateline.cli.output import print_json, print_table
from dateline.core.clock import iso_z
from dateline.core.errors import BadInput

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Before the release `dateline send --translate` makes them; after it they join it when they are done."""


@app.command()
def order(
    release: str,
    to: list[str] = typer.Option(..., "--to", help="Language tags, by commas or repeated."),
    engine: str = typer.Option("", "--engine", help="This engine alone."),
    as_: AsOption = "",
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Want a release in further languages; the work process makes them once it is public."""
    open_home(home)
    from dateline.languages.order_rows import order as wanted

    tags = tuple(parse_tag(tag, "--to") for tag in split(to))
    cards = wanted(release, tags, by=acting(as_, release=release), engine=engine)
    show(rows_of(cards), json_=json_)


@app.command("list")
def list_(release: str, json_: JsonOption = False, home: HomeOption = None) -> None:
    """What became of each language that was wanted of a release."""
    open_home(home)
    from dateline.desk import services as desk
    from dateline.languages.order_rows import orders

    desk.show(release)
    show(rows_of(orders(release)), json_=json_)


@app.command()
def cancel(release: str, language: str, as_: AsOption = "", home: HomeOption = None) -> None:
    """Want a language no more."""
    open_home(home)
    from dateline.languages.order_rows import cancel_order

    tag = parse_tag(language, "LANGUAGE")
    cancel_order(release, tag, by=acting(as_, release=release))
    typer.echo(f"{release} is not translated into {tag}")


@app.command()
def export(
    release: str,
    language: str,
    output: Path = typer.Option(..., "-o", "--output", help="The XLIFF file to write."),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Write a sheet (XLIFF 2.1) for a translator, with what memory and engines had."""
    open_home(home)
    from dateline.languages.human import export_sheet
    from dateline.languages.xliff import xliff_of

    acting(as_, release=release)
    output.write_bytes(xliff_of(export_sheet(release, parse_tag(language, "LANGUAGE"))))
    typer.echo(str(output))


@app.command("import")
def import_(
    file: Path = typer.Argument(..., help="The XLIFF file that a translator filled in."),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Take a translator's sheet: into the drafts before the lock, as a late edition after the release."""
    open_home(home)
    from dateline.intake import services as intake
    from dateline.languages.human import take_sheet
    from dateline.languages.xliff import read_xliff

    sheet = read_xliff(intake.bytes_of(file), str(file))
    if not sheet.name:
        raise BadInput("does not say of which release it is", where=str(file))
    taken = take_sheet(sheet.name, sheet, by=acting(as_, release=sheet.name))
    for note in taken.notes:
        typer.echo(note, err=True)
    typer.echo(f"{sheet.name} in {taken.language}: {taken.why or 'taken'}")


def rows_of(cards: Any) -> list[dict[str, Any]]:
    """Orders as documents."""
    return [
        {
            "language": card.language,
            "state": card.state,
            "engine": card.engine or None,
            "attempts": card.attempts,
            "next_at": iso_z(card.next_at) if card.next_at and card.state == "waiting" else None,
            "said": list(card.said),
        }
        for card in cards
    ]


def show(rows: list[dict[str, Any]], *, json_: bool) -> None:
    """One document, or a table."""
    if json_:
        print_json(rows)
        return
    columns = ("language", "state", "engine", "attempts", "said")
    print_table(columns, (tuple("; ".join(r[c]) if c == "said" else r[c] for c in columns) for r in rows))
