"""`dateline formats`: what is written and read."""

from dataclasses import asdict

import typer

from dateline.cli.home import JsonOption
from dateline.cli.output import print_json

app = typer.Typer(add_completion=False)


@app.command()
def formats(json_: JsonOption = False) -> None:
    """List every format with its standard, version and media type, and whether it goes out or comes in."""
    from dateline.formats.catalogue import formats as all_formats

    cards = all_formats()
    if json_:
        print_json([asdict(card) for card in cards])
        return
    ways = {(True, True): "out, in", (True, False): "out", (False, True): "in"}
    for card in cards:
        standard = f"{card.standard} {card.version}".strip()
        way = ways.get((card.writes, card.reads), "")
        typer.echo(f"{card.name:10} {way:8} {standard:34} {card.media_type.partition(';')[0]}")
