"""`dateline engines`: which translation engines there are, how they are, what they cost, who consented."""

import asyncio
from typing import Any

import typer

from dateline.cli.home import AsOption, HomeOption, JsonOption, acting, open_home
from dateline.cli.output import print_json, print_table
from dateline.core.clock import iso_z

app = typer.Typer(add_completion=False)


@app.callback(invoke_without_command=True)
def engines(context: typer.Context, json_: JsonOption = False, home: HomeOption = None) -> None:
    """Every engine of engines.toml: whether it answers, its pairs, today's use and price."""
    if context.invoked_subcommand is not None:
        return
    settings = open_home(home)
    from dateline.languages import uses
    from dateline.languages.engine_settings import read_engines

    found = read_engines(settings)
    rows = asyncio.run(_asked(found))
    today, left = uses.today(), uses.left(found)
    for row in rows:
        characters, cost = today.get(row["name"], (0, 0))
        row |= {"characters_today": characters, "cost_today": str(cost), "left_today": left.get(row["name"])}
    if json_:
        print_json(rows)
        return
    columns = (
        "name",
        "kind",
        "where",
        "ok",
        "said",
        "model",
        "pairs",
        "price_per_million",
        "characters_today",
    )
    shown = [{**row, "ok": "yes" if row["ok"] else "NO", "pairs": " ".join(row["pairs"])} for row in rows]
    print_table(columns, (tuple(row[c] for c in columns) for row in shown), title=found.where)


async def _asked(found: Any) -> list[dict[str, Any]]:
    return list(await asyncio.gather(*(_one(given) for given in found.engines.values())))


async def _one(given: Any) -> dict[str, Any]:
    from dateline.core.errors import DatelineError
    from dateline.languages.engines.registry import engine_of
    from dateline.languages.translator import EngineFault, Health

    try:
        engine = engine_of(given)
        health = await engine.health()
        await engine.aclose()
    except EngineFault as fault:
        health = Health(False, fault.said)
    except DatelineError as error:
        health = Health(False, str(error))
    pairs = sorted(given.pair_set or health.pairs)
    return {
        "name": given.name,
        "kind": given.kind,
        "where": "remote" if given.remote else "local",
        "ok": health.ok,
        "said": health.said,
        "model": health.model,
        "pairs": [f"{source}>{target}" for source, target in pairs],
        "price_per_million": None if given.price_per_million is None else str(given.price_per_million),
    }


@app.command()
def consent(
    issuer: str,
    engine: str,
    withdraw: bool = typer.Option(False, "--withdraw", help="Take the consent back."),
    as_: AsOption = "",
    home: HomeOption = None,
) -> None:
    """Record that an issuer agrees that its unreleased text goes to this remote engine."""
    open_home(home)
    from dateline.languages import consents

    by = acting(as_, issuer=issuer)
    if withdraw:
        consents.end_consent(issuer, engine, by=by)
        typer.echo(f"{issuer} no longer consents to {engine}")
        return
    consents.consent(issuer, engine, by=by)
    typer.echo(f"{issuer} consents to {engine}; regulated items still stay here until they are public")


@app.command("consents")
def consents_(json_: JsonOption = False, home: HomeOption = None) -> None:
    """List the consents, also those that were taken back."""
    open_home(home)
    from dateline.languages import consents

    rows = [
        {
            "issuer": c.issuer, "engine": c.engine, "by": c.by, "at": iso_z(c.at),
            "ended_at": iso_z(c.ended_at) if c.ended_at else None, "ended_by": c.ended_by or None,
        }
        for c in consents.consents()
    ]  # fmt: skip
    if json_:
        print_json(rows)
    else:
        columns = ("issuer", "engine", "by", "at", "ended_at", "ended_by")
        print_table(columns, (tuple(row[c] for c in columns) for row in rows))
