"""`dateline provider add` and `change`: what is agreed with a content provider."""

from typing import Any

import typer

from dateline.cli.deskpeople import house_person
from dateline.cli.home import AsOption, HomeOption, JsonOption, open_home, standing_home
from dateline.cli.lists import parse_tag, split
from dateline.cli.output import one_line, print_json
from dateline.cli.provider_shapes import provider_document
from dateline.core.errors import BadInput

PROVIDER = typer.Argument(..., help="Name of the provider, or the label readers see.")


def add(
    name: str = typer.Argument(..., help="Name in commands, such as kyoto-wire; readers see --label."),
    feed: str = typer.Option(
        "", "--feed", help="https://HOST/FEED, sftp://USER@HOST/FOLDER or the full path of a folder."
    ),
    webhook: bool = typer.Option(False, "--webhook", help="It pushes its items to us instead."),
    language: str = typer.Option(..., "--language", help="Of items that name none, and of --disclaimer."),
    sector: list[str] = typer.Option(
        [], "--sector", help="Media Topic ids or slugs for items whose own categories are none of ours."
    ),
    map_: list[str] = typer.Option(
        [], "--map", help="CATEGORY=SECTOR: what a category of theirs is here; nothing after = to ignore it."
    ),
    disclaimer: list[str] = typer.Option(
        [], "--disclaimer", help="Standing words at the end; TAG=TEXT in another language. Never translated."
    ),
    label: str = typer.Option("", help="Whose content it is, above every headline; default NAME."),
    issuer: str = typer.Option("", help="Slug of the issuer it counts as; default one of its own name."),
    country: str = typer.Option("", help="Where that issuer is at home, when it has to be made."),
    circuit: str = typer.Option("all", help="Who gets its items."),
    rights: str = typer.Option("", help="Terms of use for items that bring none."),
    encoding: str = typer.Option("", help="Character set of files that are not UTF-8 and declare none."),
    secret_ref: str = typer.Option(
        "", "--secret-ref", help="File in HOME/secrets: USER:PASSWORD, Bearer TOKEN, or an SSH key."
    ),
    every: str = typer.Option("5m", help="How often it is asked: 30s to 1d."),
    limit: int = typer.Option(100, help="New and changed items that one poll takes."),
    paid: bool = typer.Option(False, "--paid", help="Its items are labelled as paid."),
    state_affiliated: bool = typer.Option(
        False, "--state-affiliated", help="Its items are labelled as state-affiliated."
    ),
    keep_duplicates: bool = typer.Option(
        False, "--keep-duplicates", help="Make drafts also of items that repeat another one."
    ),
    auto_approve: bool = typer.Option(
        False,
        "--auto-approve",
        help="Approve its items in your name (--as) without a look, unless a check objects.",
    ),
    as_: AsOption = "",
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Add a content provider. Its items become drafts; label and disclaimer travel with them."""
    settings = open_home(home)
    from dateline.audience import services as audience
    from dateline.channels.fetching.services import check_feed
    from dateline.intake.services import providers

    if bool(feed) == webhook:
        raise BadInput("give either --feed or --webhook", where="--feed")
    if feed:
        check_feed(feed, settings)
    tag = parse_tag(language, "--language")
    by = house_person(as_)
    new = providers.NewProvider(
        name=name,
        language=tag,
        issuer=issuer,
        feed=feed,
        label=label,
        circuit=audience.circuit(circuit).name,
        sectors=split(sector),
        sector_map=map_,
        disclaimers=disclaimer,
        rights=rights,
        encoding=encoding,
        secret_ref=secret_ref,
        every=every,
        limit=limit,
        paid=paid,
        state_affiliated=state_affiliated,
        take_duplicates=keep_duplicates,
        auto_approve_by=by if auto_approve else "",
    )
    card, made = added_with_issuer(new, tag, country, by)
    if json_:
        print_json(provider_document(card, None))
        return
    typer.echo(f"added {card.name}: {one_line(card.label)} ({card.kind})")
    if made:
        typer.echo(f"its issuer {made} was made; say --issuer and --country for another")
    hint = "its key: dateline provider key" if webhook else "ask it now: dateline provider poll"
    typer.echo(f"{hint} {card.name}")


def added_with_issuer(new: Any, tag: str, country: str, by: str) -> tuple[Any, str]:
    """(the provider, the issuer that was made for it or "") in one transaction."""
    from dataclasses import replace

    from django.db import transaction

    from dateline.intake.services import providers
    from dateline.issuers import services as issuers

    made = ""
    with transaction.atomic():
        slug = new.issuer
        if slug:
            issuers.issuer(slug)
        else:
            slug, label = providers.names_of(new.name, new.label)
            if slug not in {one.slug for one in issuers.issuers()}:
                found = issuers.add_issuer(slug, label, country or _home_of(tag))
                made = f"{found.slug} ({found.country})"
        return providers.add(replace(new, issuer=slug), by=by), made


def _home_of(tag: str) -> str:
    """The country where most who write this language are: a default that people are told of."""
    import langcodes

    return langcodes.Language.get(tag).maximize().territory or "US"


def change(
    name: str = PROVIDER,
    feed: str | None = typer.Option(None, "--feed", help="Its new address; asked at once."),
    language: str | None = typer.Option(None, "--language", help="Of items that name none."),
    sector: list[str] = typer.Option([], "--sector", help="Instead of those for items without known ones."),
    map_: list[str] = typer.Option([], "--map", help="CATEGORY=SECTOR, added to the map."),
    disclaimer: list[str] = typer.Option([], "--disclaimer", help="TEXT or TAG=TEXT, in place of that one."),
    label: str | None = typer.Option(None, help="Whose content it is, above every headline to come."),
    circuit: str | None = typer.Option(None, help="Who gets its items."),
    rights: str | None = typer.Option(None, help="Terms of use for items that bring none."),
    secret_ref: str | None = typer.Option(None, "--secret-ref", help="File in HOME/secrets."),
    every: str | None = typer.Option(None, help="How often it is asked: 30s to 1d."),
    limit: int | None = typer.Option(None, help="New and changed items that one poll takes."),
    paid: bool | None = typer.Option(None, "--paid/--not-paid", help="Label as paid."),
    state_affiliated: bool | None = typer.Option(
        None, "--state-affiliated/--not-state-affiliated", help="Label as state-affiliated."
    ),
    keep_duplicates: bool | None = typer.Option(
        None, "--keep-duplicates/--drop-duplicates", help="Make drafts also of repeats."
    ),
    auto_approve: bool | None = typer.Option(
        None, "--auto-approve/--no-auto-approve", help="Approve in your name (--as) without a look."
    ),
    as_: AsOption = "",
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Change what is named and keep the rest. Drafts and releases that are there stay as they are."""
    settings = standing_home(home)
    from dateline.audience import services as audience
    from dateline.channels.fetching.services import check_feed
    from dateline.intake.services import providers

    by = house_person(as_)
    if feed is not None:
        check_feed(feed, settings)
    given: dict[str, Any] = {
        "feed": feed,
        "language": None if language is None else parse_tag(language, "--language"),
        "sectors": split(sector) or None,
        "sector_map": map_ or None,
        "disclaimers": disclaimer or None,
        "label": label,
        "circuit": None if circuit is None else audience.circuit(circuit).name,
        "rights": rights,
        "secret_ref": secret_ref,
        "every": every,
        "limit": limit,
        "paid": paid,
        "state_affiliated": state_affiliated,
        "take_duplicates": keep_duplicates,
        "auto_approve_by": None if auto_approve is None else (by if auto_approve else ""),
    }
    chosen = {key: value for key, value in given.items() if value is not None}
    if not chosen:
        raise BadInput("names nothing to change; see dateline provider change --help", where=name)
    card = providers.change(name, chosen)
    if json_:
        print_json(provider_document(card, None))
    else:
        typer.echo(f"{card.name}: changed {', '.join(sorted(chosen)).replace('_', '-')}")
