"""`dateline release`: each step in the life of a release by itself."""

import sys
from pathlib import Path
from typing import Any

import typer

from dateline.cli.home import (
    AsOption,
    HomeOption,
    JsonOption,
    acting,
    open_home,
    say_if_nothing_lifts,
    standing_home,
)
from dateline.cli.main import EXIT_APPROVAL, EXIT_BLOCKED
from dateline.cli.output import print_json, print_table
from dateline.cli.send import add_draft, chosen_instant, show_findings
from dateline.cli.stories import as_edition_of, read_stories
from dateline.core.clock import iso_z
from dateline.core.errors import BadInput, Conflict

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command()
def add(
    file: Path,
    edition: list[str] = typer.Option([], "--edition", help="TAG=FILE of another language; repeat."),
    issuer: str = typer.Option("", help="Slug of the issuer."),
    circuit: str = typer.Option("", help="Name of the circuit."),
    at: str = typer.Option("", "--at", help="T0 with offset or zone."),
    to: str | None = typer.Option(None, "--to", help="Release id: add the file as a late edition of it."),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Add a draft; prints its id. With --to, add a language to a release that is out."""
    open_home(home)
    from dateline.wire import services as wire

    stories = read_stories(file, edition)
    issuer = issuer or stories[0].issuer
    by = acting(as_, release=to or "", issuer="" if to else issuer)
    if to is not None:
        for story in stories:
            _report(wire.submit_late_edition(to, as_edition_of(story, story), by=by))
        typer.echo(to)
        return
    typer.echo(add_draft(file, stories, issuer=issuer, circuit=circuit, at=at, by=by))


@app.command()
def lock(release: str, as_: AsOption = "", home: HomeOption = None) -> None:
    """Freeze editions, recipients and T0 under one hash, and check every edition."""
    standing_home(home)
    from dateline.wire import services as wire

    submitted = wire.lock_and_check(release, by=acting(as_, release=release))
    show_findings(submitted.findings, quiet=False)
    typer.echo(f"{release} locked: {submitted.hash}")
    if submitted.blocked:
        raise typer.Exit(EXIT_BLOCKED)


@app.command()
def approve(
    release: str,
    hash_: str = typer.Option(
        "", "--hash", help="The locked hash that was read, or its beginning; any other lock is refused."
    ),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Approve the locked hash. Exit 3 when another person's approval is still missing."""
    standing_home(home)
    from dateline.desk import services as desk

    by = acting(as_, release=release)
    state = desk.approve(release, by=by, version_id=_lock_of(release, hash_) if hash_ else None)
    typer.echo(f"{release}: {state.have} of {state.needed} approvals")
    if not state.complete:
        raise typer.Exit(EXIT_APPROVAL)
    say_if_nothing_lifts()


def _lock_of(release: str, beginning: str) -> str:
    """The lock whose hash begins so. Raises Conflict when none that waits does."""
    from dateline.desk import services as desk

    for version in desk.versions(release):
        if version.state == "locked" and version.hash.startswith(beginning.lower()):
            return version.version_id
    raise Conflict(
        f"no lock of {release} with the hash {beginning} awaits approval: it was locked anew; read it again"
    )


@app.command()
def schedule(
    release: str,
    at: str = typer.Option(..., "--at", help="The new T0 with offset or zone."),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Set or move T0: a new lock, which needs a new approval."""
    standing_home(home)
    from dateline.wire import services as wire

    chosen = chosen_instant(at)
    if chosen is None:
        raise BadInput("give the new T0, for example 2030-01-15T09:00+09:00", where="--at")
    submitted = wire.move(release, chosen, by=acting(as_, release=release))
    typer.echo(
        f"{release} locked for {iso_z(chosen)}: {submitted.hash}; "
        f"approve it with: dateline release approve {release}"
    )


@app.command()
def withdraw(
    release: str,
    reason: str = typer.Option(
        "withdrawn by the issuer", help="Shown on the page when it is already public."
    ),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Before T0 nothing becomes public; after it the page stays, marked."""
    standing_home(home)
    from dateline.wire import services as wire

    words, by = _words(reason), acting(as_, release=release)
    if wire.withdraw(release, by=by, reason=words):
        typer.echo(f"{release} withdrawn; nothing of it is public")
    else:
        _report(wire.submit_withdrawal(release, reason=words, by=by))
        typer.echo(f"{release} withdrawn after release; its page is marked")
        say_if_nothing_lifts()


@app.command()
def overdue(release: str, as_: AsOption = "", home: HomeOption = None) -> None:
    """Release a hold whose T0 was missed by more than the limit: a person's decision."""
    standing_home(home)
    from dateline.wire import services as wire

    wire.release_overdue(release, by=acting(as_, release=release))
    typer.echo(f"{release} is due now")
    say_if_nothing_lifts()


@app.command()
def correct(
    release: str,
    file: Path,
    edition: list[str] = typer.Option([], "--edition", help="TAG=FILE of another language; repeat."),
    reason: str = typer.Option(..., help="What was wrong, in one sentence; readers see it; - reads it."),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Put a corrected version on the wire; the old one stays readable, marked."""
    standing_home(home)
    from dateline.wire import services as wire

    _report(
        wire.submit_correction(
            release, read_stories(file, edition), reason=_words(reason), by=acting(as_, release=release)
        )
    )
    typer.echo(f"{release} corrected")
    say_if_nothing_lifts()


@app.command()
def kill(
    release: str,
    reason: str = typer.Option(..., help="Why, in one sentence; readers see it; - reads it."),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Remove a release at once: its page answers 410 with the notice."""
    standing_home(home)
    from dateline.wire import services as wire

    _report(wire.submit_kill(release, reason=_words(reason), by=acting(as_, release=release)))
    typer.echo(f"{release} killed")
    say_if_nothing_lifts()


@app.command()
def show(release: str, json_: JsonOption = False, home: HomeOption = None) -> None:
    """Show one release."""
    open_home(home)
    from dateline.desk import services as desk

    document = _row(desk.show(release))
    if json_:
        print_json(document)
    else:
        print_table(("field", "value"), document.items())


@app.command("list")
def list_(
    archived: bool = typer.Option(False, "--archived", help="Those that came in as an archive instead."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List the releases, newest first."""
    open_home(home)
    from dateline.desk import services as desk

    rows = [_row(card) for card in desk.list_releases(archived=archived)]
    if json_:
        print_json(rows)
    else:
        print_table(
            ("release", "slug", "issuer", "state", "languages", "at"), (tuple(row.values()) for row in rows)
        )


def _words(reason: str) -> str:
    """The reason, or standard input for `-`: `ps` shows arguments to everybody on the machine."""
    return sys.stdin.read() if reason == "-" else reason


def _row(card: Any) -> dict[str, Any]:
    return {
        "release": card.release,
        "slug": card.slug,
        "issuer": card.issuer,
        "state": card.state,
        "languages": list(card.languages),
        "at": iso_z(card.at) if card.at else None,
    }


def _report(submitted: Any) -> None:
    show_findings(submitted.findings, quiet=False)
    if submitted.blocked:
        raise typer.Exit(EXIT_BLOCKED)
    if not submitted.approved:
        typer.echo("locked; another person must approve it", err=True)
        raise typer.Exit(EXIT_APPROVAL)
