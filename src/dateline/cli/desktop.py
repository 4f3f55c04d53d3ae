"""`dateline desktop`: keys of desktop accounts, passes and tickets made by hand, the key that signs them."""

from typing import Any

import typer

from dateline.cli.home import AsOption, HomeOption, JsonOption, acting, open_home
from dateline.cli.output import one_line, print_json, print_table
from dateline.core.clock import Instant, iso_z

app = typer.Typer(add_completion=False, no_args_is_help=True)
key_app = typer.Typer(add_completion=False, no_args_is_help=True)
app.add_typer(key_app, name="key", help="Keys with which accounts get passes: new, list, revoke.")
_ACCOUNT = typer.Argument(..., help="Account or recipient id of a desktop, or name of a terminal vendor.")


@app.callback()
def _group() -> None:
    """Who may open the stream of the edges with a pass of their own."""


@key_app.command("new")
def new(
    account: str = _ACCOUNT,
    connections: int = typer.Option(1, help="How many the account may have open at one edge process."),
    grant: list[str] = typer.Option([], "--grant", help="prestage: sealed frames before T0."),
    as_: AsOption = "",
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Make a key. It is shown this once: give it to the account alone."""
    settings = open_home(home)
    from dateline.audience import services as audience

    card = audience.new_desktop_key(account, connections=connections, grants=tuple(grant), by=acting(as_))
    if json_:
        print_json(_document(card) | {"secret": card.secret})
        return
    typer.echo(card.secret)
    typer.echo(f"key {card.key} of {one_line(card.account)}; it is not shown again", err=True)
    typer.echo(f"passes: POST {settings.site_url}/api/v1/desktop/token, Authorization: Bearer KEY", err=True)


@key_app.command("list")
def list_(account: str = _ACCOUNT, json_: JsonOption = False, home: HomeOption = None) -> None:
    """List an account's keys, revoked ones too; never their secrets."""
    open_home(home)
    from dateline.audience import services as audience

    documents = [_document(card) for card in audience.desktop_keys(account)]
    if json_:
        print_json(documents)
        return
    print_table(
        ("key", "connections", "grants", "made", "by", "revoked"),
        (
            (
                d["key"],
                d["connections"],
                ", ".join(d["grants"]),
                d["made_at"],
                one_line(d["by"]),
                d["revoked_at"],
            )
            for d in documents
        ),
    )


@key_app.command()
def revoke(
    key: str = typer.Argument(..., help="The key's id, as `list` shows it."), home: HomeOption = None
) -> None:
    """End a key for ever; edges close its connections within seconds."""
    open_home(home)
    from dateline.audience import services as audience

    new_ = audience.revoke_desktop_key(key)
    typer.echo(f"key {one_line(key)} is revoked" + ("" if new_ else " already"))


@app.command()
def token(
    account: str = _ACCOUNT,
    ticket: bool = typer.Option(
        False, "--ticket", help="A ticket for one connection within seconds instead."
    ),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Print a pass under the account's newest key."""
    open_home(home)
    from dateline.audience import services as audience

    if ticket:
        issued = audience.ticket_for_account(account)
        print_json({"ticket": issued.text, "expires_in": issued.seconds}) if json_ else typer.echo(
            issued.text
        )
        return
    made = audience.pass_for_account(account)
    if json_:
        print_json({"token": made.text, "expires_at": _iso(made.expires_at), "account": made.granted.account})
        return
    typer.echo(made.text)
    typer.echo(f"until {_iso(made.expires_at)}", err=True)


@app.command()
def rotate(
    distrust_old: bool = typer.Option(
        False, "--distrust-old", help="End all passes signed before, within seconds; for a key that leaked."
    ),
    home: HomeOption = None,
) -> None:
    """Sign passes with the next key from now on; edges know it already."""
    open_home(home)
    from dateline.audience import services as audience

    typer.echo(f"passes are signed with {audience.rotate_signing_key(distrust_old=distrust_old)}")


def _document(card: Any) -> dict[str, Any]:
    return {
        "key": card.key,
        "recipient": card.recipient,
        "account": card.account,
        "connections": card.connections,
        "grants": list(card.grants),
        "by": card.by,
        "made_at": _iso(card.made_at),
        "revoked_at": _iso(card.revoked_at),
    }


def _iso(at: Instant | None) -> str | None:
    return None if at is None else iso_z(at)
