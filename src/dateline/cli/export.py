"""`dateline export`: one edition of a release as a file in any format that is written."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import typer

from dateline.cli.home import AsOption, HomeOption, acting, open_home
from dateline.cli.lists import parse_tag
from dateline.core.errors import BadInput, NotFound
from dateline.core.words import Edition
from dateline.formats.facts import PageFacts

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
    package: bool = typer.Option(
        False, "--package", help="With newsml-g2: a packageItem that groups all languages of the release."
    ),
    message: bool = typer.Option(
        False, "--message", help="With newsml-g2: a newsMessage with the package and every language whole."
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
    open_home(home)
    from dateline.formats.registry import export_names

    if format_ not in export_names():
        raise BadInput(f"'{format_}' is none of {', '.join(export_names())}", where="--format")
    tag = str(parse_tag(language, "--language")) if language else ""
    if package or message:
        write(_together(release, format_, version, message=message, one=tag or held), format_, output)
        return
    if held:
        acting(as_, release=release)
        found = _held(release, tag)
    else:
        found = _public(release, tag, version)
    write(rendered(found.edition, found.page, format_, found.pictures), format_, output)


def rendered(edition: Edition, page: PageFacts, format_: str, pictures: Any = None) -> bytes:
    """The edition in the format. `pictures`: what a PDF shows, SHA-256 -> (bytes, media type)."""
    from dateline.formats.registry import codec

    if format_ == "pdf":
        from dateline.formats.pdf import pdf_document

        return pdf_document(edition, page, pictures)
    return codec(format_).render(edition, page)


def _together(release: str, format_: str, version: int, *, message: bool, one: object) -> bytes:
    """Every public language in one NewsML-G2 document."""
    from dateline.core.clock import SystemClock
    from dateline.formats.newsml_g2_package import news_message, package_item
    from dateline.wire import services as wire

    if format_ != "newsml-g2" or one:
        raise BadInput(
            "packages and messages are of newsml-g2, of all that is public; leave out --language and --held",
            where="--message" if message else "--package",
        )
    _public(release, "", version)
    exported = [wire.export_public(release, tag) for tag in wire.public_languages(release)]
    items = [(found.edition, found.page) for found in exported]
    return news_message(items, sent=SystemClock().now()) if message else package_item(items)


def _public(release: str, tag: str, version: int) -> Any:
    from dateline.desk import services as desk
    from dateline.wire import services as wire

    if not wire.public_languages(release):
        desk.show(release)  # an unknown release is said to be one
        raise NotFound(f"nothing of {release} is public; its issuer and the desk export it with --held")
    return wire.export_public(release, tag, version)


def _held(release: str, tag: str) -> Any:
    from dateline.wire import services as wire

    return wire.export_held(release, tag)


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
