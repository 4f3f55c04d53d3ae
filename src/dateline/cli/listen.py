"""`dateline listen`: follow a wire's stream in the terminal."""

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import typer

from dateline.cli.home import JsonOption
from dateline.cli.lists import split
from dateline.cli.output import one_line
from dateline.core.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from dateline.client import Message, Stream

app = typer.Typer(add_completion=False)


@app.command()
def listen(
    url: str = typer.Argument(..., help="Address of the wire, for example http://127.0.0.1:8080"),
    language: list[str] = typer.Option([], "--language", help="Language tags; commas or repeats."),
    sector: list[str] = typer.Option([], "--sector", help="Media Topic ids; narrower topics match too."),
    country: list[str] = typer.Option([], "--country", help="What the news is about."),
    class_: list[str] = typer.Option([], "--class", help="regulated, priority or normal."),
    issuer: list[str] = typer.Option([], "--issuer", help="Slugs of issuers."),
    origin: list[str] = typer.Option([], "--origin", help="issuer or third-party."),
    ticker: list[str] = typer.Option([], "--ticker", help="With or without the exchange."),
    isin: list[str] = typer.Option([], "--isin", help="ISO 6166."),
    keyword: list[str] = typer.Option([], "--keyword", help="Words in headline or summary."),
    after: str = typer.Option("", help="Cursor to resume after."),
    token_file: Path | None = typer.Option(
        None, "--token-file", help="File with a desktop key or a pass; DATELINE_TOKEN holds one as text."
    ),
    prestage: bool = typer.Option(
        False,
        "--prestage",
        help="Take text sent ahead, sealed until T0 (the pass must grant it); fetch what did not come.",
    ),
    json_: JsonOption = False,
) -> None:
    """Print each event as it comes; resumes by itself after a dropped line. Ctrl-C ends it."""
    from dateline.client import Stream

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadInput(
            f"'{url}' is no address of a wire; write for example http://127.0.0.1:8080", where="URL"
        )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    filters = {
        "language": split(language),
        "sector": split(sector),
        "country": split(country),
        "class": split(class_),
        "issuer": split(issuer),
        "origin": split(origin),
        "ticker": split(ticker),
        "isin": split(isin),
        "keyword": split(keyword),
    }
    token = token_file or os.environ.get("DATELINE_TOKEN", "") or None
    stream = Stream(url, filters=filters, after=after or None, token=token, prestage=prestage)
    try:
        for message in stream:
            if json_:
                document: dict[str, Any] = {"cursor": message.cursor, "event": message.event}
                if prestage and (body := text_of(stream, message)) is not None:
                    document["body"] = body
                typer.echo(json.dumps(document, ensure_ascii=False))
            else:
                typer.echo(line_of(message.event))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def text_of(stream: "Stream", message: "Message") -> Mapping[str, Any] | None:
    """The text, sent ahead or fetched; None, and a word on standard error, while it cannot be had."""
    try:
        return stream.text(message)
    except Unavailable as error:
        typer.echo(str(error), err=True)
        return None


def line_of(event: Mapping[str, Any]) -> str:
    """One line for people; the wire may be anybody's, so nothing of it is left that a terminal obeys."""
    return one_line(
        f"{event['at']}  {event['type']:14} {event['language']:8} "
        f"{event['issuer']['name']}: {event['headline']}"
    )
