"""`dateline dkim`: the key that signs mail, and the DNS record that lets receivers check it."""

import typer

from dateline.channels.mail.services import dns_record, key_path, load_key, make_key, zone_line
from dateline.cli.home import HomeOption, JsonOption, use_home
from dateline.cli.output import print_json
from dateline.core.errors import BadInput
from dateline.plant.settings import Settings

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The private key stays in the home's keys folder, the owner's alone; only its record is printed."""


@app.command()
def new(
    selector: str = typer.Option("wire1", help="Name of the key in the DNS; a new one for each new key."),
    bits: int = typer.Option(2048, help="Length of the RSA key: 2048, or up to 4096."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Make a key and print the record to publish and the setting that uses it."""
    settings = use_home(home)
    if bits not in {1024, 2048, 3072, 4096}:
        raise BadInput("should be 1024, 2048, 3072 or 4096", where="--bits")
    key = make_key(settings, selector, bits)
    _print(settings, selector, dns_record(key.public_key()), json_=json_)


@app.command()
def show(
    selector: str = typer.Option("", help="The key's selector; empty means the one in use."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Print the record of a key that exists."""
    settings = use_home(home)
    selector = selector or settings.dkim_selector
    if not selector:
        raise BadInput("names no key; set DATELINE_DKIM_SELECTOR or give --selector", where="--selector")
    _print(settings, selector, dns_record(load_key(settings, selector).public_key()), json_=json_)


def _print(settings: Settings, selector: str, record: str, *, json_: bool) -> None:
    domain = settings.dkim_domain or settings.mail_from.rpartition("@")[2]
    name = f"{selector}._domainkey.{domain}"
    if json_:
        document = {"selector": selector, "domain": domain, "name": name, "type": "TXT", "value": record}
        print_json({**document, "key": str(key_path(settings, selector))})
        return
    typer.echo(f"Publish this record:\n\n{zone_line(selector, domain, record)}\n")
    if settings.dkim_selector != selector:
        typer.echo(f"When the DNS shows it, set DATELINE_DKIM_SELECTOR={selector} and restart dispatch.")
    typer.echo("`dateline doctor` says whether the record matches.")
