"""`dateline vocabulary`: sectors with ids, slugs and labels."""

import typer

from dateline.cli.home import JsonOption
from dateline.cli.lists import parse_tag
from dateline.cli.output import print_json, print_table

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Sectors are IPTC Media Topics (CC BY 4.0) with our own labels and slugs."""


@app.command("list")
def list_(
    json_: JsonOption = False,
    lang: str = typer.Option("en", "--lang", help="Language of the labels."),
) -> None:
    """List the sectors."""
    from dateline.core.sectors import label, vocabulary

    language = parse_tag(lang, "--lang")
    rows = [(s.id, s.slug, label(s.id, language), s.broader) for s in vocabulary()]
    if json_:
        print_json([dict(zip(("id", "slug", "label", "broader"), row, strict=True)) for row in rows])
    else:
        print_table(("id", "slug", "label", "broader"), rows)
