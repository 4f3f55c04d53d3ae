"""`dateline vocabulary`: sectors with ids, slugs and labels, their axes, and newer releases of them."""

from pathlib import Path
from typing import Any

import typer

from dateline.cli.home import HomeOption, JsonOption, is_up, open_home, use_home
from dateline.cli.lists import parse_tag
from dateline.cli.output import print_json, print_table
from dateline.core.errors import BadInput, Conflict
from dateline.core.languages import WIRE_LANGUAGES

app = typer.Typer(add_completion=False, no_args_is_help=True)
_LangOption = typer.Option("en", "--lang", help="Language of the labels.")
_SHOWN = 40


@app.callback()
def _group() -> None:
    """Sectors are IPTC Media Topics (CC BY 4.0) with our own labels and slugs."""


@app.command("list")
def list_(
    json_: JsonOption = False,
    lang: str = _LangOption,
    axis: str = typer.Option("sector", "--axis", help="sector, industry (a branch of them) or release-type."),
    everything: bool = typer.Option(
        False, "--all", help="Every topic in use, not only those with our labels."
    ),
    home: HomeOption = None,
) -> None:
    """List the sectors, the industries among them, or the types of releases."""
    from dateline.core.sectors import ancestors, vocabulary
    from dateline.core.vocabularies import INDUSTRIES

    language = parse_tag(lang, "--lang")
    if axis == "release-type":
        _release_types(json_=json_)
        return
    if axis not in {"sector", "industry"}:
        raise BadInput(f"'{axis}' is not sector, industry or release-type", where="--axis")
    use_home(home)
    found = vocabulary(everything=everything)
    if axis == "industry":
        found = tuple(s for s in found if INDUSTRIES in ancestors(s.id) and s.id != INDUSTRIES)
    rows = [(s.id, s.slug, _label(s.id, language), s.broader) for s in found]
    if json_:
        print_json([dict(zip(("id", "slug", "label", "broader"), row, strict=True)) for row in rows])
    else:
        print_table(("id", "slug", "label", "broader"), rows)


def _release_types(*, json_: bool) -> None:
    from dateline.core.release_types import RELEASE_TYPES

    rows = [(kind.slug, kind.label, kind.topic, kind.genre) for kind in RELEASE_TYPES]
    columns = ("slug", "label", "topic", "genre")
    if json_:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(columns, rows)


def _label(code: str, language: str) -> str:
    from dateline.core.sectors import label, their_label

    return their_label(code, language) or label(code, language)


@app.command()
def show(sector: str, json_: JsonOption = False, lang: str = _LangOption, home: HomeOption = None) -> None:
    """Show one sector by id or slug: where it stands, what is below it, what it took the place of."""
    use_home(home)
    from dateline.core.sectors import ancestors, children, in_use, parse_sector, slug
    from dateline.core.vocabularies import INDUSTRIES

    language = parse_tag(lang, "--lang")
    code = parse_sector(sector)
    release = in_use()
    replaced = sorted(topic for topic, successor in release.retired.items() if successor == code)
    document: dict[str, Any] = {
        "id": code,
        "asked": sector,
        "slug": slug(code),
        "label": _label(code, language),
        "broader": [topic for topic in ancestors(code)[1:] if topic not in release.retired],
        "narrower": list(children(code)),
        "replaces": replaced,
        "axis": "industry" if INDUSTRIES in ancestors(code) else "sector",
        "release": release.release,
    }
    if json_:
        print_json(document)
        return
    print_table(
        ("field", "value"),
        ((name, ", ".join(value) if isinstance(value, list) else value) for name, value in document.items()),
    )


@app.command("import")
def import_(
    file: Path = typer.Argument(help="IPTC's Media Topics: JSON of all languages, or SKOS as RDF/XML."),
    release: str = typer.Option("", "--release", help="Its day, YYYY-MM-DD, where the file does not say."),
    older: bool = typer.Option(False, "--older", help="Go back to an older release on purpose."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would change; change nothing."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Go by a newer release of the Media Topics; a file that is no whole release changes nothing.

    Labels stay ours; for new topics IPTC's serve where it has some.
    """
    settings = open_home(home)
    from dateline.core.sectors import in_use
    from dateline.core.vocabularies import difference
    from dateline.formats.media_topics import MOST_BYTES, read_media_topics
    from dateline.plant import vocabulary

    try:
        new = read_media_topics(_bytes_of(file, MOST_BYTES), release=release)
        old = in_use()
        if new.release < old.release and not older:
            raise Conflict(
                f"{file.name} is of {new.release}, this wire goes by {old.release}; --older goes back"
            )
        changes = difference(old, new, tuple(str(tag) for tag in WIRE_LANGUAGES))
    except BadInput as error:
        raise BadInput(error.message, where=f"{file.name} {error.where}".strip()) from None
    if not dry_run:
        vocabulary.keep(settings.home, new)
    document = {
        "dry_run": dry_run,
        "release": new.release,
        "before": old.release,
        "topics": len(new.broader),
        "added": list(changes.added),
        "retired": {topic: new.retired[topic] or None for topic in changes.retired},
        "moved": list(changes.moved),
        "without_labels": {topic: list(tags) for topic, tags in changes.without_words.items()},
        "restart": is_up(settings) and not dry_run,
    }
    if json_:
        print_json(document)
    else:
        _say(document)


def _bytes_of(file: Path, most: int) -> bytes:
    try:
        if file.stat().st_size > most:
            raise BadInput(f"more than {most // 1024 // 1024} MB; it is no vocabulary")
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"it cannot be opened: {error.strerror}; check the path") from None


def _say(document: dict[str, Any]) -> None:
    would = "would go" if document["dry_run"] else "goes"
    typer.echo(
        f"this wire {would} by the release of {document['release']} (before: {document['before']}), "
        f"{document['topics']} topics: {len(document['added'])} added, {len(document['retired'])} retired, "
        f"{len(document['moved'])} moved"
    )
    for topic, successor in list(document["retired"].items())[:_SHOWN]:
        typer.echo(f"  retired {topic}: {'now ' + successor if successor else 'nothing takes its place'}")
    lacking = document["without_labels"]
    for topic, tags in list(lacking.items())[:_SHOWN]:
        typer.echo(f"  warning: {topic} has no label in {', '.join(tags)}; readers see its broader topic's")
    if len(lacking) > _SHOWN:
        typer.echo(f"  and {len(lacking) - _SHOWN} more; see --json")
    if document["restart"]:
        typer.echo("  restart the running wire, its edges too, for it to go by this release")
