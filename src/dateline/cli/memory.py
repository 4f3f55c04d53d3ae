"""`dateline memory`: approved translations of earlier texts."""

from pathlib import Path
from typing import Any, cast

import typer

from dateline.cli.glossary import FromOption, IssuerOption, ToOption, tag_of
from dateline.cli.home import AsOption, HomeOption, JsonOption, acting, open_home
from dateline.cli.output import print_json, print_table, tell_import

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Segments that people translated or checked; used again where the source is the same."""


@app.command("import")
def import_(
    file: Path = typer.Argument(..., help="TMX 1.4."),
    issuer: str = typer.Option("", "--issuer", help="Whose memory; default the house's."),
    as_: AsOption = "",
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take in a TMX file. Exit 1 when units were rejected; the good ones are kept."""
    open_home(home)
    from dateline.intake import services as intake
    from dateline.languages.memory import import_tmx

    acting(as_, issuer=issuer)
    found = cast(dict[str, Any], import_tmx(intake.bytes_of(file), issuer=issuer, where=str(file)))
    tell_import(found, as_json=json_)


@app.command()
def export(
    from_: str = FromOption,
    to: str = ToOption,
    issuer: str | None = IssuerOption,
    output: Path | None = typer.Option(None, "-o", "--output", help="File; default standard output."),
    home: HomeOption = None,
) -> None:
    """Write the memory as TMX, the same bytes for the same entries."""
    open_home(home)
    from dateline.languages.memory import export_tmx

    data = export_tmx(issuer=issuer, source=tag_of(from_, "--from"), target=tag_of(to, "--to"))
    if output is None:
        typer.echo(data.decode(), nl=False)
    else:
        output.write_bytes(data)


@app.command()
def search(
    text: str,
    from_: str = FromOption,
    to: str = ToOption,
    issuer: str | None = IssuerOption,
    limit: int = typer.Option(20, min=1, max=500, help="At most so many."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Entries like a text, on either side, best first: suggestions for people."""
    open_home(home)
    from dateline.languages import memory

    found = memory.search(
        text, source=tag_of(from_, "--from"), target=tag_of(to, "--to"), issuer=issuer, limit=limit
    )
    rows = [
        {
            "score": s.score, "from": s.source_language, "source": s.source, "to": s.target_language,
            "target": s.target, "issuer": s.issuer, "release": s.release,
        }
        for s in found
    ]  # fmt: skip
    if json_:
        print_json(rows)
    else:
        columns = ("score", "from", "source", "to", "target", "issuer")
        print_table(columns, (tuple(row[c] for c in columns) for row in rows))
