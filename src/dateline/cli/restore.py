"""`dateline restore`: a backup becomes a home again, on hold until somebody has looked."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import typer

from dateline.cli import ages
from dateline.cli.home import HomeOption, use_home
from dateline.core.clock import iso_z
from dateline.core.errors import BadInput
from dateline.plant.logs import configure_logs
from dateline.plant.settings import PREFIX, get_settings

app = typer.Typer(add_completion=False)


@app.command()
def restore(
    file: Path = typer.Argument(..., exists=True, dir_okay=False, help="What `dateline backup` wrote."),
    keys: Path | None = typer.Option(
        None, exists=True, file_okay=False, help="Folder with the keys, when the backup has none."
    ),
    identity: Path | None = typer.Option(
        None, exists=True, dir_okay=False, help="age identity file, when the backup is encrypted."
    ),
    home: HomeOption = None,
) -> None:
    """Bring a backup back into an empty home, and an empty database on PostgreSQL.

    The wire starts on hold and sends nothing until `dateline hold reconcile` and `dateline hold off`;
    desktops are told to begin anew.
    """
    target = Path(home or os.environ.get(PREFIX + "HOME") or "dateline-home").absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput("the home is not empty; name a new one", where=str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        made_at = _restored(file, folder, target, keys, identity)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    typer.echo(
        f"{target}: restored as of {iso_z(made_at)}; the wire is on hold.\n"
        "Start it, then: dateline hold reconcile, and dateline hold off"
    )


def _restored(file: Path, folder: Path, home: Path, keys: Path | None, identity: Path | None) -> Any:
    """Everything happens beside the home: it is there only once the hold is on."""
    from dateline.plant.db.backup_reading import load_dump, move_into_place, read_backup

    with _opened(file, folder.parent, identity) as source:
        facts = read_backup(source, folder)
    if keys is not None:
        shutil.copytree(keys, folder / "keys", dirs_exist_ok=True)
    if not (folder / "keys" / "web").is_file():  # every home has this one from its first command on
        raise BadInput("the backup has no keys; name the folder where you keep them", where="--keys")
    settings = use_home(folder)
    if settings.on_postgres != (facts.database == "postgres"):
        raise BadInput(
            f"the backup is of {facts.database}; " + (
                "set it to an empty PostgreSQL database" if facts.database == "postgres" else "leave it empty"
            ),
            where="DATELINE_DATABASE_URL",
        )  # fmt: skip
    configure_logs(settings)
    if facts.database == "postgres":
        load_dump(settings, folder)
    _hold(facts.made_at)
    move_into_place(folder, home)
    os.environ[PREFIX + "HOME"] = str(home)
    get_settings.cache_clear()
    return facts.made_at


def _hold(made_at: Any) -> None:
    """Databases brought to this version, the whole wire on hold, and everything on disk."""
    from dateline.plant.db.setup import hang_up, migrate

    migrate()
    from dateline.cli.rooms import consumers
    from dateline.dispatch import services as dispatch
    from dateline.plant.db.outbox import follow
    from dateline.plant.db.vault_store import check_key

    check_key()
    # What was on its way between rooms arrives first, so that every hold is there to be judged.
    for name, handlers in consumers().items():
        while follow(name, handlers):
            pass
    dispatch.begin_reconciling(made_at)
    hang_up()


@contextmanager
def _opened(file: Path, folder: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    """The backup in clear."""
    with file.open("rb") as source:
        if not ages.is_sealed(source):
            yield source
            return
        if identity is None:
            raise BadInput("the backup is encrypted; name your age identity file", where="--identity")
        with tempfile.TemporaryFile(dir=folder) as clear:
            ages.decrypt(source, clear, ages.identities(identity))
            yield clear
