"""`dateline user`: people of the house and their one-time sign-in links."""

import typer

from dateline.cli.home import HomeOption, open_home
from dateline.cli.output import print_table

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command()
def add(
    name: str,
    role: str = typer.Option("operator", help="operator, editor or issuer."),
    issuer: str = typer.Option("", help="Slug, for people of an issuer."),
    home: HomeOption = None,
) -> None:
    """Add a person; prints a sign-in link. A second operator or editor switches approval to two people."""
    settings = open_home(home)
    from dateline.cli.up import sign_in_link
    from dateline.issuers import services

    person = services.add_person(name, role=role, issuer=issuer)
    typer.echo(f"{person.name} ({person.role}); approvals needed: policy {services.policy()}")
    typer.echo(sign_in_link(settings, person.name))


@app.command()
def link(name: str, home: HomeOption = None) -> None:
    """Print a new one-time sign-in link."""
    settings = open_home(home)
    from dateline.cli.up import sign_in_link

    typer.echo(sign_in_link(settings, name))


@app.command("list")
def list_(home: HomeOption = None) -> None:
    """List the people."""
    open_home(home)
    from dateline.issuers import services

    print_table(("name", "role", "issuer"), ((p.name, p.role, p.issuer) for p in services.people()))
