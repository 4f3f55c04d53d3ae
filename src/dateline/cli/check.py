"""`dateline check`: what a file is read as, and every finding."""

from pathlib import Path

import typer

from dateline.cli.home import JsonOption
from dateline.cli.lists import parse_tag
from dateline.cli.main import EXIT_BLOCKED
from dateline.cli.output import print_json

app = typer.Typer(add_completion=False)


@app.command()
def check(
    file: Path = typer.Argument(..., help="A file of any format that `dateline formats` reads."),
    lang: str = typer.Option("", "--lang", help="Language tag, when the file does not say."),
    encoding: str = typer.Option("", "--encoding", help="Character set, when it is not UTF-8 and says none."),
    item: int = typer.Option(1, "--item", min=1, help="Which item of a file that holds several."),
    json_: JsonOption = False,
) -> None:
    """Show what was recognised as what. Exit 0, 1 with a blocking finding, 2 unreadable."""
    from dateline.intake import services as intake
    from dateline.languages import services as languages

    tag = parse_tag(lang, "--lang") if lang else None
    asked = intake.Asked(file.name, tag, file.parent, encoding=encoding, item=item)
    found = intake.read_document(intake.bytes_of(file), asked)
    document = intake.check_document(found.story, languages.check_story(found.story))
    document = {"format": found.kind, "items": found.items, **document}
    if json_:
        print_json(document)
    else:
        _print(document)
    if any(finding["severity"] == "block" for finding in document["findings"]):
        raise typer.Exit(EXIT_BLOCKED)


def _print(document: dict) -> None:  # type: ignore[type-arg]
    from rich.console import Console
    from rich.markup import escape

    console = Console(soft_wrap=True)
    for name in ("format", "language", "headline", "subhead", "byline"):
        console.print(f"[bold]{name:12}[/]{escape(str(document[name] or '-'))}")
    line = document["dateline"]
    shown = f"{line['place']} | {line['date']} | {line['source']}" if line else "-"
    console.print(f"[bold]{'dateline':12}[/]{escape(shown)}")
    for number, block in enumerate(document["blocks"]):
        text = " ".join(str(block.get("text", "")).split())
        console.print(f"[bold]{f'{number} ' + block['kind']:12}[/]{escape(text[:160])}")
    for name in ("boilerplate", "contacts", "disclaimer", "sections", "sectors"):
        console.print(f"[bold]{name:12}[/]{escape(str(document[name] or '-'))}")
    for finding in document["findings"]:
        console.print(
            f"[bold]{finding['severity']:12}[/]{escape(finding['code'])} "
            f"at {escape(finding['where'])}: {escape(finding['message'])}"
        )
    if not document["findings"]:
        console.print("No findings.")
