"""`dateline suppress`: addresses that are never mailed, and the complaint rate that rests normal mail."""

from pathlib import Path
from typing import Any

import typer

from dateline.cli.deskpeople import house_person
from dateline.cli.home import AsOption, HomeOption, JsonOption, named, standing_home
from dateline.cli.main import EXIT_BLOCKED
from dateline.cli.output import one_line, print_json, print_table
from dateline.core.clock import iso_z
from dateline.core.errors import BadInput

app = typer.Typer(add_completion=False, no_args_is_help=True)

_NOTE = "Addresses are kept as keyed hashes alone: ask for one with `dateline suppress list ADDRESS`."
_MOST_SHOWN = 50
_MOST_LISTED = 100


@app.callback()
def _group() -> None:
    """Addresses that are never mailed again, whatever is imported later."""


@app.command()
def add(
    address: str,
    reason: str = typer.Option(..., help="Why, for the ledger: for example 'asked by phone'."),
    scope: str = typer.Option("all", help="What is stopped: all."),
    as_: AsOption = "",
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Never mail this address again, known or not. What waits for it is stopped at once."""
    _all(scope)
    standing_home(home)
    from dateline.audience import services

    before = services.suppression_of(address)
    services.suppress(address, reason=reason, source=f"added by {house_person(as_)}")
    if json_:
        print_json({"suppressed": True, "new": before is None, **_card(services.suppression_of(address))})
    elif before is None:
        typer.echo("suppressed: nothing is mailed to this address any more")
    else:
        typer.echo(f"was suppressed before, since {iso_z(before.at)}: {before.reason}")


@app.command("list")
def list_(
    address: str = typer.Argument("", help="Ask for one address; without, all are listed by their hashes."),
    limit: int | None = typer.Option(
        None, min=1, help="At most so many, newest first; else 100 in a table and all with --json."
    ),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List suppressions, newest first, or ask for one address. Addresses themselves are not kept."""
    standing_home(home)
    if address:
        _one(address, json_)
        return
    from dateline.audience import services

    shown = None if json_ else _MOST_LISTED
    rows = [_card(found) for found in services.suppressions(limit=limit or shown)]
    total = services.suppression_count()
    if json_:
        print_json({"note": _NOTE, "count": total, "suppressions": rows})
        return
    if rows:
        print_table(
            ("hash", "since", "reason", "source"),
            ((r["key"], r["at"], one_line(r["reason"]), one_line(r["source"])) for r in rows),
        )
    more = f", the newest {len(rows)} are shown" if len(rows) < total else ""
    typer.echo(f"{total} suppressed{more}. {_NOTE}")


def _one(address: str, json_: bool) -> None:
    from dateline.audience import services

    found = services.suppression_of(address)
    if json_:
        print_json({"suppressed": found is not None, **_card(found)})
    elif found is None:
        typer.echo("not suppressed")
    else:
        typer.echo(f"suppressed since {iso_z(found.at)}: {found.reason} ({found.source})")


@app.command()
def remove(
    address: str,
    as_: str = typer.Option(..., "--as", help="Who takes it upon them.", callback=named),
    reason: str = typer.Option(..., help="Why the address may be mailed again; kept for ever."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Let an address be mailed again, on a named person's word. What was stopped meanwhile stays stopped."""
    standing_home(home)
    from dateline.audience import services

    found = services.unsuppress(address, by=house_person(as_), reason=reason)
    if json_:
        print_json({"removed": True, **_card(found)})
    else:
        typer.echo(f"removed; it was suppressed since {iso_z(found.at)}: {found.reason} ({found.source})")


@app.command("import")
def import_(
    file: Path,
    reason: str = typer.Option("", help="Why, where a row does not say; default the file's name."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would happen; change nothing."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Suppress the addresses of a file: one a line, or CSV with a column `email` (and `reason`).

    Exit 1 when rows were rejected; the good ones are kept. A second run changes nothing.
    """
    standing_home(home)
    from dateline.audience import services

    result = services.import_suppressions(file, reason=reason, dry_run=dry_run)
    if json_:
        print_json(
            {
                "created": result.created,
                "updated": result.updated,
                "unchanged": result.unchanged,
                "rejected": [{"line": r.line, "reason": r.reason} for r in result.rejected],
            }
        )
    else:
        would = "would be suppressed" if dry_run else "suppressed"
        typer.echo(f"{result.created} {would}, {result.unchanged} were, {len(result.rejected)} rows rejected")
        for row in result.rejected[:_MOST_SHOWN]:
            typer.echo(f"  line {row.line}: {one_line(row.reason)}")
        if len(result.rejected) > _MOST_SHOWN:
            typer.echo(f"  and {len(result.rejected) - _MOST_SHOWN} more; see --json")
    if result.rejected:
        raise typer.Exit(EXIT_BLOCKED)


@app.command()
def complaints(json_: JsonOption = False, home: HomeOption = None) -> None:
    """Show the complaint rate, and whether normal-class mail rests because of it."""
    standing_home(home)
    from dateline.dispatch import services

    found = services.complaints()
    resting = found.paused
    document: dict[str, Any] = {
        "window_h": found.window_h,
        "limit_percent": found.limit_percent,
        "complaints": found.complaints,
        "mails": found.mails,
        "percent": found.percent,
        "paused": None
        if resting is None
        else {"at": iso_z(resting.at), "by": resting.by, "reason": resting.reason},
    }
    if json_:
        print_json(document)
        return
    rate = (
        f"{found.complaints} in {found.mails:,} mails ({found.percent:.2f} %)" if found.complaints else "none"
    )
    typer.echo(f"complaints within {found.window_h} h: {rate}; the limit is {found.limit_percent:g} %")
    if resting is not None:
        typer.echo(
            f"normal-class mail rests since {iso_z(resting.at)} ({resting.by}): {one_line(resting.reason)}"
        )
        typer.echo("go on with: dateline suppress lift --as NAME --reason WHY")


@app.command()
def lift(
    as_: str = typer.Option(..., "--as", help="Who takes it upon them.", callback=named),
    reason: str = typer.Option(..., help="What was done about the complaints; kept for ever."),
    home: HomeOption = None,
) -> None:
    """Let normal-class mail go on after complaints. Those from before do not count again."""
    standing_home(home)
    from dateline.dispatch import services

    if not services.let_mail_go_on(by=house_person(as_), reason=reason):
        typer.echo("normal-class mail does not rest")
        return
    typer.echo("normal-class mail goes on")


def _all(scope: str) -> None:
    if scope != "all":
        raise BadInput(f"'{scope}' cannot be stopped by itself; use all", where="--scope")


def _card(found: Any) -> dict[str, Any]:
    names = ("key", "scope", "reason", "source", "at")
    if found is None:
        return dict.fromkeys(names)
    return {name: getattr(found, name) for name in names[:-1]} | {"at": iso_z(found.at)}
