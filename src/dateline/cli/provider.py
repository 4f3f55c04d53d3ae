"""`dateline provider`: content providers whose feeds become drafts."""

import time
from typing import Any, Final

import typer

from dateline.cli.deskpeople import house_person
from dateline.cli.home import AsOption, HomeOption, JsonOption, is_up, open_home, standing_home
from dateline.cli.main import EXIT_BLOCKED
from dateline.cli.output import one_line, print_json, print_table
from dateline.cli.provider_add import PROVIDER, add, change
from dateline.cli.provider_import import import_
from dateline.cli.provider_shapes import (
    item_document,
    poll_document,
    poll_rows,
    provider_document,
    sentence,
)
from dateline.core.errors import NotFound

app = typer.Typer(add_completion=False, no_args_is_help=True)
_RELEASE = typer.Argument(..., help="Id of the release.")
_TAKEN_WITHIN_S: Final = 20.0


@app.callback()
def _group() -> None:
    """Feeds of others: polled, turned into drafts with their label and disclaimer, never sent unseen unless
    you say so.
    """


app.command()(add)
app.command()(change)
app.command("import")(import_)


@app.command("list")
def list_(json_: JsonOption = False, home: HomeOption = None) -> None:
    """List the providers with what came of their last poll."""
    open_home(home)
    from dateline.intake.services import providers

    last = providers.last_polls()
    documents = [provider_document(card, last.get(card.name)) for card in providers.providers()]
    if json_:
        print_json(documents)
        return
    print_table(
        ("provider", "label", "kind", "language", "state", "last poll", "came of it"),
        (
            (
                d["name"], one_line(d["label"]), d["kind"], d["language"], d["state"],
                d["last"]["at"] if d["last"] else "", sentence(d["last"]) if d["last"] else "",
            )
            for d in documents
        ),
    )  # fmt: skip


