"""`dateline report`: what happened to a release."""

import typer

from dateline.cli.home import HomeOption, JsonOption, standing_home
from dateline.cli.output import print_json, print_table

app = typer.Typer(add_completion=False)


@app.command()
def report(
    release: str,
    json_: JsonOption = False,
    csv: bool = typer.Option(False, "--csv", help="Print rows of channel, country, language, state, count."),
    acknowledgements: bool = typer.Option(
        False, "--acknowledgements", help="Print as CSV which endpoint had each correction or kill, and when."
    ),
    home: HomeOption = None,
) -> None:
    """Counts per state, channel, country and language; lateness; skew; failures with the server's words."""
    standing_home(home)
    from dateline.reports import services as reports

    if acknowledgements:
        typer.echo(reports.acknowledgements_csv(release), nl=False)
        return
    found = reports.report(release)
    if json_:
        print_json(reports.report_document(found))
        return
    if csv:
        typer.echo(reports.csv_text(found), nl=False)
        return
    typer.echo(reports.sentence(found))
    print_table(("state", "deliveries"), found.deliveries.items())
    print_table(
        ("channel", "accepted", "of", "skew ms"),
        (
            (c, t.get("accepted", 0), sum(t.values()), found.skew_ms.get(c))
            for c, t in found.by_channel.items()
        ),
    )
    if found.notices:
        print_table(
            ("version", "kind", "endpoints", "acknowledged", "within 60 s"),
            ((n.version, n.kind, n.endpoints, n.acknowledged, n.within) for n in found.notices),
        )
    if found.pickups:
        print_table(
            ("published by", "language", "at"),
            ((p.name or p.recipient, p.language, p.url) for p in found.pickups[:20]),
        )
    if found.redistributed:
        print_table(
            ("passed on by", "language", "desktops, as stated by the vendor"),
            ((r.name or r.recipient, r.language, f"{r.desktops:,}") for r in found.redistributed[:20]),
        )
    print_table(("language", "deliveries"), ((k, sum(v.values())) for k, v in found.by_language.items()))
    if found.failures:
        print_table(
            ("recipient", "channel", "state", "code", "words"),
            ((f.name or f.recipient, f.channel, f.state, f.code, f.text) for f in found.failures[:20]),
        )
