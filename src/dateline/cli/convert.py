"""`dateline convert`: a file of any format that is read, in any format that is written."""

from pathlib import Path

import typer

from dateline.cli.export import rendered, write
from dateline.cli.lists import parse_tag
from dateline.cli.send import show_findings
from dateline.core.clock import SystemClock
from dateline.core.errors import BadInput
from dateline.formats.facts import PageFacts

app = typer.Typer(add_completion=False)


@app.command()
def convert(
    file: Path = typer.Argument(..., help="A file of any format that `dateline formats` reads."),
    to: str = typer.Option(..., "--to", help="The format to write."),
    lang: str = typer.Option("", "--lang", help="Language tag, when the file does not say."),
    encoding: str = typer.Option("", "--encoding", help="Character set, when it is not UTF-8 and says none."),
    item: int = typer.Option(1, "--item", min=1, help="Which item of a file that holds several."),
    output: Path | None = typer.Option(
        None, "-o", "--output", help="File to write; default: standard output."
    ),
) -> None:
    """Write a file in another format. What was odd in it is said on standard error; corrections and kills
    stay what they are. Exit 0, 2 unreadable.
    """
    from dateline.formats.envelopes import edition_from_file, instant_given
    from dateline.formats.registry import export_names
    from dateline.intake import services as intake
    from dateline.plant.settings import get_settings

    if to not in export_names():
        raise BadInput(f"'{to}' is none of {', '.join(export_names())}", where="--to")
    settings = get_settings()
    data = intake.bytes_of(file)
    asked = intake.Asked(
        file.name, parse_tag(lang, "--lang") if lang else None, file.parent, encoding=encoding, item=item
    )
    found = intake.read_document(data, asked)
    show_findings(found.story.findings, quiet=False)
    edition, said = edition_from_file(found.kind, found.data, found.story, settings.wire_name, item)
    at = instant_given(found.story.embargo) or said.at or SystemClock().now()
    page = PageFacts(
        settings.site_url, settings.wire_name, at, (edition.language,), said.first_at or said.at or at
    )
    pictures = {
        media.sha256: (bytes_, media.media_type)
        for media in edition.media
        for name, bytes_ in found.story.attachments
        if name == media.name
    }
    write(rendered(edition, page, to, pictures), to, output)
