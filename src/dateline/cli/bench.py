"""`dateline bench`: measure a promise beside its peer, in one run."""

from pathlib import Path
from typing import Any

import typer

from dateline.cli.home import JsonOption
from dateline.cli.lists import split
from dateline.cli.output import print_json, print_table
from dateline.core.errors import BadInput

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Every figure is a median with its range; `ratio` is ours divided by the peer's."""


@app.command()
def wire(
    deliveries: int = typer.Option(92500, help="Deliveries of the release that keeps the pump busy."),
    lifts: int = typer.Option(200, help="Lifts measured meanwhile."),
    database: list[str] = typer.Option(["sqlite", "postgres"], help="sqlite, postgres; repeat for both."),
    rounds: int = typer.Option(1, min=1, help="Rounds; figures are medians over them."),
    json_: JsonOption = False,
) -> None:
    """Ledger, clock and pump with an in-process fake channel, beside one commit per row."""
    from dateline.bench.wire import run

    document = run(deliveries=deliveries, lifts=lifts, databases=tuple(database), rounds=rounds)
    if json_:
        print_json(document)
        return
    columns = ("case", "metric", "unit", "median", "min", "max", "peer", "ratio")
    print_table(
        columns, (tuple(row[c] for c in columns) for row in document["rows"]), title=document["machine"]
    )


@app.command()
def mail(
    recipients: int = typer.Option(86000, help="Journalists that the release goes to."),
    rounds: int = typer.Option(5, min=1, help="Rounds; figures are medians over them."),
    sample: int = typer.Option(2000, help="Mails that smtplib, aiosmtplib and Django send, being slower."),
    json_: JsonOption = False,
) -> None:
    """Mail from the lift to the last receipt, to postfix's smtp-sink, beside smtp-source and libraries."""
    from dateline.bench.mail import run

    _show(run(recipients=recipients, rounds=rounds, size=sample), json_=json_)


@app.command()
def webhooks(
    endpoints: int = typer.Option(6500, help="Endpoints of the release."),
    tarpits: float = typer.Option(0.05, help="Share that takes the request and never answers."),
    dead: float = typer.Option(0.05, help="Share where nobody listens."),
    sample: int = typer.Option(650, min=20, help="Posts that aiohttp and httpx make beside it."),
    rounds: int = typer.Option(1, min=1, help="Rounds; figures are medians over them."),
    json_: JsonOption = False,
) -> None:
    """The last healthy endpoint with and without tarpits and dead ones; the rate beside a bare libcurl
    loop, aiohttp and httpx. All over TLS, to receivers in processes of their own.
    """
    from dateline.bench.webhooks import run

    document = run(endpoints=endpoints, tarpits=tarpits, dead=dead, sample=sample, rounds=rounds)
    _show(document, json_=json_)


@app.command()
def ledger(
    rows: int = typer.Option(1_000_000, help="Rows that the ledger grows to, by tens from 1,000."),
    database: list[str] = typer.Option(["sqlite", "postgres"], help="sqlite, postgres; repeat for both."),
    rounds: int = typer.Option(1, min=1, help="Rounds; figures are medians over them."),
    json_: JsonOption = False,
) -> None:
    """Claims and results in batches beside one commit per row, and time per row as the ledger grows."""
    from dateline.bench.ledger import run

    _show(run(rows=rows, databases=tuple(database), rounds=rounds), json_=json_)


@app.command()
def files(
    drops: int = typer.Option(1000, help="Files of 20 KB put to one outlet in each round."),
    sample: int = typer.Option(100, help="Files that each peer puts beside it, being slower."),
    rounds: int = typer.Option(5, min=1, help="Rounds; figures are medians over them."),
    json_: JsonOption = False,
) -> None:
    """Drops over SFTP to OpenSSH and FTPS to pyftpdlib, beside one connection for each file."""
    from dateline.bench.files import run

    _show(run(drops=drops, rounds=rounds, sample=sample), json_=json_)


@app.command()
def fanout(
    subscribers: str = typer.Option("10000", help="Desktops that are connected; by commas for growth."),
    messages: int = typer.Option(5, min=1, help="Messages of each round; a round's figures are medians."),
    peers: str = typer.Option("nchan,nats,starlette", help="Servers beside ours, by commas; empty: none."),
    filters: int = typer.Option(100_000, help="Different filters to match a release against; 0: none."),
    loops: str = typer.Option("uring,c,python", help="Our edge with these send loops."),
    rounds: int = typer.Option(3, min=1, help="Rounds; figures are medians over them."),
    json_: JsonOption = False,
) -> None:
    """One message to every desktop: CPU per delivery, time to the last, memory per connection, by our edge
    (token, filters and resume on) and by nchan, nats-server and sse-starlette.
    """
    from dateline.bench.fanout import run

    document = run(
        subscribers=_counts(subscribers, "--subscribers"),
        messages=messages,
        rounds=rounds,
        peers=split([peers]),
        filters=filters,
        loops=split([loops]),
    )
    _show(document, json_=json_)


