"""`dateline import`: an old site's archive moves in; nothing is sent."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dateline.cli.home import AsOption, HomeOption, JsonOption, acting, open_home
from dateline.cli.lists import parse_tag, split
from dateline.cli.main import EXIT_BLOCKED
from dateline.cli.output import one_line, print_json, print_table

if TYPE_CHECKING:  # needs Django set up
    from dateline.wire.services import Moved

app = typer.Typer(add_completion=False, no_args_is_help=True)
_SHOWN = 50


@app.callback()
def _group() -> None:
    """Archives move in: pages, lists, search and old addresses; no mail, no stream, no feed."""


@app.command()
def wordpress(
    file: Path = typer.Argument(help="The export (WXR) that Tools > Export > All content gives."),
    issuer_map: Path | None = typer.Option(
        None, "--issuer-map", help="CSV kind,name,issuer[,sectors]: authors and categories to issuers."
    ),
    issuer: str = typer.Option("", "--issuer", help="Issuer of every post that the map does not name."),
    media: Path | None = typer.Option(
        None, "--media", help="Copy of wp-content/uploads; without it pictures stay links to the old site."
    ),
    language: str = typer.Option(
        "", "--language", help="Language of posts that name none; default the site's."
    ),
    type_: list[str] = typer.Option(
        ["post"], "--type", help="Post types that are releases; commas or repeats."
    ),
    override: str = typer.Option(
        "", "--override", help="Why posts with blocking findings come in all the same; kept in their history."
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would happen; change nothing."),
    json_: JsonOption = False,
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Bring in the posts of a WordPress site as archived releases.

    Exit 1 when posts were rejected; the others are kept, and a later run takes what is new or changed.
    """
    open_home(home)
    from dateline.wire import services as wire

    asked = wire.Cutover(
        file,
        issuer_map,
        issuer,
        media,
        parse_tag(language, "--language") if language else None,
        split(type_),
        override,
    )
    by = acting(as_)
    with ExitStack() as stack:
        reading, moving = _bars(stack, file, quiet=json_)
        moved = wire.import_wordpress(asked, by=by, dry_run=dry_run, reading=reading, moving=moving)
    if json_:
        print_json({"dry_run": dry_run, **asdict(moved)})
    else:
        _say(moved, dry_run=dry_run)
    if moved.rejected:
        raise typer.Exit(EXIT_BLOCKED)


def _bars(
    stack: ExitStack, file: Path, *, quiet: bool
) -> tuple[Callable[[int], None], Callable[[int, int], None]]:
    """Two bars on standard error, one for reading and one for moving; none when nobody watches."""
    if quiet or not sys.stderr.isatty():
        return (lambda _: None), (lambda _done, _of: None)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars = stack.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
    size = file.stat().st_size if file.is_file() else None
    read = bars.add_task("reading, MB", total=round(size / 1e6, 1) if size else None)
    moved = bars.add_task("releases", total=None)

    def reading(count: int) -> None:
        bars.advance(read, count / 1e6)

    def moving(done: int, of: int) -> None:
        bars.update(moved, completed=done, total=of)

    return reading, moving


def _say(moved: "Moved", *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    typer.echo(
        f"{moved.source}: {would}created {moved.created}, updated {moved.updated}, unchanged "
        f"{moved.unchanged}, rejected {len(moved.rejected)} posts"
    )
    typer.echo(
        f"  {moved.posts} editions, {moved.pictures} pictures, {moved.references} pictures by reference, "
        f"{moved.addresses} old addresses; nothing was sent"
    )
    for what, counts in (
        ("left behind", moved.skipped),
        ("shortcodes taken out", moved.shortcodes),
        ("without issuer", moved.unknown_issuers),
    ):
        if counts:
            words = ", ".join(f"{one_line(name)} {count}" for name, count in list(counts.items())[:20])
            typer.echo(f"  {what}: {words}")
    for note in moved.notes[:_SHOWN]:
        typer.echo(f"  note: {one_line(note)}")
    if moved.rejected:
        rows = ((one.id, one.line, one_line(one.title)[:60], one_line(one.reason)) for one in moved.rejected)
        print_table(("post", "line", "title", "reason"), list(rows)[:_SHOWN])
    if len(moved.rejected) > _SHOWN:
        typer.echo(f"  and {len(moved.rejected) - _SHOWN} more; see --json")
