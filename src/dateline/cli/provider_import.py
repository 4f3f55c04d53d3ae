"""`dateline provider import FILE.opml`: every feed of a list as a content provider."""

from itertools import count
from pathlib import Path
from typing import Any

import typer

from dateline.cli.deskpeople import house_person
from dateline.cli.home import AsOption, HomeOption, JsonOption, open_home
from dateline.cli.lists import parse_tag, split
from dateline.cli.output import one_line, print_json
from dateline.cli.provider_add import added_with_issuer
from dateline.core.errors import BadInput, DatelineError

_MOST_BYTES = 5_000_000


def import_(
    file: Path = typer.Argument(..., help="OPML, as feed readers export it."),
    language: str = typer.Option(..., "--language", help="Of feeds that name none, and of --disclaimer."),
    sector: list[str] = typer.Option([], "--sector", help="For items whose own categories are none of ours."),
    disclaimer: list[str] = typer.Option(
        [], "--disclaimer", help="Standing words at the end; TAG=TEXT in another language."
    ),
    issuer: str = typer.Option("", help="Slug of the issuer they count as; default one for each name."),
    country: str = typer.Option("", help="Where issuers are at home that have to be made."),
    circuit: str = typer.Option("all", help="Who gets their items."),
    rights: str = typer.Option("", help="Terms of use for items that bring none."),
    every: str = typer.Option("5m", help="How often each is asked: 30s to 1d."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be added, and add nothing."),
    as_: AsOption = "",
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Add the feeds of an OPML list. Exit 1 when some were rejected; the good ones are kept."""
    settings = open_home(home)
    from django.db import transaction

    from dateline.audience import services as audience
    from dateline.intake.services import providers

    tag = parse_tag(language, "--language")
    by = house_person(as_)
    common = {
        "issuer": issuer,
        "circuit": audience.circuit(circuit).name,
        "sectors": split(sector),
        "disclaimers": disclaimer,
        "rights": rights,
        "every": every,
    }
    cards = providers.providers()
    feeds, known = {card.address: card.name for card in cards}, {card.name for card in cards}
    rows: list[dict[str, Any]] = []
    for link in _links(file):
        address = link.url.partition("#")[0]  # as it is kept
        row = {"name": one_line(link.title) or address, "feed": address, "state": "added", "reason": ""}
        rows.append(row)
        if address in feeds:
            row |= {"name": feeds[address], "state": "known"}
            continue
        try:
            with transaction.atomic():
                row["name"] = _one(link, tag, common, country, by, settings, known)
                transaction.set_rollback(dry_run)
        except DatelineError as error:
            row |= {"state": "rejected", "reason": one_line(str(error))}
    _told(rows, json_=json_, dry_run=dry_run)


def _links(file: Path) -> Any:
    from dateline.formats.opml import read_opml

    try:
        with file.open("rb") as opened:
            data = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(file)) from None
    if len(data) > _MOST_BYTES:
        raise BadInput(f"is larger than {_MOST_BYTES // 1_000_000} MB", where=str(file))
    links, findings = read_opml(data)
    for finding in findings:
        typer.echo(f"{file}: {finding.where}: {one_line(finding.message)}", err=True)
    if not links:
        raise BadInput("names no feed: no outline has an xmlUrl", where=str(file))
    return links


def _one(
    link: Any, tag: str, common: dict[str, Any], country: str, by: str, settings: Any, known: set[str]
) -> str:
    """The name under which the feed is a provider now. Raises what `add` raises."""
    from dateline.channels.fetching.services import check_feed
    from dateline.intake.services import providers

    check_feed(link.url, settings)
    name = _free_name(link, known)
    own = parse_tag(link.language, "language") if link.language else tag
    new = providers.NewProvider(name=name, label=link.title, language=own, feed=link.url, **common)
    card, _ = added_with_issuer(new, own, country, by)
    known.add(card.name)
    return str(card.name)


def _free_name(link: Any, known: set[str]) -> str:
    """Its title, or its host where the title has no Latin letters; with a number where that is taken."""
    from urllib.parse import urlsplit

    from dateline.intake.services.providers import names_of

    try:
        name, _ = names_of(link.title)
    except BadInput:
        name, _ = names_of(str(urlsplit(link.url).hostname or ""), link.title or "feed")
    numbered = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(one for one in numbered if one not in known)


def _told(rows: list[dict[str, Any]], *, json_: bool, dry_run: bool) -> None:
    counts = {state: sum(row["state"] == state for row in rows) for state in ("added", "known", "rejected")}
    if json_:
        print_json({"dry_run": dry_run, **counts, "feeds": rows})
    else:
        for row in rows:
            reason = f": {row['reason']}" if row["reason"] else ""
            typer.echo(f"{row['state']:<9} {row['name']} {row['feed']}{reason}")
        said = "would be added" if dry_run else "added"
        typer.echo(f"{counts['added']} {said}, {counts['known']} known, {counts['rejected']} rejected")
    if counts["rejected"]:
        raise typer.Exit(1)
