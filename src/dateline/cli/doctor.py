"""`dateline doctor`: checks what the wire stands on; each finding comes with its fix."""

import shutil
import socket
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import typer

from dateline.channels.mail.services import Relay, relays_of
from dateline.cli.home import HomeOption, JsonOption, as_running, is_up, use_home
from dateline.cli.main import EXIT_BLOCKED
from dateline.cli.output import print_json, print_table
from dateline.cli.troubles import in_words, remedy
from dateline.core.errors import DatelineError
from dateline.plant.settings import Settings

app = typer.Typer(add_completion=False)
_LEAST_FREE_GB = 2
_OLDEST_SQLITE = (3, 35, 0)


@dataclass(frozen=True, slots=True)
class Result:
    """One check. `fix` is empty when all is well."""

    check: str
    state: Literal["ok", "warn", "bad"]
    found: str
    fix: str = ""


@app.command()
def doctor(json_: JsonOption = False, home: HomeOption = None) -> None:
    """Check clock, disk, ports, relay, mail DNS and database. Exit 1 when something is bad."""
    results = list(examine(as_running(use_home(home))))
    if json_:
        print_json([{"check": r.check, "state": r.state, "found": r.found, "fix": r.fix} for r in results])
    else:
        print_table(("check", "state", "found", "fix"), ((r.check, r.state, r.found, r.fix) for r in results))
    if any(r.state == "bad" for r in results):
        raise typer.Exit(EXIT_BLOCKED)


def examine(settings: Settings) -> Iterator[Result]:
    """Every check in turn; none of them changes anything but missing keys and migrations."""
    yield _python()
    yield _home(settings)
    yield _disk(settings)
    yield _clock()
    yield from _database(settings)
    yield from _ports(settings)
    yield from _relays(settings)
    yield from _mail_dns(settings)
    yield _open_files(settings)


def _python() -> Result:
    version = ".".join(str(n) for n in sys.version_info[:3])
    return Result("python", "ok", version)


def _home(settings: Settings) -> Result:
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings.secret("vault")
    except (OSError, DatelineError) as error:
        return Result(
            "home", "bad", str(error), f"make {settings.home} writable for this user, or set DATELINE_HOME"
        )
    if settings.home.stat().st_mode & 0o077:
        return Result(
            "home", "warn", f"{settings.home} can be entered by others", f"chmod 700 {settings.home}"
        )
    return Result("home", "ok", str(settings.home))


def _disk(settings: Settings) -> Result:
    free = shutil.disk_usage(settings.home if settings.home.exists() else ".").free / 1e9
    if free < _LEAST_FREE_GB:
        return Result(
            "disk", "bad", f"{free:.1f} GB free", "free at least 2 GB: a full disk stops the ledger"
        )
    return Result("disk", "ok", f"{free:.1f} GB free")


