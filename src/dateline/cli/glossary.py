"""`dateline glossary`: the wire's and the issuers' own terms."""

from pathlib import Path

import typer

from dateline.cli.home import AsOption, HomeOption, JsonOption, acting, open_home
from dateline.cli.lists import parse_tag
from dateline.cli.output import print_json, print_table, tell_import
from dateline.core.errors import BadInput

app = typer.Typer(add_completion=False, no_args_is_help=True)
FromOption = typer.Option("", "--from", help="Source language.")
ToOption = typer.Option("", "--to", help="Target language.")
IssuerOption = typer.Option(None, "--issuer", help="Slug of an issuer; empty: the house's own.")


@app.callback()
def _group() -> None:
    """How terms are said in other languages, and how they must not be."""


@app.command("import")
def import_(
    file: Path = typer.Argument(..., help="CSV: source_language,source,target_language,target + optional."),
    issuer: str = typer.Option("", "--issuer", help="Whose terms these are; default the house's."),
    as_: AsOption = "",
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Add and change terms. Exit 1 when lines were rejected; the good ones are kept."""
    open_home(home)
    from dateline.intake import services as intake
    from dateline.languages.glossary import import_csv

    by = acting(as_, issuer=issuer)
    try:
        text = intake.bytes_of(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"byte {error.start} is no UTF-8; save it as UTF-8", where=str(file)) from None
    found = import_csv(text, by=by, issuer=issuer, where=str(file))
    tell_import(found, as_json=json_)


@app.command()
def export(
    from_: str = FromOption,
    to: str = ToOption,
    issuer: str | None = IssuerOption,
    output: Path | None = typer.Option(None, "-o", "--output", help="File; default standard output."),
    home: HomeOption = None,
) -> None:
    """Write the terms as CSV, which `import` reads."""
    open_home(home)
    from dateline.languages.glossary import glossary_csv, list_terms

    text = glossary_csv(list_terms(source=tag_of(from_, "--from"), target=tag_of(to, "--to"), issuer=issuer))
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8", newline="")


@app.command("list")
def list_(
    from_: str = FromOption,
    to: str = ToOption,
    issuer: str | None = IssuerOption,
    house: bool = typer.Option(False, "--house", help="Also the terms of art that come with Dateline."),
    json_: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List the terms."""
    open_home(home)
    from dateline.languages.glossary import list_terms

    source, target = tag_of(from_, "--from"), tag_of(to, "--to")
    rows = [
        {
            "issuer": t.issuer, "from": t.source_language, "source": t.source, "to": t.target_language,
            "target": t.target, "forbidden": list(t.forbidden), "keep": t.keep, "note": t.note,
        }
        for t in list_terms(source=source, target=target, issuer=issuer)
    ]  # fmt: skip
    if house:
        rows += _house(source or "en", target)
    if json_:
        print_json(rows)
        return
    columns = ("issuer", "from", "source", "to", "target", "forbidden", "keep", "note")
    print_table(
        columns,
        (tuple("; ".join(v) if isinstance(v, list) else v for v in (r[c] for c in columns)) for r in rows),
    )


def _house(source: str, target: str) -> list[dict[str, object]]:
    from dateline.core.languages import WIRE_LANGUAGES
    from dateline.languages.terms_used import house_terms

    return [
        {
            "issuer": "dateline", "from": source, "source": t.source, "to": tag, "target": t.target,
            "forbidden": list(t.forbidden), "keep": t.keep, "note": t.note,
        }
        for tag in ([target] if target else WIRE_LANGUAGES)
        if tag != source
        for t in house_terms(source, tag)
    ]  # fmt: skip


def tag_of(text: str, option: str) -> str:
    return str(parse_tag(text, option)) if text else ""
