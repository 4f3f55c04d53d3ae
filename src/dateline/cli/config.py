"""`dateline config`: every setting explained."""

import typer

from dateline.cli.home import HomeOption, JsonOption, use_home
from dateline.cli.output import print_json, print_table
from dateline.plant.settings import explain as explain_settings

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Settings come from the environment, then from dateline.toml in the home, then from defaults."""


@app.command()
def explain(json_: JsonOption = False, home: HomeOption = None) -> None:
    """Print every key, its value, where it came from and what it does; secrets masked."""
    rows = explain_settings(use_home(home))
    if json_:
        print_json([{"key": r.key, "value": r.value, "origin": r.origin, "about": r.about} for r in rows])
    else:
        print_table(
            ("key", "value", "from", "what it does"), ((r.key, r.value, r.origin, r.about) for r in rows)
        )
