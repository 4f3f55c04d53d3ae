"""`dateline dispatch`: the pump by itself, on as many processes and machines as the database allows."""

import typer

from dateline.cli.home import HomeOption, use_home

app = typer.Typer(add_completion=False)


@app.command()
def dispatch(
    workers: int | None = typer.Option(
        None, min=1, max=64, help="Processes on this machine; more than one needs PostgreSQL."
    ),
    slot: int = typer.Option(0, min=0, hidden=True),
    home: HomeOption = None,
) -> None:
    """Run dispatch alone: it prepares, pumps and records. On PostgreSQL also on several machines."""
    settings = use_home(home, dispatch_workers=workers)
    from dateline.cli.processes import run_dispatch

    run_dispatch(slot=slot, alone=slot == 0 and settings.dispatch_workers == 1)
