"""The `dateline` command. Each group lives in a module of its own and is imported when it is used."""

import os
import resource
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from dateline.core.errors import BadInput, DatelineError

EXIT_BLOCKED = 1
EXIT_UNUSABLE = 2
EXIT_APPROVAL = 3
EXIT_UNSETTLED = 4

# command -> (module, attribute, one line of help): the help page must not import the house.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "up": ("dateline.cli.up", "app", "Start the whole wire and print its address with a sign-in link."),
    "demo": ("dateline.cli.demo", "app", "A sample wire on loopback: one release goes out while you watch."),
    "check": ("dateline.cli.check", "app", "Show what a file is read as, and every finding."),
    "send": ("dateline.cli.send", "app", "Put a release on the wire and wait until it is delivered."),
    "release": (
        "dateline.cli.release",
        "app",
        "Add, lock, approve, schedule, withdraw, correct, kill, show, list.",
    ),
    "translate": ("dateline.cli.translate", "app", "Write a file in other languages, by the wire's engines."),
    "translations": (
        "dateline.cli.translations",
        "app",
        "Editions of a release in other languages: order, list, cancel, export, import.",
    ),
    "engines": ("dateline.cli.engines", "app", "Translation engines: health, pairs, cost, consents."),
    "glossary": ("dateline.cli.glossary", "app", "Terms and how they are said: import, export, list."),
    "memory": ("dateline.cli.memory", "app", "Translation memory: import, export, search."),
    "report": ("dateline.cli.report", "app", "What happened to a release: counts, lateness, skew, failures."),
    "ledger": ("dateline.cli.ledger", "app", "Why somebody did or did not get a release."),
    "resend": ("dateline.cli.resend", "app", "Another try for what did not arrive."),
    "hold": ("dateline.cli.hold", "app", "Stop the whole wire, and let it go on."),
    "pause": ("dateline.cli.pause", "pause", "Keep back an outlet, a circuit, a provider or all deliveries."),
    "resume": ("dateline.cli.pause", "resume", "Let go on what was paused."),
    "pauses": ("dateline.cli.pause", "pauses", "List what is paused."),
    "backup": ("dateline.cli.backup", "app", "Copy everything of a running wire into one file."),
    "restore": ("dateline.cli.restore", "app", "Bring a backup back, on hold until somebody has looked."),
    "issuer": ("dateline.cli.issuer", "app", "Organisations that send."),
    "provider": (
        "dateline.cli.provider",
        "app",
        "Content providers whose feeds become drafts: add, list, show, poll, pause.",
    ),
    "user": ("dateline.cli.user", "app", "People of the house and their sign-in links."),
    "apikey": ("dateline.cli.apikey", "app", "Keys to the API: add, list, revoke."),
    "audience": ("dateline.cli.audience", "app", "Import recipients; count whom a release would reach."),
    "suppress": ("dateline.cli.suppress", "app", "Addresses never mailed; the complaint rate."),
    "bounce": ("dateline.cli.bounce", "app", "Take a returned mail from a file or a mail system's pipe."),
    "endpoint": (
        "dateline.cli.endpoint",
        "app",
        "Outlets' endpoints: add, list, test, pause, resume, secret, invite.",
    ),
    "desktop": (
        "dateline.cli.desktop",
        "app",
        "Keys, passes and tickets of desktop accounts.",
    ),
    "sftp-server": ("dateline.cli.sftp_server", "app", "A read-only SFTP server for outlets that fetch."),
    "formats": ("dateline.cli.formats", "app", "List the formats that are written and read."),
    "export": ("dateline.cli.export", "app", "Write one edition of a release in any format."),
    "convert": ("dateline.cli.convert", "app", "Write a file of any format in any other."),
    "circuit": ("dateline.cli.circuit", "app", "Named targeting rules."),
    "import": ("dateline.cli.import_", "app", "Bring in an old site's archive; nothing is sent."),
    "vocabulary": ("dateline.cli.vocabulary", "app", "Sectors with ids, slugs and labels."),
    "listen": ("dateline.cli.listen", "app", "Follow a wire's stream in the terminal."),
    "doctor": (
        "dateline.cli.doctor",
        "app",
        "Check clock, disk, ports, relay and database; a fix for each finding.",
    ),
    "dkim": ("dateline.cli.dkim", "app", "Make the key that signs mail; print its DNS record."),
    "config": ("dateline.cli.config", "app", "Explain every setting."),
    "bench": ("dateline.cli.bench", "app", "Measure a promise beside its peer."),
    "web": ("dateline.cli.alone", "web", "Run the web process alone."),
    "clock": ("dateline.cli.alone", "clock", "Run the clock process alone."),
    "work": ("dateline.cli.alone", "work", "Run the outbox jobs alone."),
    "dispatch": ("dateline.cli.dispatch", "app", "Run dispatch alone, with as many workers as asked."),
    "publish": ("dateline.cli.alone", "publish", "Copy the wire log to NATS alone."),
    "edge": ("dateline.cli.edge", "app", "Run an edge alone."),
}


_LISTING = "dateline.listing"


class LazyCommands(TyperGroup):
    """Imports a command's module only when the command is named."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The list of all commands needs the module of none."""
        ctx.meta[_LISTING] = True
        super().format_help(ctx, formatter)

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, attribute, about = entry
        if ctx.resilient_parsing or ctx.meta.get(_LISTING):
            return TyperCommand(cmd_name, help=about, short_help=about)
        command = typer.main.get_command(getattr(import_module(module), attribute))
        command.name = cmd_name
        command.help = command.help or about
        return command


app = typer.Typer(
    cls=LazyCommands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Dateline: one press release, every language, every outlet, the same instant, with receipts.",
)


@app.callback(invoke_without_command=False)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and stop.", is_eager=True),
) -> None:
    if version:
        from dateline import __version__

        typer.echo(f"dateline {__version__}")
        raise typer.Exit


def main(argv: list[str] | None = None) -> None:
    """Runs the command; an error of ours becomes one sentence on standard error and its exit code."""
    os.umask(0o077)  # databases, logs and locks are the owner's alone, whoever may enter the folder
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold keys and texts before T0
    try:
        app(args=argv, prog_name="dateline")
    except BadInput as error:
        fail(str(error), EXIT_UNUSABLE)
    except DatelineError as error:
        fail(str(error), getattr(error, "exit_code", EXIT_BLOCKED))
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except Exception as error:
        from dateline.cli.troubles import in_words

        said = in_words(error)
        if said is None:
            raise
        fail(said, EXIT_BLOCKED)


def fail(message: str, code: int) -> Any:
    """Prints the message and ends with `code`."""
    typer.echo(f"dateline: {message}", err=True)
    raise SystemExit(code)
