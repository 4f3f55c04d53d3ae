"""`dateline pause`, `resume`, `pauses`: keep back what goes to an outlet, of a circuit, of a provider, or
all.
"""

import typer

from dateline.cli.deskpeople import house_person
from dateline.cli.home import AsOption, HomeOption, JsonOption, standing_home
from dateline.cli.output import print_json, print_table
from dateline.core.clock import iso_z
from dateline.core.errors import Conflict

pause = typer.Typer(add_completion=False)
resume = typer.Typer(add_completion=False)
pauses = typer.Typer(add_completion=False)

_KIND = "endpoint, circuit, provider, wire (all deliveries) or mail-normal (mail of the normal class)."
_NAME = "Outlet, circuit or provider; wire and mail-normal take none."


@pause.command("pause")
def pause_(
    kind: str = typer.Argument(..., help=_KIND),
    name: str = typer.Argument("", help=_NAME),
    reason: str = typer.Option(..., help="Why, in a few words."),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Keep deliveries back, without spending tries, until `dateline resume`. Lifts go on; to stop them too,
    use `dateline hold`.
    """
    standing_home(home)
    from dateline.dispatch import services as dispatch

    chosen, shown = dispatch.pausable(kind, name)
    new = dispatch.pause(kind, chosen, by=house_person(as_), reason=reason)
    typer.echo(f"{shown} is paused" if new else f"{shown} was paused already; see: dateline pauses")


@resume.command("resume")
def resume_(
    kind: str = typer.Argument(..., help=_KIND),
    name: str = typer.Argument("", help=_NAME),
    reason: str = typer.Option("", help="Why, in a few words."),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Let go on what was paused."""
    standing_home(home)
    from dateline.dispatch import services as dispatch

    chosen, shown = dispatch.pausable(kind, name)
    if not dispatch.resume(kind, chosen, by=house_person(as_), reason=reason):
        raise Conflict(f"{shown} is not paused; see: dateline pauses")
    typer.echo(f"{shown} goes on")


@pauses.command("pauses")
def pauses_(json_: JsonOption = False, home: HomeOption = None) -> None:
    """List what is paused, by whom and why."""
    standing_home(home)
    from dateline.audience import services as audience
    from dateline.dispatch import services as dispatch

    found = dispatch.paused()
    names = audience.names([one.name for one in found if one.kind == "endpoint"])
    rows = [
        {
            "kind": one.kind,
            "name": one.name,
            "shown": names.get(one.name, one.name),
            "by": one.by,
            "reason": one.reason,
            "since": iso_z(one.at),
        }
        for one in found
    ]
    if json_:
        print_json(rows)
    elif rows:
        columns = ("kind", "shown", "by", "reason", "since")
        print_table(
            ("kind", "name", "by", "reason", "since"), (tuple(row[c] for c in columns) for row in rows)
        )
    else:
        typer.echo("nothing is paused")
