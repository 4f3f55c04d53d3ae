"""`dateline audience`: import recipients; count whom a rule would reach."""

from pathlib import Path
from typing import Any

import typer

from dateline.cli.home import HomeOption, JsonOption, open_home
from dateline.cli.lists import split
from dateline.cli.main import EXIT_BLOCKED
from dateline.cli.output import print_json, print_table
from dateline.core.errors import BadInput

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command("import")
def import_(
    file: Path,
    kind: str = typer.Option(..., help="outlet, journalist or desktop."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would happen; change nothing."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Import a CSV file. Exit 1 when rows were rejected; the good ones are kept."""
    if kind not in {"outlet", "journalist", "desktop"}:
        raise BadInput(f"'{kind}' is not outlet, journalist or desktop", where="--kind")
    open_home(home)
    from dateline.audience import services

    result = services.import_file(file, kind, dry_run=dry_run)  # type: ignore[arg-type]
    document = {
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "rejected": [{"line": r.line, "reason": r.reason} for r in result.rejected],
    }
    if json_:
        print_json(document)
    else:
        typer.echo(
            f"created {result.created}, updated {result.updated}, unchanged {result.unchanged}, "
            f"rejected {len(result.rejected)}"
        )
        for row in result.rejected[:50]:
            typer.echo(f"  line {row.line}: {row.reason}")
        if len(result.rejected) > 50:
            typer.echo(f"  and {len(result.rejected) - 50} more; see --json")
    if result.rejected:
        raise typer.Exit(EXIT_BLOCKED)


@app.command()
def reach(
    circuit: str = typer.Option("", help="Name of a circuit."),
    country: list[str] = typer.Option([], "--country", help="ISO codes; commas or repeats."),
    language: list[str] = typer.Option([], "--language", help="Language tags."),
    sector: list[str] = typer.Option([], "--sector", help="Media Topic ids or slugs."),
    keyword: list[str] = typer.Option([], "--keyword", help="Words; alternatives to the sectors."),
    about: list[str] = typer.Option(
        [], "--about", help="Countries that the news is about: who chose others is left out."
    ),
    issuer: str = typer.Option("", help="Slug of the issuer: who chose others is left out."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Count whom a rule would reach.

    Without --about and --issuer journalists count who narrowed themselves to countries or issuers.
    """
    open_home(home)
    from dateline.audience import services
    from dateline.issuers import services as issuers

    if issuer:
        issuers.issuer(issuer)  # raises NotFound, which names near ones

    found = services.reach(
        services.circuit(circuit) if circuit else None,
        countries=split(country),
        languages=split(language),
        sectors=split(sector),
        keywords=split(keyword),
        about=split(about),
        issuer=issuer,
    )
    document: dict[str, Any] = {
        "outlets": found.outlets,
        "journalists": found.journalists,
        "desktops": found.desktops,
        "by_country": dict(found.by_country),
        "by_language": dict(found.by_language),
    }
    if json_:
        print_json(document)
        return
    typer.echo(f"outlets {found.outlets}, journalists {found.journalists}, desktops {found.desktops}")
    for name, counts in (("country", found.by_country), ("language", found.by_language)):
        most_first = sorted(counts.items(), key=lambda pair: pair[1], reverse=True)
        print_table((name, "recipients"), most_first)
