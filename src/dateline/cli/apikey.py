"""`dateline apikey`: keys to the API: add, list, revoke."""

from datetime import timedelta
from typing import Any

import typer

from dateline.cli.home import AsOption, HomeOption, JsonOption, acting, open_home
from dateline.cli.lists import split
from dateline.cli.output import one_line, print_json, print_table
from dateline.core.clock import Instant, SystemClock, iso_z
from dateline.core.errors import BadInput

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Who may use the API, for what, and how long."""


@app.command()
def add(
    name: str = typer.Argument(..., help="What will use it, such as 'newsroom CMS'."),
    scope: list[str] = typer.Option(
        ...,
        "--scope",
        help="releases:read, releases:write, releases:approve, reach:read, reports:read, endpoints:read, "
        "endpoints:write; commas or repeats.",
    ),
    person: str = typer.Option("", help="Whose acts it does; default: who makes it."),
    issuer: str = typer.Option("", help="Slug of the issuer that it is bound to."),
    outlet: str = typer.Option("", help="Name or id of an outlet, for a key of its own endpoint."),
    wire: bool = typer.Option(False, "--wire", help="Bound to nothing: all releases, all outlets."),
    days: int = typer.Option(90, min=0, max=3650, help="Days until it ends by itself; 0 = never."),
    as_: AsOption = "",
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Make a key. It is shown this once: give it to nobody but the program that uses it."""
    settings = open_home(home)
    from dateline.issuers import services as issuers

    by = acting(as_)
    whose = issuers.person(person or by)
    if sum((bool(issuer), bool(outlet), wire)) > 1:
        raise BadInput("give one of --issuer, --outlet and --wire", where="--wire")
    if not (issuer or outlet or wire or whose.issuer):
        raise BadInput("bind it with --issuer SLUG or --outlet NAME, or say --wire", where="--issuer")
    if wire and whose.role == "issuer":
        raise BadInput(f"{whose.name} is of {whose.issuer}; only people of the desk have such keys", "--wire")
    recipient = _recipient(outlet)
    card = issuers.new_api_key(
        name,
        scopes=tuple(split(scope)),
        by=by,
        person="" if recipient else whose.name,
        issuer=issuer,
        outlet=recipient,
        expires_at=Instant(SystemClock().now() + timedelta(days=days)) if days else None,
    )
    if json_:
        print_json(_document(card) | {"secret": card.secret})
        return
    typer.echo(card.secret)
    typer.echo(f"key {card.key}, {_bound(card)}, until {_iso(card.expires_at) or 'revoked'}", err=True)
    typer.echo(
        f"it is not shown again. Authorization: Bearer KEY; see {settings.site_url}/api/v1/docs", err=True
    )


def _recipient(outlet: str) -> str:
    if not outlet:
        return ""
    from dateline.audience import services as audience

    return audience.outlet(outlet).recipient


@app.command("list")
def list_(
    issuer: str = typer.Option("", help="Slug: only keys that are bound to this issuer."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List the keys, revoked ones too; never their secrets."""
    open_home(home)
    from dateline.issuers import services as issuers

    if issuer:
        issuers.issuer(issuer)  # raises NotFound, which names near ones
    cards = issuers.api_keys(issuer=issuer)
    if json_:
        print_json([_document(card) for card in cards])
        return
    print_table(
        ("key", "for", "scopes", "last used", "state"),
        (
            (
                c.key,
                f"{one_line(c.name)} ({_bound(c)}{f', {c.person}' if c.person else ''})",
                " ".join(c.scopes),
                c.last_used_on or "never",
                _state_until(c),
            )
            for c in cards
        ),
    )


@app.command()
def revoke(
    key: str = typer.Argument(..., help="The key's id, as `list` shows it; the whole key is taken too."),
    home: HomeOption = None,
) -> None:
    """End a key for ever, from the next request on."""
    open_home(home)
    from dateline.issuers import services as issuers

    new = issuers.revoke_api_key(key)
    shown = key.split("_")[1] if key.startswith("ak_") and "_" in key[3:] else key
    typer.echo(f"key {one_line(shown.removeprefix('ak_'))[:16]} is revoked" + ("" if new else " already"))


def _bound(card: Any) -> str:
    return str(card.issuer or (f"outlet {card.outlet}" if card.outlet else "the whole wire"))


def _state(card: Any) -> str:
    if card.revoked_at is not None:
        return "revoked"
    ended = card.expires_at is not None and card.expires_at <= SystemClock().now()
    return "ended" if ended else "in force"


def _state_until(card: Any) -> str:
    until = f" to {card.expires_at:%Y-%m-%d}" if card.expires_at else ""
    return _state(card) + (until if _state(card) == "in force" else "")


def _document(card: Any) -> dict[str, Any]:
    return {
        "key": card.key,
        "name": card.name,
        "person": card.person or None,
        "issuer": card.issuer or None,
        "outlet": card.outlet or None,
        "scopes": list(card.scopes),
        "by": card.by,
        "made_at": iso_z(card.made_at),
        "expires_at": _iso(card.expires_at),
        "revoked_at": _iso(card.revoked_at),
        "last_used_on": None if card.last_used_on is None else card.last_used_on.isoformat(),
        "state": _state(card),
    }


def _iso(at: Instant | None) -> str | None:
    return None if at is None else iso_z(at)
