"""`dateline endpoint`: outlets' endpoints, one by one: add, list, test, pause, resume, secret, invite."""

import typer

from dateline.cli.home import AsOption, HomeOption, JsonOption, acting, open_home, standing_home
from dateline.cli.lists import split
from dateline.cli.main import EXIT_BLOCKED
from dateline.cli.output import one_line, print_json, print_table
from dateline.core.clock import Instant, iso_z

app = typer.Typer(add_completion=False, no_args_is_help=True)
_NAME = typer.Argument(..., help="Name or recipient id of the outlet.")


@app.callback()
def _group() -> None:
    """Where outlets' news goes, and how each endpoint does."""


@app.command()
def add(
    name: str = typer.Argument(..., help="Name of the outlet."),
    channel: str = typer.Option("webhook", help="webhook, mail, feed or another installed channel."),
    endpoint: str = typer.Option("", help="URL, mail address or path, as the channel asks."),
    country: str = typer.Option(..., help="Where it works: ISO 3166 alpha-2."),
    language: list[str] = typer.Option(..., "--language", help="Tags in order, or *; commas or repeats."),
    sector: list[str] = typer.Option([], "--sector", help="Media Topic ids or slugs; none = all."),
    kind: str = typer.Option("site", help="site, paper, agency, broadcaster, portal or terminal."),
    format_: str = typer.Option("", "--format", help="json, html, text, ninjs ...; empty = the channel's."),
    contact: str = typer.Option("", help="Whom to tell when deliveries fail: a mail address."),
    path: str = typer.Option("", help="Of file drops: template of the path."),
    encoding: str = typer.Option("", help="Of file drops: shift_jis, windows-1251 ...; empty = UTF-8."),
    heartbeat: str = typer.Option("", help="Of file drops: minutes between two heartbeat files."),
    secret_ref: str = typer.Option(
        "", "--secret-ref", help="File in HOME/secrets; empty = the wire's own key."
    ),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Add one outlet. Its address must be one that the wire may dial."""
    open_home(home)
    from dateline.audience import services as audience
    from dateline.channels import services as channels
    from dateline.reports import services as reports

    if channel == "webhook" and endpoint:
        channels.check_webhook_address(endpoint)
    cells = {
        "name": name, "country": country, "languages": ";".join(split(language)),
        "sectors": ";".join(split(sector)), "kind": kind, "channel": channel, "endpoint": endpoint,
        "format": format_, "contact": contact, "path": path, "secret_ref": secret_ref,
        "encoding": encoding, "heartbeat": heartbeat,
    }  # fmt: skip
    card = audience.add_outlet(cells)
    if json_:
        print_json(reports.endpoint_document(card, None))
        return
    typer.echo(f"added {one_line(card.name)} ({card.country}) as {card.recipient}")
    if channel == "webhook":
        typer.echo("its secret: dateline endpoint secret " + card.recipient)
    typer.echo("try it: dateline endpoint test " + card.recipient)


@app.command("list")
def list_(json_: JsonOption = False, home: HomeOption = None) -> None:
    """List outlets with the state of their endpoints."""
    standing_home(home)
    from dateline.audience import services as audience
    from dateline.dispatch import services as dispatch
    from dateline.reports import services as reports

    cards = audience.outlet_cards()
    known = dispatch.health(addresses={card.recipient: card.endpoint for card in cards})
    documents = [reports.endpoint_document(card, known.get(card.recipient)) for card in cards]
    if json_:
        print_json(documents)
        return
    print_table(
        ("outlet", "country", "channel", "format", "endpoint", "state", "because"),
        (
            (
                one_line(d["name"]), d["country"], d["channel"], d["format"], one_line(d["endpoint"]),
                d["state"], one_line(d["because"]),
            )
            for d in documents
        ),
    )  # fmt: skip


def _iso(at: Instant | None) -> str | None:
    return None if at is None else iso_z(at)


@app.command()
def test(name: str = _NAME, json_: JsonOption = False, home: HomeOption = None) -> None:
    """Send a marked pack over the outlet's own channel, now: release, picture, correction, Arabic, Japanese,
    kill. Nothing of it enters the wire log. Exit 1 when one did not arrive.
    """
    standing_home(home)
    from dateline.audience import services as audience
    from dateline.channels import services as channels

    card = audience.outlet(name)
    answers = channels.test_outlet(card)
    arrived = sum(answer.arrived for answer in answers)
    document = {
        "recipient": card.recipient,
        "name": card.name,
        "channel": card.channel,
        "endpoint": card.endpoint,
        "arrived": arrived,
        "answers": [
            {
                "step": a.step, "language": a.language, "outcome": a.outcome, "code": a.code, "text": a.text,
                "ms": a.ms, "published_url": a.published_url or None,
            }
            for a in answers
        ],
    }  # fmt: skip
    if json_:
        print_json(document)
    else:
        print_table(
            ("message", "language", "outcome", "code", "ms", "answer"),
            ((a.step, a.language, a.outcome, a.code or "", a.ms, one_line(a.text[:200])) for a in answers),
            title=f"{one_line(card.name)}: {arrived} of {len(answers)} arrived",
        )
    if arrived < len(answers):
        raise typer.Exit(EXIT_BLOCKED)


@app.command()
def pause(
    name: str = _NAME,
    reason: str = typer.Option(..., help="Why, for the ledger."),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Hold an outlet's deliveries: they wait, spend no tries, and expire in their own time."""
    standing_home(home)
    from dateline.audience import services as audience
    from dateline.dispatch import services as dispatch

    card = audience.outlet(name)
    new = dispatch.pause("endpoint", card.recipient, by=acting(as_), reason=reason)
    typer.echo(f"{one_line(card.name)} is paused" + ("" if new else " already"))


@app.command()
def resume(name: str = _NAME, as_: AsOption = "", home: HomeOption = None) -> None:
    """Let a paused, resting or disabled endpoint have its deliveries again, at once."""
    standing_home(home)
    from dateline.audience import services as audience
    from dateline.dispatch import services as dispatch

    card = audience.outlet(name)
    was_paused = dispatch.resume("endpoint", card.recipient, by=acting(as_))
    due = dispatch.begin_anew(card.recipient)
    paused = "was paused; what was kept back goes on" if was_paused else "goes on"
    typer.echo(
        f"{one_line(card.name)}: {paused}" + (f"; {due} deferred deliveries are due now" if due else "")
    )


@app.command()
def secret(
    name: str = _NAME,
    rotate: bool = typer.Option(False, "--rotate", help="Make a new one; the old one signs too for a while."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show the secret that signs an outlet's webhooks, or make a new one."""
    standing_home(home)
    from dateline.audience import services as audience

    card = audience.outlet(name)
    found = (audience.rotate_secret if rotate else audience.endpoint_secret)(card.recipient)
    until = _iso(found.previous_until)
    if json_:
        print_json(
            {
                "recipient": card.recipient, "name": card.name, "secret": found.text,
                "rotated_at": _iso(found.rotated_at), "previous_until": until,
            }
        )  # fmt: skip
        return
    typer.echo(found.text)
    if rotate:
        typer.echo(f"the one before signs too until {until}", err=True)


@app.command()
def invite(name: str = _NAME, as_: AsOption = "", home: HomeOption = None) -> None:
    """Print a one-time link to the outlet's own pages; give it to the outlet alone."""
    settings = standing_home(home)
    from dateline.audience import services as audience

    card = audience.outlet(name)
    token = audience.new_invite(card.recipient, by=acting(as_))
    typer.echo(f"{settings.site_url}/outlets/in/{token}/")
