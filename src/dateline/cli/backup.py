"""`dateline backup`: everything of a running wire in one file."""

import tempfile
from pathlib import Path

import typer

from dateline.cli import ages
from dateline.cli.home import HomeOption, JsonOption, standing_home
from dateline.cli.output import print_json
from dateline.core.clock import iso_z

app = typer.Typer(add_completion=False)


@app.command()
def backup(
    file: Path = typer.Argument(..., help="The file to write; it must not exist."),
    encrypt_to: list[str] = typer.Option(
        [], "--encrypt-to", help="age recipient (age1...) who alone can open it; keys are then in it. Repeat."
    ),
    with_keys: bool = typer.Option(
        False, "--with-keys", help="Also keys/, secrets/ and dateline.toml, in clear: guard it like the home."
    ),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Copy both databases at one moment, and the home's files, while the wire runs.

    Without --encrypt-to or --with-keys the file holds no keys: keep a copy of HOME/keys in another place.
    """
    settings = standing_home(home)
    from dateline.plant.db.backup import kept_whole, write_backup

    recipients = [ages.recipient(text) for text in encrypt_to]
    with kept_whole(file) as target:
        if recipients:
            with tempfile.TemporaryFile(dir=settings.home) as clear:
                facts = write_backup(settings, clear, secrets=True)
                ages.encrypt(clear, target, recipients)
        else:
            facts = write_backup(settings, target, secrets=with_keys)
    size = file.stat().st_size
    if json_:
        print_json(
            {
                "file": str(file),
                "made_at": iso_z(facts.made_at),
                "database": facts.database,
                "size": size,
                "keys": facts.secrets,
                "encrypted": bool(encrypt_to),
                "parts": len(facts.parts),
            }
        )
        return
    typer.echo(f"{file}: {size / 1e6:.1f} MB, as of {iso_z(facts.made_at)}")
    if not facts.secrets:
        typer.echo(f"no keys are in it: keep {settings.home / 'keys'} in another place", err=True)
