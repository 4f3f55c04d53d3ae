"""`dateline bounce`: takes one returned mail, from a file or from a mail system's pipe."""

import os
import sys
from pathlib import Path

import typer

from dateline.cli.home import HomeOption, JsonOption, open_home, use_home
from dateline.cli.output import print_json
from dateline.core.errors import BadInput, DatelineError

app = typer.Typer(add_completion=False)

EX_NOINPUT = 66  # sysexits.h; what mail systems understand
EX_TEMPFAIL = 75

# What postfix tells a pipe of the envelope: local(8) and, with `flags=...`, pipe(8).
_ENVELOPE = ("ORIGINAL_RECIPIENT", "RECIPIENT", "EXTENSION")
_SAYS = {
    "gone": "no such address",
    "full": "mailbox full",
    "ours": "refused because of us; see SPF, DKIM, DMARC and the reputation of this sender",
    "other": "not delivered",
    "delayed": "delayed",
    "automatic": "automatic reply",
    "complaint": "complaint",
}


@app.command()
def bounce(
    file: str = typer.Argument(..., help="A message as a mail system returned it; - reads standard input."),
    to: str = typer.Option("", help="Envelope recipient; else from postfix's environment, or the headers."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take a bounce: note it in the ledger, and suppress an address that does not exist.

    Made for a pipe (`b: "|dateline bounce - --home DIR"`): exit 0 also for what is no bounce of ours, since
    nobody could act on a bounce of a bounce; 75 (EX_TEMPFAIL) while the house is away, so that it comes
    again.
    """
    data = _read(file)
    try:
        document = _taken(data, to, home)
    except BadInput:
        raise  # a setting that cannot be used: a person must mend it
    except (DatelineError, OSError) as error:
        raise _away(str(error)) from None
    except Exception as error:
        from dateline.cli.troubles import in_words

        said = in_words(error)
        if said is None:
            raise
        raise _away(said) from None
    if json_:
        print_json(document)
    else:
        typer.echo(document["sentence"])


def _read(file: str) -> bytes:
    from dateline.formats.dsn import MOST_BYTES

    if file == "-":
        data = sys.stdin.buffer.read(MOST_BYTES)
        while sys.stdin.buffer.read(1 << 16):
            pass  # a mail system whose pipe closes early takes that for a failure
        return data
    try:
        with Path(file).open("rb") as opened:
            return opened.read(MOST_BYTES)
    except OSError as error:
        typer.echo(f"dateline: {file}: {error.strerror}", err=True)
        raise typer.Exit(EX_NOINPUT) from None


def _away(said: str) -> typer.Exit:
    typer.echo(f"dateline: {said}", err=True)
    return typer.Exit(EX_TEMPFAIL)


def _taken(data: bytes, to: str, home: Path | None) -> dict[str, object]:
    settings = use_home(home)
    if not settings.home.is_dir():
        raise FileNotFoundError(f"{settings.home} is not there; name the home with --home or DATELINE_HOME")
    settings = open_home(home)
    from dateline.channels.mail.returns import take_message

    sent_to = [to] if to else [os.environ.get(name, "") for name in _ENVELOPE]
    found = take_message(data, settings, sent_to=[text for text in sent_to if text])
    if found is None:
        sentence = "it names no mail of this wire: nothing is changed"
        return {"known": False, "kind": None, "release": None, "new": False, "suppressed": False} | {
            "sentence": sentence
        }
    again = "" if found.new else " (known already)"
    then = "; the address is not mailed any more" if found.suppressed else ""
    return {
        "known": True,
        "kind": found.kind,
        "release": found.release,
        "new": found.new,
        "suppressed": found.suppressed,
        "sentence": f"{found.release}: {_SAYS[found.kind]}{then}{again}",
    }