def _clock() -> Result:
    import subprocess

    if not shutil.which("timedatectl"):
        return Result(
            "clock",
            "warn",
            "cannot tell whether the clock is synchronised",
            "run an NTP client such as chrony",
        )
    done = subprocess.run(
        ["timedatectl", "show", "-p", "NTPSynchronized", "--value"],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    if done.stdout.strip() == "yes":
        return Result("clock", "ok", "synchronised")
    return Result(
        "clock",
        "warn",
        "not known to be synchronised",
        "run an NTP client such as chrony: T0 is kept by this clock",
    )


def _database(settings: Settings) -> Iterator[Result]:
    from dateline.plant.db.setup import migrate

    if not settings.on_postgres and sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        yield Result(
            "sqlite",
            "bad",
            sqlite3.sqlite_version,
            "SQLite 3.35 or later is needed; use a newer Python build",
        )
        return
    try:
        migrate()
    except Exception as error:  # whatever the driver raises is the finding
        yield Result("database", "bad", " ".join(str(error).split())[:300], _database_fix(error))
        return
    yield Result(
        "database", "ok", "PostgreSQL" if settings.on_postgres else f"SQLite {sqlite3.sqlite_version}"
    )
    yield from _kept_back()
    yield from _came_back()


def _came_back() -> Iterator[Result]:
    from dateline.cli.doctor_returns import returns

    yield from returns()


def _kept_back() -> Iterator[Result]:
    """The hold of the whole wire, and what is paused."""
    from dateline.audience import services as audience
    from dateline.dispatch import services as dispatch
    from dateline.wire import services as wire

    held = wire.wide_hold()
    if held.on:
        fix = "dateline hold reconcile" if held.needs else "dateline hold off"
        yield Result("hold", "warn", f"the wire is on hold, by {held.by}: {held.reason}", fix)
    else:
        yield Result("hold", "ok", "the wire is not on hold")
    paused = [one for one in dispatch.paused() if not (held.on and one.kind == "wire" and one.name == "hold")]
    if paused:
        outlets = audience.names([one.name for one in paused if one.kind == "endpoint"])
        named = ", ".join(
            one.kind
            if one.kind in dispatch.NAMELESS_PAUSES
            else f"{one.kind} {outlets.get(one.name, one.name)}"
            for one in paused[:5]
        )
        more = f" and {len(paused) - 5} more" if len(paused) > 5 else ""
        yield Result("paused", "warn", f"{named}{more}", "dateline pauses, then dateline resume")
    else:
        yield Result("paused", "ok", "nothing is paused")


def _database_fix(error: Exception) -> str:
    if isinstance(error, DatelineError):  # it brings its own remedy
        return "do as it says"
    return remedy(error) if in_words(error) else "see DATELINE_DATABASE_URL"


def _ports(settings: Settings) -> Iterator[Result]:
    running = is_up(settings)
    for name, host, port in (
        ("web", settings.host, settings.port),
        ("edge", settings.edge_host, settings.edge_port),
    ):
        taken = _answers(host, port)
        if running and not taken:
            yield Result(
                f"{name} port", "bad", f"{host}:{port} does not answer although the wire runs", "see its log"
            )
        elif not running and taken:
            yield Result(
                f"{name} port",
                "bad",
                f"{host}:{port} is taken by another program",
                f"set DATELINE_{'EDGE_' if name == 'edge' else ''}PORT",
            )
        else:
            yield Result(f"{name} port", "ok", f"{host}:{port} {'answers' if taken else 'is free'}")


def _relays(settings: Settings) -> Iterator[Result]:
    fix = "write smtp://HOST:PORT, smtp+starttls:// or smtps:// into DATELINE_SMTP_URL"
    try:
        relays = relays_of(settings.smtp_url.get_secret_value())
    except DatelineError as error:  # its text repeats nothing of the address, which may hold a password
        yield Result("relay", "bad", str(error), fix)
        return
    for relay in relays:
        yield _relay(relay)


def _relay(relay: Relay) -> Result:
    try:
        with socket.create_connection((relay.host, relay.port), timeout=3) as line:
            line.settimeout(3)
            greeting = b"" if relay.security == "tls" else line.recv(200)
    except OSError as error:
        return Result("relay", "bad", f"{relay.name} {error}", "start the relay, or set DATELINE_SMTP_URL")
    if greeting and not greeting.startswith(b"220"):
        return Result(
            "relay", "bad", f"{relay.name} greets with {greeting[:40]!r}", "is that an SMTP server?"
        )
    return Result("relay", "ok", f"{relay.name} answers")


def _mail_dns(settings: Settings) -> Iterator[Result]:
    from dateline.cli.doctor_mail import examine_mail

    yield from examine_mail(settings)


def _open_files(settings: Settings) -> Result:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = settings.webhook_sockets + 200
    if hard < need:
        return Result(
            "open files", "bad", f"limit {hard}", f"raise it to {need} or set DATELINE_WEBHOOK_SOCKETS lower"
        )
    return Result("open files", "ok", f"{soft} of {hard}")


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
