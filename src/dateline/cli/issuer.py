"""`dateline issuer`: organisations that send."""

import typer

from dateline.cli.home import HomeOption, JsonOption, open_home
from dateline.cli.output import print_json, print_table

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command()
def add(
    slug: str,
    name: str = typer.Option(..., help="Name as readers see it."),
    country: str = typer.Option(..., help="ISO 3166 code of its seat."),
    website: str = typer.Option("", help="https address of the issuer."),
    lei: str = typer.Option("", help="Legal Entity Identifier."),
    home: HomeOption = None,
) -> None:
    """Add an issuer."""
    open_home(home)
    from dateline.issuers import services

    issuer = services.add_issuer(slug, name, country, website=website, lei=lei)
    typer.echo(f"{issuer.slug}: {issuer.name} ({issuer.country}), level {issuer.level}")


@app.command("list")
def list_(json_: JsonOption = False, home: HomeOption = None) -> None:
    """List the issuers."""
    open_home(home)
    from dateline.issuers import services

    found = services.issuers()
    if json_:
        print_json([{"slug": i.slug, "name": i.name, "country": i.country, "level": i.level} for i in found])
    else:
        print_table(
            ("slug", "name", "country", "level"), ((i.slug, i.name, i.country, i.level) for i in found)
        )
