"""`dateline translate`: a file in other languages, by the engines of this wire."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer

from dateline.cli.home import HomeOption, JsonOption, named, open_home
from dateline.cli.lists import parse_tag, split
from dateline.cli.main import EXIT_BLOCKED
from dateline.cli.output import print_json
from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import BadInput
from dateline.core.words import Story

app = typer.Typer(add_completion=False)


@app.command()
def translate(
    file: Path = typer.Argument(..., help="The original, in any format that `dateline formats` reads."),
    to: list[str] = typer.Option([], "--to", help="Language tags, by commas or repeated."),
    from_: str = typer.Option("", "--from", help="Language of the file; default what it says or is."),
    engine: str = typer.Option("", "--engine", help="This engine alone; `human` writes XLIFF for a person."),
    take: Path | None = typer.Option(None, "--take", help="An XLIFF that a person filled in for this file."),
    public: bool = typer.Option(
        False, "--public", help="The text is public: it may go to any engine without the issuer's consent."
    ),
    timeout: float = typer.Option(600.0, min=1, help="Seconds within which engines must answer."),
    encoding: str = typer.Option("", "--encoding", help="Character set, when it is not UTF-8 and says none."),
    folder: Path | None = typer.Option(None, "-o", "--output", help="Folder to write to; default here."),
    as_: str = typer.Option(
        "", "--as", help="With --take: who translated; default the first operator.", callback=named
    ),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Write FILE.TAG.md for each language, labelled and checked. Exit 0, 1 when an edition is not complete or
    a finding blocks it, 2 unusable. Text goes to remote engines only with --public or a recorded consent.
    """
    settings = open_home(home)
    story = _read(file, from_, encoding)
    folder = folder or Path()
    if take is not None:
        _show([_taken(file, story, take, folder, as_)], json_=json_)
        return
    tags = tuple(parse_tag(tag, "--to") for tag in split(to))
    if not tags:
        raise BadInput("name the languages, for example --to id,ja", where="--to")
    if story.language in tags:
        raise BadInput(f"{story.language} is the language of the file", where="--to")
    from dateline.languages.engine_settings import read_engines
    from dateline.languages.files import translate_story

    if engine == "human":
        _show([_sheet(file, story, tag, folder) for tag in tags], json_=json_)
        return
    deadline = Instant(SystemClock().now() + timedelta(seconds=timeout))
    outcomes = translate_story(
        story, tags, read_engines(settings), public=public, only=engine, deadline=deadline
    )
    rows = [_row(file, story, outcome, folder) for outcome in outcomes]
    _show(rows, json_=json_)
    if any(row["state"] == "incomplete" or _blocks(row) for row in rows):
        raise typer.Exit(EXIT_BLOCKED)


def _blocks(row: dict[str, Any]) -> bool:
    return any(finding["severity"] == "block" for finding in row["findings"])


def _read(file: Path, from_: str, encoding: str) -> Story:
    from dateline.intake import services as intake

    tag = parse_tag(from_, "--from") if from_ else None
    asked = intake.Asked(file.name, tag, file.parent, encoding=encoding)
    return intake.read_document(intake.bytes_of(file), asked).story


def _row(file: Path, story: Story, outcome: Any, folder: Path) -> dict[str, Any]:
    written = _written(file, outcome.story, folder, str(outcome.language)) if outcome.story else ""
    costs = [use.cost for use in outcome.uses if use.cost is not None]
    return {
        "language": outcome.language,
        "state": outcome.state,
        "file": written,
        "engine": outcome.engine,
        "missing": list(outcome.missing),
        "said": list(outcome.said),
        "findings": [
            {"code": f.code, "severity": f.severity, "where": f.where, "message": f.message}
            for f in outcome.findings
        ],
        "characters": sum(use.characters for use in outcome.uses),
        "cost": str(sum(costs)) if costs else None,
    }


def _written(file: Path, story: Story, folder: Path, tag: str) -> str:
    """Writes the edition as Markdown, its pictures beside it where they are not there; the path."""
    from dateline.cli.export import rendered
    from dateline.formats.envelopes import edition_from_file
    from dateline.formats.facts import PageFacts
    from dateline.plant.settings import get_settings

    settings = get_settings()
    edition, _ = edition_from_file("markdown", b"", story, settings.wire_name, 1)
    now = SystemClock().now()
    page = PageFacts(settings.site_url, settings.wire_name, now, (edition.language,), now)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file.stem}.{tag}.md"
    if path.absolute() == file.absolute():
        raise BadInput(f"{path} would be written over; name another folder", where="--output")
    path.write_bytes(rendered(edition, page, "markdown"))
    for name, data in story.attachments:
        if not (folder / name).exists():
            (folder / name).write_bytes(data)
    return str(path)


def _sheet(file: Path, story: Story, tag: Any, folder: Path) -> dict[str, Any]:
    from dateline.languages import memory
    from dateline.languages.human import sheet_of
    from dateline.languages.segments import segments_of
    from dateline.languages.xliff import xliff_of

    known = memory.exact(segments_of(story), story.language, tag, story.issuer)
    sheet = sheet_of(story, tag, file.name, texts={place: (text, "memory") for place, text in known.items()})
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file.stem}.{tag}.xlf"
    path.write_bytes(xliff_of(sheet))
    missing = [unit.segment.id for unit in sheet.units if not unit.target]
    return _plain(tag, "person", str(path), "human", missing)


def _taken(file: Path, story: Story, sheet_file: Path, folder: Path, as_: str) -> dict[str, Any]:
    from dateline.cli.home import acting
    from dateline.intake import services as intake
    from dateline.languages.human import story_from
    from dateline.languages.xliff import read_xliff

    sheet = read_xliff(intake.bytes_of(sheet_file), str(sheet_file))
    made, notes = story_from(story, sheet, by=acting(as_))
    path = _written(file, made, folder, str(sheet.target))
    return _plain(sheet.target, "ready", path, "human", []) | {"said": list(notes)}


def _plain(tag: Any, state: str, path: str, engine: str, missing: list[str]) -> dict[str, Any]:
    return {
        "language": tag, "state": state, "file": path, "engine": engine, "missing": missing, "said": [],
        "findings": [], "characters": 0, "cost": None,
    }  # fmt: skip


def _show(rows: Sequence[dict[str, Any]], *, json_: bool) -> None:
    if json_:
        print_json(list(rows))
        return
    for row in rows:
        made = f" by {row['engine']}" if row["engine"] else ""
        typer.echo(f"{row['language']:8} {row['state']}{made}{': ' + row['file'] if row['file'] else ''}")
        for line in row["said"]:
            typer.echo(f"         {line}", err=True)
        if row["missing"]:
            typer.echo(f"         without a text: {', '.join(row['missing'][:10])}", err=True)
        for finding in row["findings"]:
            words = f"{finding['severity']:5} {finding['code']} at {finding['where']}: {finding['message']}"
            typer.echo(f"         {words}", err=True)
