"""`dateline hold`: stops the whole wire, and lets it go on."""

from typing import Any

import typer

from dateline.cli.deskpeople import house_person
from dateline.cli.home import AsOption, HomeOption, JsonOption, standing_home
from dateline.cli.main import EXIT_APPROVAL
from dateline.cli.output import print_json, print_table
from dateline.core.clock import iso_z
from dateline.core.errors import BadInput

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """While it is on nothing becomes public and nothing is sent; what was approved waits."""


@app.command()
def on(
    reason: str = typer.Option(..., help="Why, in a few words; it stays in the history."),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Stop every lift and every delivery, at once."""
    standing_home(home)
    from dateline.wire import services as wire

    new = wire.hold_wire(by=house_person(as_), reason=reason)
    card = wire.wide_hold()
    typer.echo("the wire is on hold" if new else f"the wire is on hold already, by {card.by}: {card.reason}")


@app.command()
def off(
    reason: str = typer.Option("", help="Why, in a few words."), as_: AsOption = "", home: HomeOption = None
) -> None:
    """Let the wire go on. Exit 3 when policy asks for a second person.

    What was due meanwhile lifts when it is late by less than DATELINE_LATE_LIMIT_S, and is overdue otherwise.
    """
    standing_home(home)
    from dateline.wire import services as wire

    if wire.free_wire(by=house_person(as_), reason=reason):
        typer.echo("the wire goes on; overdue releases wait for: dateline release overdue ID")
        return
    typer.echo("another person must take the hold off too: dateline hold off --as NAME", err=True)
    raise typer.Exit(EXIT_APPROVAL)


@app.command()
def show(json_: JsonOption = False, home: HomeOption = None) -> None:
    """Whether it is on, by whom and why, with its history."""
    standing_home(home)
    from dateline.wire import services as wire

    card, history = wire.wide_hold(), wire.wide_hold_history()
    if json_:
        print_json(
            {
                "on": card.on,
                "by": card.by,
                "reason": card.reason,
                "since": iso_z(card.since) if card.since else None,
                "needs": card.needs,
                "off_asked_by": card.off_asked_by,
                "history": [
                    {"act": h.act, "by": h.by, "reason": h.reason, "at": iso_z(h.at)} for h in history
                ],
            }
        )
        return
    typer.echo(f"on hold by {card.by}: {card.reason}" if card.on else "not on hold")
    if card.needs:
        typer.echo("a restored backup waits for: dateline hold reconcile")
    if history:
        print_table(("at", "act", "by", "reason"), ((iso_z(h.at), h.act, h.by, h.reason) for h in history))


@app.command()
def reconcile(
    outcome: str = typer.Option(
        "",
        "--decide",
        help="Decide: uncertain (may have gone out, is not sent again) or nothing-went-out (the wire stood "
        "still when the backup was made). Without it, only tell.",
    ),
    as_: AsOption = "",
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """After a restore: tell what may have gone out since the backup, and decide about it."""
    if outcome not in {"", "uncertain", "nothing-went-out"}:
        raise BadInput(f"'{outcome}' is not uncertain or nothing-went-out", where="--decide")
    standing_home(home)
    from dateline.dispatch import services as dispatch

    by = house_person(as_)
    found = dispatch.reconcile(outcome, by=by) if outcome else dispatch.unreconciled()  # type: ignore[arg-type]
    if json_:
        print_json(_document(found, outcome))
    else:
        _tell(found, outcome)


def _document(found: Any, outcome: str) -> dict[str, Any]:
    if found is None:
        return {"waiting": False, "outcome": None, "backup_at": None, "deliveries": [], "holds": []}
    return {
        "waiting": not outcome,
        "outcome": outcome or None,
        "backup_at": iso_z(found.backup_at),
        "deliveries": [
            {"release": d.release, "version": d.version, "channel": d.channel, "count": d.deliveries}
            for d in found.deliveries
        ],
        "holds": [{"release": h.release, "due_at": iso_z(h.due_at)} for h in found.holds],
    }


def _tell(found: Any, outcome: str) -> None:
    if found is None:
        typer.echo("no restored backup waits to be reconciled")
        return
    typer.echo(f"The backup was made at {iso_z(found.backup_at)}. What came after it is not in this home.")
    if found.deliveries:
        print_table(
            ("release", "version", "channel", "deliveries that may have been made since"),
            ((d.release, d.version, d.channel, d.deliveries) for d in found.deliveries),
        )
    if found.holds:
        print_table(
            ("release", "due, so it may be public already"),
            ((h.release, iso_z(h.due_at)) for h in found.holds),
        )
    if not found.deliveries and not found.holds:
        typer.echo("No delivery was open and no release was due: nothing in it is in doubt.")
    if outcome:
        typer.echo(f"decided: {outcome}; now take the hold off: dateline hold off")
        return
    typer.echo(
        "Ask receivers, relay logs and readers what they have. Then decide:\n"
        "  dateline hold reconcile --decide uncertain         nothing of this is sent again by itself\n"
        "  dateline hold reconcile --decide nothing-went-out  the wire stood still; all goes on as it was"
    )
