"""`dateline demo`: the sample wire."""

from pathlib import Path

import typer

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    home: Path = typer.Option(
        Path("demo-home"), "--home", help="Folder of the demo; made anew unless --keep."
    ),
    port: int = typer.Option(8080, help="Port of the site; 0 takes a free one."),
    scale: int = typer.Option(
        1, min=1, max=10, help="1 = 650 outlets and 8,600 journalists, 10 = 6,500 and 86,000."
    ),
    countdown: int = typer.Option(20, min=2, help="Seconds until the release leaves its embargo."),
    keep: bool = typer.Option(False, "--keep", help="Use the folder as it is if a demo is in it."),
    exit_: bool = typer.Option(False, "--exit", help="End after the report; exit 0 only if it adds up."),
) -> None:
    """Fill a sample wire, release one story in fifteen languages to receivers on loopback, and report."""
    from dateline.cli.demo_run import run

    raise typer.Exit(run(home, port=port, scale=scale, countdown=countdown, keep=keep, leave=exit_))
