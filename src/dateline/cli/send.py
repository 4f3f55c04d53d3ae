"""`dateline send`: a release from files to receipts in one command."""

import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Event
from typing import Any

import typer

from dateline.cli import send_translations as translations
from dateline.cli.home import AsOption, HomeOption, JsonOption, acting, is_up, open_home
from dateline.cli.main import EXIT_APPROVAL, EXIT_BLOCKED, EXIT_UNSETTLED
from dateline.cli.output import print_json
from dateline.cli.stories import read_stories
from dateline.core.clock import Instant, SystemClock, parse_instant
from dateline.core.errors import BadInput
from dateline.core.words import Finding, Story
from dateline.plant.settings import Settings

app = typer.Typer(add_completion=False)
_POLL_S = 0.1
_OPENING_S = 60.0
"""Until `work` has opened the hold of what goes out on approval; a wire that only starts takes seconds."""


@app.command()
def send(
    file: Path = typer.Argument(..., help="The original edition, in any format of `dateline formats`."),
    edition: list[str] = typer.Option([], "--edition", help="TAG=FILE of another language; repeat."),
    issuer: str = typer.Option("", help="Slug of the issuer; default from the front matter."),
    circuit: str = typer.Option("", help="Name of the circuit; default from the front matter."),
    at: str = typer.Option(
        "", "--at", help="T0 with offset or zone; beats the file's embargo; none = on approval."
    ),
    translate: list[str] = typer.Option(
        [], "--translate", help="Languages that the wire's engines make, by commas or repeated."
    ),
    together: float | None = typer.Option(
        None, "--together", min=1, help="The original waits for them, at most so many seconds; else never."
    ),
    otherwise: str = typer.Option(
        "go", "--otherwise", help="When --together runs out: go without the missing ones, or stop."
    ),
    until: str = typer.Option("settled", help="What to wait for: settled or final."),
    timeout: float = typer.Option(300.0, min=0, help="Seconds to wait, from T0."),
    as_: AsOption = "",
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Lock, approve where policy allows, wait, report. Exit 0 settled, 3 approval missing, 4 not settled in
    time.
    """
    if until not in {"settled", "final"}:
        raise BadInput(f"'{until}' is not settled or final", where="--until")
    settings = open_home(home)
    stories = read_stories(file, edition)
    asked = translations.wanted(translate, together, otherwise, stories)
    from dateline.cli.rooms import channels
    from dateline.wire import services as wire

    if not is_up(settings):
        channels(settings)  # a setting they cannot use is refused now, not when the release is public
    issuer = issuer or stories[0].issuer
    by = acting(as_, issuer=issuer)
    release = add_draft(file, stories, issuer=issuer, circuit=circuit, at=at, by=by)
    translations.before_lock(release, asked, by=by)
    submitted = wire.submit(release, by=by)
    show_findings(submitted.findings, quiet=json_)
    if submitted.blocked:
        typer.echo(f"{release} is locked but may not be approved: mend the findings and send again", err=True)
        raise typer.Exit(EXIT_BLOCKED)
    if not submitted.approved:
        typer.echo(
            f"{release} is locked and needs another approval: dateline release approve {release} --as NAME",
            err=True,
        )
        _print(release, json_, asked)
        raise typer.Exit(EXIT_APPROVAL)
    done = wait_for(settings, release, until=until, timeout_s=timeout, quiet=json_)
    _print(release, json_, asked)
    if not done:
        raise typer.Exit(EXIT_UNSETTLED)


def add_draft(file: Path, stories: list[Story], *, issuer: str, circuit: str, at: str, by: str) -> str:
    """The id of a new release. Options beat the front matter of the original, which came from `file`.

    Raises BadInput and NotFound naming option, file or key.
    """
    from dateline.desk import services as desk

    first = stories[0]
    if not (issuer or first.issuer):
        raise BadInput(
            "it names no issuer; add `issuer: SLUG` to its front matter, or --issuer", where=str(file)
        )
    return desk.add_release(
        stories,
        issuer=issuer or first.issuer,
        circuit=circuit or first.circuit or "all",
        at=chosen_instant(at, first.embargo, file),
        by=by,
    )


def chosen_instant(at: str, embargo: str = "", file: Path | str = "") -> Instant | None:
    """T0: `--at` beats the `embargo` of `file`; with neither, None (on approval). Raises BadInput for a past
    or zoneless time.
    """
    now = SystemClock().now()
    for text, where in ((at, "--at"), (embargo, f"{file}: front matter `embargo`")):
        if text:
            try:
                chosen = parse_instant(text, now=now)
            except BadInput as error:
                raise BadInput(error.message, where=where) from None
            if chosen <= now:
                raise BadInput(
                    f"{text} is in the past; give a later time, or none for release on approval", where=where
                )
            return chosen
    return None


def show_findings(findings: tuple[Finding, ...], *, quiet: bool) -> None:
    """Findings on standard error; all of them, or only the blocking ones when `quiet`."""
    for finding in findings:
        if not quiet or finding.severity == "block":
            typer.echo(f"{finding.severity:5} {finding.code} at {finding.where}: {finding.message}", err=True)


def wait_for(settings: Settings, release: str, *, until: str, timeout_s: float, quiet: bool) -> bool:
    """Waits until the release is settled (or final); False when `timeout_s` after T0 it is not.

    Without `dateline up` on this home it runs clock, work and dispatch for as long as it waits.
    """
    from dateline.cli.progress import Progress
    from dateline.cli.up import running

    stop = Event()
    helpers: AbstractContextManager[Any] = (
        nullcontext()
        if is_up(settings)
        else running(settings, stop, names=("clock", "work", "dispatch"), quiet=True)
    )
    with helpers, Progress(quiet=quiet) as progress:
        return _poll(release, until, timeout_s, progress)


def _poll(release: str, until: str, timeout_s: float, progress: Any) -> bool:
    from dateline.reports import services as reports

    t0: float | None = None
    began = time.monotonic()
    while True:
        found = reports.progress(release)
        progress.show(found)
        if found.state in {"withdrawn", "overdue"}:
            return False
        if (
            found.lifted
            and (found.final if until == "final" else found.settled)
            and translations.is_done(release)
        ):
            return True
        now = time.monotonic()
        if t0 is None and (
            found.lifted or (found.due_at is not None and found.due_at <= SystemClock().now())
        ):
            t0 = now
        if t0 is not None and now - t0 > timeout_s:
            return False
        # Approved, and nobody opens its hold: `work` is away, and its time would never come.
        if found.due_at is None and not found.lifted and now - began > timeout_s + _OPENING_S:
            return False
        time.sleep(_POLL_S)


def _print(release: str, as_json: bool, asked: translations.Wanted) -> None:
    from dateline.reports import services as reports

    report = reports.report(release)
    if as_json:
        print_json(translations.add_rows(release, reports.send_document(report), asked))
    else:
        typer.echo(reports.sentence(report))
        translations.tell(release, asked)
        typer.echo(f"report: dateline report {release}")
