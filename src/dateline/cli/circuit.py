"""`dateline circuit`: named targeting rules."""

import typer

from dateline.cli.home import HomeOption, JsonOption, open_home
from dateline.cli.lists import split
from dateline.cli.output import print_json, print_table

app = typer.Typer(add_completion=False, no_args_is_help=True)
_LISTS = ("countries", "languages", "sectors", "kinds", "keywords")


@app.command()
def add(
    name: str,
    country: list[str] = typer.Option(
        [], "--country", help="ISO codes where recipients work; commas or repeats."
    ),
    language: list[str] = typer.Option([], "--language", help="Language tags."),
    sector: list[str] = typer.Option(
        [], "--sector", help="Media Topic ids or slugs; narrower topics match too."
    ),
    kind: list[str] = typer.Option(
        [], "--kind", help="Outlet kinds: site, paper, agency, broadcaster, portal, terminal."
    ),
    keyword: list[str] = typer.Option(
        [], "--keyword", help="Words in the text; alternatives to the sectors."
    ),
    home: HomeOption = None,
) -> None:
    """Add a circuit, or replace the one of that name."""
    open_home(home)
    from dateline.audience import services

    services.add_circuit(
        name,
        countries=split(country),
        languages=split(language),
        sectors=split(sector),
        kinds=split(kind),
        keywords=split(keyword),
    )
    typer.echo(f"circuit {name} is there; see: dateline audience reach --circuit {name}")


@app.command("list")
def list_(json_: JsonOption = False, home: HomeOption = None) -> None:
    """List the circuits."""
    open_home(home)
    from dateline.audience import services

    found = services.circuits()
    if json_:
        print_json([{"name": c.name, **{n: list(getattr(c, n)) for n in _LISTS}} for c in found])
    else:
        print_table(("name", *_LISTS), ((c.name, *(" ".join(getattr(c, n)) for n in _LISTS)) for c in found))