@app.command()
def burst(
    subscribers: int = typer.Option(5000, help="Desktops that are connected."),
    releases: int = typer.Option(60, help="Releases that are published together."),
    nchan: bool = typer.Option(True, help="Beside nchan as well."),
    rounds: int = typer.Option(3, min=1, help="Rounds; figures are medians over them."),
    json_: JsonOption = False,
) -> None:
    """Many releases in the same moment: gathered, beside one send for each release, and nchan."""
    from dateline.bench.burst import run

    _show(run(subscribers=subscribers, releases=releases, rounds=rounds, nchan=nchan), json_=json_)


@app.command()
def skew(
    desktops: int = typer.Option(1000, help="Desktops that are connected."),
    size: int = typer.Option(300_000, help="Bytes of the text."),
    rounds: int = typer.Option(5, min=1, help="Rounds, each with one text either way; figures are medians."),
    json_: JsonOption = False,
) -> None:
    """A long text sent ahead under seal and opened by a key at T0, beside the same text sent at T0: how far
    the first and the last desktop are apart.
    """
    from dateline.bench.skew import run

    _show(run(desktops=desktops, size=size, rounds=rounds), json_=json_)


@app.command()
def minute(
    endpoints: int = typer.Option(6500, help="Webhooks; a twentieth are tarpits, a twentieth dead."),
    recipients: int = typer.Option(86_000, help="Journalists by mail."),
    desktops: int = typer.Option(20_000, help="Desktops on the stream."),
    rounds: int = typer.Option(1, min=1, help="Rounds; figures are medians over them."),
    plot: Path | None = typer.Option(None, help="An SVG file for the curves of the last round."),
    json_: JsonOption = False,
) -> None:
    """One release in 15 languages to endpoints, journalists and desktops at once: when the last had it."""
    from dateline.bench.minute import Size, run

    _show(run(Size(endpoints, recipients, desktops), rounds=rounds, plot=plot), json_=json_)


@app.command()
def formats(
    format_: list[str] = typer.Option([], "--format", help="A format; repeat for more. Without it, all."),
    language: list[str] = typer.Option(["en", "ar", "ja"], help="en, ar, ja; repeat for more."),
    seconds: float = typer.Option(0.2, help="How long each figure is measured in each round."),
    rounds: int = typer.Option(3, min=1, help="Rounds; figures are medians over them."),
    json_: JsonOption = False,
) -> None:
    """Editions a second of each format, written and read, of 7 KB and 300 KB, beside the nearest library."""
    from dateline.bench.formats import run

    _show(run(formats=format_, languages=language, seconds=seconds, rounds=rounds), json_=json_)


@app.command()
def gate(
    quality: bool = typer.Option(False, "--quality", help="What it catches instead of how long it takes."),
    words: int = typer.Option(500, min=50, help="English words of the edition that is timed."),
    cases: int = typer.Option(200, min=1, help="Injected errors of a kind for each language (--quality)."),
    mtdata: Path | None = typer.Option(None, help="Folder of public test data (--quality)."),
    page: Path | None = typer.Option(None, help="Write the tables to this Markdown file (--quality)."),
    rounds: int = typer.Option(5, min=1, help="Rounds; figures are medians over them."),
    json_: JsonOption = False,
) -> None:
    """All checks on an edition beside its source; with --quality recall by check and language and false
    alarms, on injected errors and public test data.
    """
    if not quality:
        if page or mtdata:
            raise BadInput("it belongs to --quality", where="--page" if page else "--mtdata")
        from dateline.bench.gate import run

        _show(run(words=words, rounds=rounds), json_=json_)
        return
    from dateline.bench.gate_page import page as page_of
    from dateline.bench.gate_quality import document, measure

    found = measure(cases=cases, mtdata=mtdata)
    if page:
        page.write_text(page_of(found), encoding="utf-8")
    _show(document(found, cases=cases), json_=json_)


@app.command()
def translate(
    engine: list[str] = typer.Option(
        [], "--engine", help="apertium, firefox, openai, libretranslate, deepl, google; repeat. Default all."
    ),
    words: int = typer.Option(500, min=50, help="English words of the release."),
    delay: int = typer.Option(500, min=0, help="Milliseconds that a pretended engine takes for a request."),
    rounds: int = typer.Option(5, min=1, help="Rounds; figures are medians over them."),
    json_: JsonOption = False,
) -> None:
    """What the pipeline (slots, limits, checks of each block and the edition) adds to the bare engine: wall
    and CPU of a release. Apertium and fxtranslate are real, the others speak their protocol.
    """
    from dateline.bench.translate import ENGINES, run

    _show(run(engines=engine or ENGINES, words=words, rounds=rounds, delay_ms=delay), json_=json_)


def _counts(text: str, where: str) -> tuple[int, ...]:
    parts = split([text.replace("_", "")])
    if not parts or not all(part.isascii() and part.isdigit() for part in parts):
        raise BadInput(f"'{text}' is no list of counts; write for example 10000,50000", where=where)
    return tuple(map(int, parts))


def _show(document: dict[str, Any], *, json_: bool) -> None:
    if json_:
        print_json(document)
        return
    columns = ("case", "metric", "unit", "median", "min", "max", "peer", "ratio")
    print_table(
        columns, (tuple(row[c] for c in columns) for row in document["rows"]), title=document["machine"]
    )
