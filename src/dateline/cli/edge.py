"""`dateline edge`: the process that keeps the sockets of desktops."""

import time

import typer

from dateline.cli.home import HomeOption, use_home

app = typer.Typer(add_completion=False)
_POLL_S = 0.2


@app.command()
def edge(
    home: HomeOption = None,
    port: int | None = typer.Option(None, help="Port to listen on."),
    origin: str | None = typer.Option(
        None, help="Where the log comes from: http(s)://HOST of a wire or of another edge, nats://HOST:4222."
    ),
    processes: int | None = typer.Option(
        None, min=1, help="Processes that share the port; default the cores."
    ),
    drain: bool = typer.Option(
        False, "--drain", help="Let the desktops of the edge that runs here go, some at a time, and end it."
    ),
    slot: int = typer.Option(0, hidden=True),
) -> None:
    """Run an edge alone: it keeps the sockets of desktops and knows nothing but the wire log."""
    settings = use_home(home, edge_port=port, edge_origin=origin, edge_processes=processes)
    if drain:
        _drain(settings.edge_drain_s)
        return
    from dateline.cli.processes import run_edge

    run_edge(slot=slot)


def _drain(within_s: int) -> None:
    from dateline.edge.server import drain_running, is_running
    from dateline.plant.settings import get_settings

    settings = get_settings()
    process = drain_running(settings)
    typer.echo(f"process {process} lets its desktops go, within {within_s} s; Ctrl-C here leaves it at that")
    while is_running(settings):
        time.sleep(_POLL_S)
    typer.echo("drained")
