"""`dateline resend`: another try for what did not arrive."""

import typer

from dateline.cli.deskpeople import house_person
from dateline.cli.home import AsOption, HomeOption, JsonOption, standing_home
from dateline.cli.output import print_json
from dateline.core.errors import BadInput

app = typer.Typer(add_completion=False)


@app.command()
def resend(
    release: str,
    missing: bool = typer.Option(
        False, "--missing", help="All deliveries that were refused, expired or are uncertain."
    ),
    as_: AsOption = "",
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Put what did not arrive back in the queue; each delivery keeps who asked. Uncertain ones may arrive
    twice, under the same id.
    """
    if not missing:
        raise BadInput("say what to send again: --missing", where="--missing")
    standing_home(home)
    from dateline.desk import services as desk
    from dateline.dispatch import services as dispatch

    by = house_person(as_)
    desk.show(release)
    count = dispatch.resend_release(release, by=by)
    if json_:
        print_json({"release": release, "resent": count, "by": by})
    elif count:
        typer.echo(f"{release}: {count} deliveries are tried again; see: dateline report {release}")
    else:
        typer.echo(f"{release}: nothing is missing")
