"""`dateline ledger`: why somebody did or did not get a release."""

import typer

from dateline.cli.home import HomeOption, JsonOption, standing_home
from dateline.cli.output import print_json
from dateline.core.clock import iso_z

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The ledger holds one row for each push delivery and explains each."""


@app.command()
def why(
    release: str,
    recipient: str = typer.Argument(..., help="E-mail address, outlet name or recipient id."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Explain in one sentence why someone did or did not get it."""
    standing_home(home)
    from dateline.dispatch import services as dispatch

    found = dispatch.why(release, recipient)
    if not json_:
        typer.echo(found.sentence)
        return
    print_json(
        {
            "state": found.state,
            "sentence": found.sentence,
            "rule": found.rule,
            "attempts": [
                {
                    "at": iso_z(a.at),
                    "kind": a.kind,
                    "fence": a.fence,
                    "code": a.code,
                    "text": a.text,
                    "ms": a.ms,
                }
                for a in found.attempts
            ],
        }
    )
