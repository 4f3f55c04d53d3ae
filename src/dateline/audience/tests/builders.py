"""Rows as import files have them, editions and targetings; what a test does not care about is filled in."""

from pathlib import Path
from typing import Any

from dateline.audience import services
from dateline.audience.services import EditionDigest, Targeting
from dateline.core.countries import parse_country
from dateline.core.languages import Language
from dateline.core.sectors import parse_sector
from dateline.core.words import Circuit

OUTLET_HEADER = "name,country,languages,sectors,kind,channel,endpoint,format"
JOURNALIST_HEADER = "email,name,country,languages,sectors,outlet,consent"
DESKTOP_HEADER = "account,country,languages,sectors,keywords"
ALL = Circuit("all")


def outlet(name: str = "Harbour Post", **cells: str) -> dict[str, str]:
    """A web site in Korea that takes everything in Korean and English by webhook."""
    row = {
        "name": name,
        "country": "KR",
        "languages": "ko;en",
        "sectors": "",
        "kind": "site",
        "channel": "webhook",
        "endpoint": "https://post.example/hook",
        "format": "json",
    }
    if cells.get("channel") in {"mail", "feed"}:
        row |= {"format": "", "endpoint": "desk@post.example" if cells["channel"] == "mail" else ""}
    return {**row, **cells}


def journalist(email: str = "ana@daily.example", **cells: str) -> dict[str, str]:
    """A consenting business journalist in Korea who reads Korean, else English."""
    return {
        "email": email,
        "name": "Ana Kim",
        "country": "KR",
        "languages": "ko;en",
        "sectors": "business",
        "outlet": "The Daily",
        "consent": "sign-up form, 2026-03-01",
        **cells,
    }


def desktop(account: str = "terminal-1", **cells: str) -> dict[str, str]:
    """A desktop in Korea that takes everything in Korean."""
    return {"account": account, "country": "KR", "languages": "ko", "sectors": "", "keywords": "", **cells}


def add(*rows: dict[str, str]) -> None:
    """Imports the rows, one by one, by the column that gives their kind away; all must be good."""
    kinds = {"email": "journalist", "account": "desktop", "name": "outlet"}
    for row in rows:
        kind: Any = kinds[next(iter(row))]
        result = services.import_rows([row], kind)
        assert not result.rejected, result.rejected


def edition(language: str, text: str = "", *, original: bool = False) -> EditionDigest:
    return EditionDigest(Language(language), (language * 64)[:64], original, text)


def targeting(*languages: str, rule: Circuit = ALL, text: str = "", **fields: Any) -> Targeting:
    """A business release; the first language (Korean by default) is the original."""
    tags = languages or ("ko",)
    editions = tuple(edition(tag, text, original=number == 0) for number, tag in enumerate(tags))
    sectors = tuple(parse_sector(s) for s in fields.pop("sectors", ("business",)))
    restrict = tuple(parse_country(c) for c in fields.pop("restrict", ()))
    return Targeting(rule, fields.pop("editions", editions), sectors, restrict, **fields)


def recipient(text: str) -> Any:
    """The recipient id of an address, name or account."""
    found = services.find(text)
    assert found is not None, text
    return found.recipient


def languages_of(text: str, asked: Targeting) -> list[str]:
    """Languages of the rows a recipient has in the manifest."""
    return [row.language for row in services.resolve(asked).rows if row.recipient == recipient(text)]


def write_csv(path: Path, header: str, *lines: str, end: str = "\n", encoding: str = "utf-8") -> Path:
    """A CSV file as another program would save it."""
    path.write_bytes((end.join((header, *lines)) + end).encode(encoding))
    return path