@app.command()
def show(
    name: str = PROVIDER,
    polls: int = typer.Option(20, min=1, max=500, help="How many of the last polls."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show one provider: what was agreed, its last polls, its releases and what waits for a person."""
    open_home(home)
    from dateline.desk import services as desk
    from dateline.intake.services import providers

    card = providers.provider(name)
    rows = [poll_document(poll) for poll in providers.polls(card.name, limit=polls)]
    found = provider_document(card, None)
    del found["last"]
    document = {
        **found,
        "polls": rows,
        "items": [item_document(item) for item in desk.items_of(card.name)],
    }
    if json_:
        print_json(document)
        return
    print_table(("field", "value"), ((key, _cell(value)) for key, value in found.items()))
    print_table(("at", "source", "status", "code", "came of it", "ms"), poll_rows(rows), title="polls")
    for row in rows[:1]:
        _refusals(row)
    print_table(
        ("release", "to do", "at", "rights end", "note"),
        (
            (i["release"], i["wanted"] or "", i["at"], i["expires_at"] or "", one_line(i["note"]))
            for i in document["items"]
        ),
        title="releases",
    )


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return one_line("; ".join(f"{key}: {_cell(entry)}" for key, entry in value.items()))
    if isinstance(value, list):
        return ", ".join(str(entry) for entry in value)
    return "" if value is None else one_line(str(value))


def _refusals(row: dict[str, Any]) -> None:
    for entry in row["refusals"]:
        typer.echo(f"refused {one_line(entry['where'])}: {one_line(entry['reason'])}", err=True)
    for category, count in row["unmapped"].items():
        typer.echo(f"no sector for '{one_line(category)}' ({count}); map it with --map", err=True)


@app.command()
def poll(name: str = PROVIDER, json_: JsonOption = False, home: HomeOption = None) -> None:
    """Ask a provider now. Exit 1 when it did not answer, or when an item was refused; the others are kept."""
    settings = standing_home(home)
    from dateline.cli.rooms import fetcher
    from dateline.desk import services as desk
    from dateline.intake.services import providers

    card = providers.provider(name)
    found = providers.poll(card.name, fetcher(settings))
    _follow(found.items, up=is_up(settings))
    releases = desk.releases_of_items(found.items)
    document = {
        "provider": card.name,
        **poll_document(found),
        "releases": [
            {"item": item, "release": release, "state": desk.show(release).state}
            for item, release in sorted(releases.items())
        ],
    }
    if json_:
        print_json(document)
    else:
        typer.echo(f"{card.name}: {sentence(document)}")
        for entry in document["releases"]:
            typer.echo(f"{entry['release']} {entry['state']}")
        _refusals(document)
    if found.status == "failed" or found.refused:
        raise typer.Exit(EXIT_BLOCKED)


def _follow(items: tuple[int, ...], *, up: bool) -> None:
    """The desk takes what came: by the wire that runs, or here where none does."""
    from dateline.cli.rooms import consumers
    from dateline.desk import services as desk
    from dateline.plant.db.outbox import follow
    from dateline.wire.services import follow_items

    if up:
        deadline = time.monotonic() + _TAKEN_WITHIN_S
        while len(desk.releases_of_items(items)) < len(items) and time.monotonic() < deadline:
            time.sleep(0.1)
        return
    table = consumers()
    while sum(follow(name, handlers) for name, handlers in table.items()) + follow_items():
        pass


@app.command()
def pause(
    name: str = PROVIDER,
    reason: str = typer.Option(..., help="Why, in a few words."),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Ask and take nothing more. Releases that are out go on; to keep deliveries back: dateline pause
    provider.
    """
    standing_home(home)
    from dateline.intake.services import providers

    card = providers.provider(name)
    new = providers.pause(card.name, by=house_person(as_), reason=reason)
    typer.echo(f"{card.name} is paused" if new else f"{card.name} was paused already")


@app.command()
def resume(name: str = PROVIDER, as_: AsOption = "", home: HomeOption = None) -> None:
    """Go on, with a poll at once."""
    standing_home(home)
    from dateline.intake.services import providers

    house_person(as_)
    card = providers.provider(name)
    typer.echo(f"{card.name} goes on" if providers.resume(card.name) else f"{card.name} was not paused")


@app.command()
def remove(name: str = PROVIDER, as_: AsOption = "", home: HomeOption = None) -> None:
    """Forget a provider, its polls and what is known of its items. Its drafts and releases stay."""
    standing_home(home)
    from dateline.intake.services import providers

    house_person(as_)
    typer.echo(f"{providers.remove(name).name} removed; its drafts and releases stay")


@app.command()
def key(name: str = PROVIDER, json_: JsonOption = False, as_: AsOption = "", home: HomeOption = None) -> None:
    """Make a new key for a provider that pushes; it is shown once, and the one before is void."""
    settings = standing_home(home)
    from dateline.intake.services import providers

    house_person(as_)
    card = providers.provider(name)
    document = {
        "provider": card.name,
        "key": providers.new_key(card.name),
        "url": f"{settings.site_url}/api/v1/providers/{card.name}/items",
    }
    if json_:
        print_json(document)
        return
    typer.echo(f"POST {document['url']}")
    typer.echo(f"Authorization: Bearer {document['key']}")


@app.command()
def take(release: str = _RELEASE, as_: AsOption = "", home: HomeOption = None) -> None:
    """Put the provider's newer version in place of a draft that a person had changed."""
    standing_home(home)
    from dateline.desk import services as desk

    desk.take_item(release, by=house_person(as_))
    typer.echo(f"{release} holds the provider's newer version")


@app.command()
def leave(release: str = _RELEASE, as_: AsOption = "", home: HomeOption = None) -> None:
    """Leave the provider's newer version aside."""
    standing_home(home)
    from dateline.desk import services as desk

    house_person(as_)
    if not desk.leave_item(release):
        raise NotFound(f"no newer version of {release} waits")
    typer.echo(f"{release} stays as it is")
