"""The home a command works on: options that set it, and whether a wire is running there."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from dateline.core.errors import BadInput, NotAllowed, NotFound
from dateline.plant.locks import is_locked
from dateline.plant.logs import configure_logs
from dateline.plant.settings import PREFIX, Settings, get_settings

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Folder of the wire; default DATELINE_HOME or ./dateline-home.")
]


def named(ctx: typer.Context, name: str) -> str:
    """What `--as` says. An empty name (a shell's unset variable) is nobody, and never the first operator."""
    source = ctx.get_parameter_source("as_")
    if not name.strip() and source is not None and source.name == "COMMANDLINE":
        raise BadInput("is empty; name the person who acts", where="--as")
    return name


AsOption = Annotated[str, typer.Option("--as", help="Who acts; default the first operator.", callback=named)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def use_home(home: Path | None, **values: Any) -> Settings:
    """Takes options into the environment, so that child processes see the same, and reads the settings."""
    if home is not None:
        os.environ[PREFIX + "HOME"] = str(home.absolute())
    for name, value in values.items():
        if value is not None:
            os.environ[PREFIX + name.upper()] = str(value)
    get_settings.cache_clear()
    return get_settings()


def open_home(home: Path | None, **values: Any) -> Settings:
    """`use_home`, then databases brought to this version: what every command that reads or writes needs."""
    settings = as_running(use_home(home, **values))
    configure_logs(settings)
    from dateline.plant.db.setup import migrate

    migrate()
    return settings


def standing_home(home: Path | None) -> Settings:
    """`open_home` for commands that act on a wire that is there: a mistyped folder must not become a new one
    that is held, paused or backed up instead. Raises NotFound where there is none.
    """
    found = use_home(home)
    if not (found.home / "keys").is_dir():  # every home has it from its first command on
        raise NotFound(
            f"there is no wire at {found.home}; name its folder with --home or DATELINE_HOME, "
            "or start one: dateline up"
        )
    return open_home(home)


def say_if_nothing_lifts() -> None:
    """Says on standard error that no clock runs here, so that nobody takes "killed" for done. On PostgreSQL
    one may run on another machine, which cannot be seen.
    """
    settings = get_settings()
    if not settings.on_postgres and not is_locked(settings.home / "clock.lock"):
        typer.echo(
            "no wire runs on this home: nothing goes out before one does; start it: dateline up", err=True
        )


def as_running(settings: Settings) -> Settings:
    """The settings with address and ports of the wire that runs on this home, whatever port it was given."""
    if not is_up(settings):
        return settings
    written = up_lock(settings).read_text(encoding="utf-8").split()
    if len(written) != 4:  # a full disk kept the note out
        return settings
    _, address, port, edge_port = written
    found = use_home(None, port=port, edge_port=edge_port)
    return found if address == found.site_url else use_home(None, base_url=address)


def lock_note(settings: Settings) -> str:
    """What `up` writes into its lock for other commands: its process, address and ports."""
    return f"{os.getpid()} {settings.site_url} {settings.port} {settings.edge_port}"


def up_lock(settings: Settings) -> Path:
    """Held by `dateline up` while it runs."""
    return settings.home / "up.lock"


def is_up(settings: Settings) -> bool:
    """Whether `dateline up` runs on this home."""
    return is_locked(up_lock(settings))


def acting(name: str, *, issuer: str = "", release: str = "") -> str:
    """The person a command acts as, by default the first operator, for an issuer or on a release.

    Raises NotFound with the remedy when name or release is unknown; NotAllowed when the person is another
    issuer's (T5).
    """
    from dateline.issuers import services as issuers

    person = issuers.person(name) if name else issuers.first_operator() or issuers.add_person("operator")
    if person.role == "issuer" and (issuer or release):
        from dateline.desk import services as desk

        issuer = issuer or desk.show(release).issuer
        if person.issuer != issuer:
            raise NotAllowed(f"{person.name} is of {person.issuer} and may not act for {issuer}")
    return person.name
