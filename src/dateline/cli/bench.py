"""`dateline bench`: measure a promise beside its peer, in one run."""

import typer

from dateline.cli.home import JsonOption
from dateline.cli.output import print_json, print_table

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Every figure is a median with its range; `ratio` is ours divided by the peer's."""


@app.command()
def wire(
    deliveries: int = typer.Option(92500, help="Deliveries of the release that keeps the pump busy."),
    lifts: int = typer.Option(200, help="Lifts measured meanwhile."),
    database: list[str] = typer.Option(["sqlite", "postgres"], help="sqlite, postgres; repeat for both."),
    rounds: int = typer.Option(1, min=1, help="Rounds; figures are medians over them."),
    json_: JsonOption = False,
) -> None:
    """Ledger, clock and pump with an in-process fake channel, beside one commit per row."""
    from dateline.bench.wire import run

    document = run(deliveries=deliveries, lifts=lifts, databases=tuple(database), rounds=rounds)
    if json_:
        print_json(document)
        return
    columns = ("case", "metric", "unit", "median", "min", "max", "peer", "ratio")
    print_table(
        columns, (tuple(row[c] for c in columns) for row in document["rows"]), title=document["machine"]
    )
