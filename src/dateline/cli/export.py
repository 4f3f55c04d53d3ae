"""`dateline export`: one edition of a release as a file in any format that is written."""

import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from dateline.cli.home import AsOption, HomeOption, acting, open_home
from dateline.cli.lists import parse_tag
from dateline.core.errors import BadInput, NotFound
from dateline.core.words import Edition
from dateline.formats.facts import PageFacts
from dateline.plant.settings import Settings

app = typer.Typer(add_completion=False)


@app.command()
def export(
    release: str,
    format_: str = typer.Option("json", "--format", help="A name of `dateline formats`."),
    language: str = typer.Option("", "--language", help="Language tag; default the original."),
    version: int = typer.Option(0, "--version", min=0, help="An older public version; default the newest."),
    held: bool = typer.Option(
        False, "--held", help="What is locked and not public yet; for its issuer and the desk alone."
    ),
    output: Path | None = typer.Option(
        None, "-o", "--output", help="File to write; default standard output."
    ),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Write one edition in a format. What is public anybody may export; a correction, kill or withdrawal is
    exported as what it is.
    """
    settings = open_home(home)
    from dateline.formats.registry import export_names

    if format_ not in export_names():
        raise BadInput(f"'{format_}' is none of {', '.join(export_names())}", where="--format")
    tag = str(parse_tag(language, "--language")) if language else ""
    if held:
        acting(as_, release=release)
        edition, page, pictures = _held(release, tag, settings)
    else:
        edition, page, pictures = _public(release, tag, version, settings)
    write(rendered(edition, page, format_, pictures), format_, output)


def rendered(edition: Edition, page: PageFacts, format_: str, pictures: Any = None) -> bytes:
    """The edition in the format. `pictures`: what a PDF shows, SHA-256 -> (bytes, media type)."""
    from dateline.formats.registry import codec

    if format_ == "pdf":
        from dateline.formats.pdf import pdf_document

        return pdf_document(edition, page, pictures)
    return codec(format_).render(edition, page)


def _public(
    release: str, tag: str, version: int, settings: Settings
) -> tuple[Edition, PageFacts, dict[str, tuple[bytes, str]]]:
    from dateline.desk import services as desk
    from dateline.wire import services as wire

    languages = wire.public_languages(release)
    if not languages:
        desk.show(release)  # an unknown release is said to be one
        raise NotFound(f"nothing of {release} is public; its issuer and the desk export it with --held")
    tag = tag or next(iter(languages))
    found = wire.public_edition(release, tag, version or None)
    if found is None:
        which = f"version {version} in {tag}" if version and tag in languages else f"an edition in {tag}"
        raise NotFound(f"{release} has not {which} in public; there are {', '.join(languages)}")
    edition = found.edition
    if found.state in {"killed", "withdrawn"}:
        edition = _notice(release, tag, edition, found.state, found.notice)
    page = PageFacts(
        settings.site_url, settings.wire_name, found.at, tuple(languages), first_at=found.first_at
    )
    pictures = {m.sha256: got for m in edition.media if (got := wire.media(m.sha256)) is not None}
    return edition, page, pictures


def _notice(release: str, tag: str, edition: Edition, state: Any, notice: str) -> Edition:
    """The notice that replaced the text, as it was sent; made from the text's own facts where the language
    joined after the notice was locked.
    """
    from dateline.desk import services as desk

    kind = {"killed": "kill", "withdrawn": "withdrawal"}[state]
    for version in reversed(desk.versions(release)):
        if version.kind == kind and any(ref.language == tag for ref in version.editions):
            return desk.edition(version.version_id, tag)
    return replace(
        edition,
        type=state,
        reason=notice,
        blocks=(),
        boilerplate=(),
        contacts=(),
        media=(),
        subhead="",
        byline="",
    )


def _held(
    release: str, tag: str, settings: Settings
) -> tuple[Edition, PageFacts, dict[str, tuple[bytes, str]]]:
    """The newest lock, public or not, with the gaps that only T0 fills."""
    from dateline.desk import services as desk

    version = desk.latest_version(release)
    tags = [str(ref.language) for ref in version.editions]
    tag = tag or tags[0]
    if tag not in tags:
        raise NotFound(f"the lock of {release} has no edition in {tag}; there are {', '.join(tags)}")
    page = PageFacts(settings.site_url, settings.wire_name)
    return desk.edition(version.version_id, tag), page, desk.media(version.version_id)


def write(data: bytes, format_: str, output: Path | None) -> None:
    """To standard output, or to a file that is either the old one or the whole new one."""
    if output is None:
        if format_ == "pdf" and sys.stdout.isatty():
            raise BadInput("a terminal shows no PDF; add -o FILE", where="--output")
        typer.echo(data, nl=False)
        return
    try:
        descriptor, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(name).replace(output)
        except BaseException:
            Path(name).unlink()
            raise
    except OSError as error:
        raise BadInput(
            f"it cannot be written: {error.strerror}; name another file", where=str(output)
        ) from None
