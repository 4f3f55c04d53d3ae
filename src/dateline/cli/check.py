"""`dateline check`: what a file is read as, and every finding."""

from pathlib import Path

import typer

from dateline.cli.home import JsonOption
from dateline.cli.lists import parse_tag
from dateline.cli.main import EXIT_BLOCKED
from dateline.cli.output import print_json
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Story

app = typer.Typer(add_completion=False)


@app.command()
def check(
    file: Path = typer.Argument(..., help="A file of any format that `dateline formats` reads."),
    lang: str = typer.Option("", "--lang", help="Language tag, when the file does not say."),
    encoding: str = typer.Option("", "--encoding", help="Character set, when it is not UTF-8 and says none."),
    item: int = typer.Option(1, "--item", min=1, help="Which item of a file that holds several."),
    source: Path | None = typer.Option(None, "--source", help="The original that FILE translates."),
    source_lang: str = typer.Option("", "--source-lang", help="Language tag of the original, likewise."),
    json_: JsonOption = False,
) -> None:
    """Show what was recognised as what, and what the gate says of it, alone or beside its original.

    Exit 0, 1 with a blocking finding, 2 unreadable.
    """
    from dateline.intake import services as intake
    from dateline.languages import services as languages

    if source_lang and source is None:
        raise BadInput("it needs the original; add --source FILE", where="--source-lang")
    asked = intake.Asked(file.name, _tag(lang, "--lang"), file.parent, encoding=encoding, item=item)
    found = intake.read_document(intake.bytes_of(file), asked)
    original = None
    if source is not None:
        tag = _tag(source_lang, "--source-lang")
        beside = intake.Asked(source.name, tag, source.parent)
        original = intake.read_document(intake.bytes_of(source), beside).story
        _differ(found.story, original)
    document = intake.check_document(found.story, languages.check_story(found.story, original))
    if original is not None:
        document = {"source_language": original.language, **document}
    document = {"format": found.kind, "items": found.items, **document}
    if json_:
        print_json(document)
    else:
        _print(document)
    if any(finding["severity"] == "block" for finding in document["findings"]):
        raise typer.Exit(EXIT_BLOCKED)


def _tag(text: str, option: str) -> Language | None:
    return parse_tag(text, option) if text else None


def _differ(story: Story, original: Story) -> None:
    if story.language == original.language:
        raise BadInput(
            f"file and original are both in {story.language}; say which is which by --lang and --source-lang",
            where="--source",
        )


def _print(document: dict) -> None:  # type: ignore[type-arg]
    from rich.console import Console
    from rich.markup import escape

    console = Console(soft_wrap=True)
    names = ("format", "language", "source_language", "headline", "subhead", "byline")
    for name in (name for name in names if name != "source_language" or name in document):
        console.print(f"[bold]{name:16}[/]{escape(str(document[name] or '-'))}")
    line = document["dateline"]
    shown = f"{line['place']} | {line['date']} | {line['source']}" if line else "-"
    console.print(f"[bold]{'dateline':16}[/]{escape(shown)}")
    for number, block in enumerate(document["blocks"]):
        text = " ".join(str(block.get("text", "")).split())
        console.print(f"[bold]{f'{number} ' + block['kind']:16}[/]{escape(text[:160])}")
    for name in ("boilerplate", "contacts", "disclaimer", "sections", "sectors"):
        console.print(f"[bold]{name:16}[/]{escape(str(document[name] or '-'))}")
    for finding in document["findings"]:
        console.print(
            f"[bold]{finding['severity']:16}[/]{escape(finding['code'])} "
            f"at {escape(finding['where'])}: {escape(finding['message'])}"
        )
    if not document["findings"]:
        console.print("No findings.")
